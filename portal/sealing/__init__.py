"""The electronic seal of a document: made once at issue, checked by anybody."""

from portal.sealing.check import SealCheck, check_seal
from portal.sealing.keys import KeysExistError, make_keys, renew_crls
from portal.sealing.sealer import Sealer, SealUnavailable, process_sealer

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
