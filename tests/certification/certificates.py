"""Certificates as this portal issues them, for tests of what comes afterwards."""

from datetime import UTC, date, datetime

from applicants.models import Applicant
from certification.models import Certificate
from certification.services.certificates import records
from certification.services.certificates.records import Deciders
from certification.states import CertificateChangeKind
from tests.factories.certification import IssueDecisionFactory

ISSUED_AT = datetime(2026, 2, 2, 15, tzinfo=UTC)


def issued(applicant: Applicant, *, valid_through: date | None = date(2026, 12, 31)) -> Certificate:
    """Return a certificate with its decision and the note of its issue, of February 2, 2026."""
    certificate = Certificate.objects.create(
        applicant=applicant,
        number=records.next_number(),
        issued_on=ISSUED_AT.date(),
        valid_through=valid_through,
        decision=IssueDecisionFactory.create(applicant=applicant),
    )
    kind, two = CertificateChangeKind.ISSUED, Deciders(first="user:1", second="user:2")
    records.add_change(certificate, kind, reason="All requirements are met", deciders=two, at=ISSUED_AT)
    return certificate
