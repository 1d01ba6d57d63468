"""Status reports on the review page: where they go and what each will say. Nothing here decides; placing does.

It reads less than the frozen facts of a report: whether the person is certified and which school they graduated from.
"""

from dataclasses import dataclass
from datetime import date, datetime

from applicants.models import Applicant
from certification.facts import CertificationAnswer
from certification.models import Certificate, MedicalEducation
from certification.rules import certificates
from certification.rules.record import CertificateRecord
from cvs.models import ReportRequest
from cvs.services.baskets import NothingChosenError, basket_requests
from portal.eastern import eastern_date


@dataclass(frozen=True)
class ReportsReview:
    """What the page shows of the reports in an order."""

    requests: tuple[ReportRequest, ...]
    answer: CertificationAnswer
    school: str
    under_way: tuple[ReportRequest, ...]

    @property
    def is_certified(self) -> bool:
        """Tell whether each report would say that the person is certified today."""
        return self.answer is CertificationAnswer.YES


def reports_review_of(applicant: Applicant, *, at: datetime) -> ReportsReview:
    """Return the review of the reports in the person's basket (four queries). Raises NothingChosenError."""
    requests = basket_requests(applicant)
    if not requests:
        raise NothingChosenError
    waiting = ReportRequest.objects.visible_to(applicant).under_way_to([request.authority_id for request in requests])
    return ReportsReview(
        requests=tuple(requests),
        answer=_answer(applicant, eastern_date(at)),
        school=_school(applicant),
        # One line for each authority, however many reports are on their way to it.
        under_way=tuple(waiting.select_related("authority").order_by("authority_id", "id").distinct("authority_id")),
    )


def _answer(applicant: Applicant, today: date) -> CertificationAnswer:
    row = Certificate.objects.filter(applicant=applicant).first()
    return certificates.answer(_record(row) if row else None, today)


def _record(row: Certificate) -> CertificateRecord:
    return CertificateRecord(
        number=row.number,
        issued_on=row.issued_on,
        valid_through=row.valid_through,
        made_permanent_on=row.made_permanent_on,
        revoked_on=row.revoked_on,
    )


def _school(applicant: Applicant) -> str:
    education = MedicalEducation.objects.filter(applicant=applicant).first()
    if education is None:
        return "None on record"
    graduated = education.graduation_on
    return f"{education.school_name}, {graduated.year}" if graduated else education.school_name
