"""Puts the seal on a finished PDF: one certification signature that allows no change afterwards.

PAdES (ETSI EN 319 142-1) with the certificates and revocation lists embedded in the same revision, as level B-LT asks;
there is no time stamp of a third party, so the time of sealing is our own clock's word.
"""

import asyncio
import functools
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD_NAME = "Seal"
REASON = "Issued by the certifying organization"
DIGEST = "sha256"
# Room for the signature container in hexadecimal characters; two P-256 certificates need about 2.4 KB of it.
BYTES_RESERVED = 8192
RENEW = "Run `./dev manage make_seal_keys --renew-crl --directory …` where the keys are kept."

RevocationList = tuple[x509.CertificateRevocationList, asn1_crl.CertificateList]


class SealUnavailable(Exception):  # noqa: N818  # a condition that passes, not a mistake
    """No seal can be made now: key, certificate or revocation list is missing, unreadable or expired. Try again later."""


class LoadedKeySigner(signers.Signer):
    """Signs with a key that was loaded once; pyHanko's own signer loads and checks it at every signature."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, chain: Sequence[asn1_x509.Certificate]) -> None:
        others = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyHanko left it untyped
        others.register_multiple(chain)
        super().__init__(signing_cert=chain[0], cert_registry=others, embed_roots=False)
        self._key = key
        self.chain = list(chain)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Return the DER-encoded ECDSA signature of `data`; pyHanko calls this."""
        if digest_algorithm != DIGEST:
            raise ValueError(f"this signer knows only {DIGEST}, not {digest_algorithm}")
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


class Sealer:
    """Seals with one key; make it once per process."""

    def __init__(
        self, key: ec.EllipticCurvePrivateKey, chain: Sequence[x509.Certificate], crl_paths: Sequence[Path]
    ) -> None:
        self._chain = list(chain)
        self._signer = LoadedKeySigner(key, [asn1_x509.Certificate.load(_der(certificate)) for certificate in chain])
        self._crl_paths = list(crl_paths)
        self._crls = _load_crls(self._crl_paths, self._chain)

    @classmethod
    def from_files(cls, key_path: Path, chain_path: Path, crl_paths: Sequence[Path]) -> "Sealer":
        """Return a sealer from PEM files: key, chain (seal, issuing, root in this order), revocation lists.

        Raises SealUnavailable naming the file that is missing, unreadable or does not belong to the others.
        """
        key, chain = _load_key(key_path), _load_chain(chain_path)
        if chain[0].public_key() != key.public_key():
            raise SealUnavailable(f"{key_path} is not the key of the first certificate in {chain_path}.")
        return cls(key, chain, crl_paths)

    def seal(self, pdf: bytes, *, at: datetime, facts_json: bytes, kind: str = "report") -> bytes:
        """Return `pdf` with its facts attached as `kind`.json and sealed at `at` (aware), everything in one revision.

        Raises SealUnavailable when the certificates or revocation lists are not valid at that moment.
        """
        self._check_dates(at)
        document = IncrementalPdfFileWriter(BytesIO(pdf))
        _attach(document, facts_json, kind)
        self._embed_validation_data(document)
        return asyncio.run(self._sign(document, at))

    def _embed_validation_data(self, document: IncrementalPdfFileWriter) -> None:
        # Before the signature and by hand: the chain was checked when it was loaded, and checking it again for each
        # report took as long as signing.
        DocumentSecurityStore.supply_dss_in_writer(
            document, None, certs=self._signer.chain, crls=[parsed for _, parsed in self._crls]
        )

    async def _sign(self, document: IncrementalPdfFileWriter, at: datetime) -> bytes:
        """Follow the protocol of pyHanko's embedder: field, signature object, digest of the bytes, signature."""
        document.register_extension(ESIC_EXTENSION_1)
        embedder = PdfCMSEmbedder().write_cms(field_name=FIELD_NAME, writer=document)
        next(embedder)
        embedder.send(_signature_object(at))
        prepared, output = embedder.send(SigIOSetup(md_algorithm=DIGEST, in_place=False))
        embedder.send(await self._signer.async_sign(prepared.document_digest, digest_algorithm=DIGEST, use_pades=True))
        return bytes(output.getvalue())

    def _check_dates(self, at: datetime) -> None:
        for certificate in self._chain:
            if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
                raise SealUnavailable(
                    f"The certificate “{certificate.subject.rfc4514_string()}” is valid from "
                    f"{certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d}. "
                    "Make new keys with `./dev manage make_seal_keys` and restart the workers."
                )
        if _ended(self._crls, at):
            self._crls = _load_crls(self._crl_paths, self._chain)
        if expired := _ended(self._crls, at):
            raise SealUnavailable(f"The revocation list of “{expired[0].issuer.rfc4514_string()}” has ended. {RENEW}")


@functools.cache
def process_sealer() -> Sealer:
    """Return the sealer of this process, from the files named in the settings. Raises SealUnavailable."""
    if not (settings.SEAL_KEY_FILE and settings.SEAL_CHAIN_FILE and settings.SEAL_CRL_FILES):
        raise SealUnavailable("Set SEAL_KEY_PATH, SEAL_CHAIN_PATH and SEAL_CRL_PATHS for this process.")
    return Sealer.from_files(
        Path(settings.SEAL_KEY_FILE), Path(settings.SEAL_CHAIN_FILE), [Path(name) for name in settings.SEAL_CRL_FILES]
    )


def _attach(document: IncrementalPdfFileWriter, facts_json: bytes, kind: str) -> None:
    content = embed.EmbeddedFileObject.from_file_data(document, data=facts_json, mime_type="application/json")
    name = f"{kind}.json"
    embed.embed_file(
        document,
        embed.FileSpec(
            file_spec_string=name,
            file_name=name,
            embedded_data=content,
            description=f"The facts of this {kind} for computers",
        ),
    )
    # Not through pyHanko's af_relationship: it would declare PDF 2.0, and PDF/UA-1 is a profile of 1.7.
    reference = document.root["/Names"]["/EmbeddedFiles"]["/Names"].raw_get(1)
    reference.get_object()["/AFRelationship"] = generic.NameObject("/Data")
    document.root["/AF"] = generic.ArrayObject([reference])
    document.update_root()  # type: ignore[no-untyped-call]  # pyHanko left it untyped


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise SealUnavailable(f"The seal key {path} cannot be read: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise SealUnavailable(f"The seal key {path} is not an elliptic curve key.")
    return key


def _load_chain(path: Path) -> list[x509.Certificate]:
    try:
        chain = x509.load_pem_x509_certificates(path.read_bytes())
        for certificate, issuer in zip(chain, [*chain[1:], chain[-1]], strict=True):
            certificate.verify_directly_issued_by(issuer)
    except (OSError, ValueError, TypeError, InvalidSignature) as error:
        raise SealUnavailable(f"{path} is not a chain of seal, issuing and root certificate: {error}") from error
    return chain


def _load_crls(paths: Sequence[Path], chain: Sequence[x509.Certificate]) -> list[RevocationList]:
    try:
        crls = [x509.load_pem_x509_crl(path.read_bytes()) for path in paths]
    except (OSError, ValueError) as error:
        raise SealUnavailable(f"A revocation list cannot be read: {error}. {RENEW}") from error
    for certificate, issuer in pairwise(chain):
        _check_not_revoked(certificate, issuer, crls)
    return [(crl, asn1_crl.CertificateList.load(_der(crl))) for crl in crls]


def _check_not_revoked(
    certificate: x509.Certificate, issuer: x509.Certificate, crls: Sequence[x509.CertificateRevocationList]
) -> None:
    key = issuer.public_key()
    crl = next((crl for crl in crls if crl.issuer == issuer.subject), None)
    # is_signature_valid knows fewer kinds of key than a certificate may hold.
    if crl is None or not isinstance(key, ec.EllipticCurvePublicKey) or not crl.is_signature_valid(key):
        raise SealUnavailable(f"There is no valid revocation list of “{issuer.subject.rfc4514_string()}”. {RENEW}")
    if crl.get_revoked_certificate_by_serial_number(certificate.serial_number):
        raise SealUnavailable(f"The certificate “{certificate.subject.rfc4514_string()}” was revoked.")


def _ended(crls: Sequence[RevocationList], at: datetime) -> list[x509.CertificateRevocationList]:
    return [crl for crl, _ in crls if crl.next_update_utc is None or crl.next_update_utc <= at]


def _signature_object(at: datetime) -> SigObjSetup:
    return SigObjSetup(
        sig_placeholder=SignatureObject(
            timestamp=at, subfilter=SigSeedSubFilter.PADES, reason=REASON, bytes_reserved=BYTES_RESERVED
        ),
        mdp_setup=SigMDPSetup(md_algorithm=DIGEST, certify=True, docmdp_perms=MDPPerm.NO_CHANGES),
    )


def _der(thing: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    return thing.public_bytes(serialization.Encoding.DER)
