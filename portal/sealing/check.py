"""Checks the seal of a PDF that somebody sent us. Needs the trusted roots and nothing else: no database, no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import EmbeddedPdfSignature, PdfSignatureStatus, validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext


@dataclass(frozen=True, slots=True)
class SealCheck:
    """What a seal says about a file. `signed_at` is the sealing organization's own clock; `signer` its common name."""

    intact: bool
    trusted: bool
    covers_whole_document: bool
    certified_no_changes: bool
    signer: str
    signed_at: datetime | None

    @property
    def genuine(self) -> bool:
        """Return whether the file is what was sealed with a key we trust.

        Every byte counts except those of the signature container, which cannot sign itself.
        """
        return self.intact and self.trusted and self.covers_whole_document and self.certified_no_changes


NO_SEAL = SealCheck(
    intact=False, trusted=False, covers_whole_document=False, certified_no_changes=False, signer="", signed_at=None
)


def load_roots(path: Path) -> list[asn1_x509.Certificate]:
    """Return the self-issued certificates of a PEM file, so that a whole chain file serves too."""
    certificates = [asn1_x509.Certificate.load(der) for _, _, der in pem.unarmor(path.read_bytes(), multiple=True)]
    return [certificate for certificate in certificates if certificate.self_issued]


def check_seal(pdf: bytes, trust_roots: Sequence[asn1_x509.Certificate]) -> SealCheck:
    """Return what the seal of `pdf` says; a file without a readable seal gives False everywhere.

    Certificates are judged as of the sealing time with the revocation lists inside the file, so a report stays genuine
    after its seal certificate has ended. Never raises for a damaged file.
    """
    try:
        reader = PdfFileReader(BytesIO(pdf))
        signatures = reader.embedded_signatures
        if len(signatures) != 1:
            return NO_SEAL
        return _judge(
            signatures[0], validate_pdf_signature(signatures[0], _context(reader, signatures[0], trust_roots))
        )
    except (
        PdfError,
        SigningError,
        SignatureValidationError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        RecursionError,
    ):
        # What a damaged or hostile file raises depends on where it is damaged; each means the same to the person asking.
        return NO_SEAL


def _context(
    reader: PdfFileReader, signature: EmbeddedPdfSignature, trust_roots: Sequence[asn1_x509.Certificate]
) -> ValidationContext:
    store = DocumentSecurityStore.read_dss(reader)
    return ValidationContext(
        trust_roots=list(trust_roots),
        other_certs=list(store.load_certs()),
        crls=[crl.get_object().data for crl in store.crls],
        moment=signature.self_reported_timestamp,
        allow_fetching=False,
        revocation_mode="require",
    )


def _judge(signature: EmbeddedPdfSignature, status: PdfSignatureStatus) -> SealCheck:
    return SealCheck(
        intact=bool(status.intact and status.valid),
        trusted=bool(status.trusted),
        covers_whole_document=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        certified_no_changes=signature.docmdp_level == MDPPerm.NO_CHANGES,
        signer=str(signature.signer_cert.subject.native["common_name"]),
        signed_at=signature.self_reported_timestamp,
    )
