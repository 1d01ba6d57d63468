"""The electronic seal of a report: made once at issue, checked by anybody."""

from cvs.sealing.check import SealCheck, check_seal
from cvs.sealing.keys import KeysExistError, make_keys, renew_crls
from cvs.sealing.sealer import Sealer, SealUnavailable, process_sealer

__all__ = [
    "KeysExistError",
    "SealCheck",
    "SealUnavailable",
    "Sealer",
    "check_seal",
    "make_keys",
    "process_sealer",
    "renew_crls",
]
