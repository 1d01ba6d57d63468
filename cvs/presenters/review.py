"""Status reports on the review page: where they go and what each will say. Nothing here decides; placing does.

It reads less than the frozen facts of a report: whether the person is certified and which school they graduated from.
"""

from dataclasses import dataclass
from datetime import datetime

from applicants.models import Applicant
from certification.facts import CertificationAnswer
from certification.rules.facts import Education
from certification.services.evaluation import judge
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
    """Return the review of the reports in the person's basket (five queries). Raises NothingChosenError."""
    requests = basket_requests(applicant)
    if not requests:
        raise NothingChosenError
    waiting = ReportRequest.objects.visible_to(applicant).under_way_to([request.authority_id for request in requests])
    judged = judge(applicant, eastern_date(at))
    return ReportsReview(
        requests=tuple(requests),
        answer=judged.verdict.answer,
        school=_school(judged.facts.education),
        # One line for each authority, however many reports are on their way to it.
        under_way=tuple(waiting.select_related("authority").order_by("authority_id", "id").distinct("authority_id")),
    )


def _school(education: Education | None) -> str:
    if education is None:
        return "None on record"
    graduated = education.graduation_date or education.expected_graduation_date
    return f"{education.school.name}, {graduated.year}" if graduated else education.school.name
