"""Is a person certified on a day."""

from datetime import date

from certification.facts import CertificateFact, CertificationAnswer
from certification.rules.record import CertificateRecord


def answer(certificate: CertificateRecord | None, as_of: date) -> CertificationAnswer:
    """Say whether the holder of `certificate` is certified on `as_of`.

    Certified from the day of issue (R-CERT-1). Revoked is not expired (R-CERT-10). A certificate with an end that was not
    made permanent is expired from the day after it (R-CERT-4, R-CERT-5); the end concerns entry into training.
    """
    if certificate is None or certificate.issued_on > as_of:
        return CertificationAnswer.NO
    if certificate.revoked_on is not None and certificate.revoked_on <= as_of:
        return CertificationAnswer.REVOKED
    end = valid_through(certificate, as_of)
    return CertificationAnswer.EXPIRED if end is not None and end < as_of else CertificationAnswer.YES


def valid_through(certificate: CertificateRecord, as_of: date) -> date | None:
    """Return the last day of validity as it stands on `as_of`; None means valid indefinitely."""
    permanent_on = certificate.made_permanent_on
    if permanent_on is not None and permanent_on <= as_of:
        return None
    # What was extended later still had its earlier end.
    return next((end for on, end in certificate.extended if on > as_of), certificate.valid_through)


def fact(certificate: CertificateRecord | None, as_of: date) -> CertificateFact | None:
    """Return the certificate as it stands on `as_of`, or None while there is none."""
    if certificate is None or certificate.issued_on > as_of:
        return None
    return CertificateFact(certificate.number, certificate.issued_on, valid_through(certificate, as_of))
