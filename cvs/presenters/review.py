"""The review page: what is ordered, at what price, and what must be agreed to. Nothing here decides; placing does.

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
from cvs.services.ordering import PriceChange
from payments.models import Order
from payments.services import checkout, fees, ledger
from portal.eastern import eastern_date
from portal.money import format_cents


@dataclass(frozen=True)
class Review:
    """What the page shows; amounts in cents. `usable_credit_cents` is what credit would pay of the total."""

    order: Order
    requests: tuple[ReportRequest, ...]
    answer: CertificationAnswer
    school: str
    fee_cents: int
    usable_credit_cents: int
    under_way: tuple[ReportRequest, ...]

    @property
    def total_cents(self) -> int:
        """Return the total at today's fee."""
        return self.fee_cents * len(self.requests)

    @property
    def is_certified(self) -> bool:
        """Tell whether each report would say that the person is certified today."""
        return self.answer is CertificationAnswer.YES

    @property
    def price_changes(self) -> tuple[PriceChange, ...]:
        """Return the lines whose fee changed since they were chosen."""
        lines = [request.order_line for request in self.requests]
        return tuple(
            PriceChange(line.description, line.price_cents, self.fee_cents)
            for line in lines
            if line.price_cents != self.fee_cents
        )

    @property
    def credit_label(self) -> str:
        """Return the words beside the credit box; empty where there is no credit to use."""
        cents = self.usable_credit_cents
        return f"Use my account credit, {format_cents(cents)}" if cents else ""

    @property
    def button(self) -> str:
        """Return words that stay true whatever the person ticks, because nothing changes them without a script."""
        if not self.usable_credit_cents:
            return f"Pay {format_cents(self.total_cents)}"
        return "Place order" if self.usable_credit_cents == self.total_cents else "Continue to payment"


def review_of(applicant: Applicant, *, at: datetime) -> Review:
    """Return the review of the person's basket at today's fee (six queries). Raises NothingChosenError."""
    requests = basket_requests(applicant)
    if not requests:
        raise NothingChosenError
    today = eastern_date(at)
    fee = fees.price_on(fees.STATUS_REPORT, today)
    waiting = ReportRequest.objects.visible_to(applicant).under_way_to([request.authority_id for request in requests])
    return Review(
        order=requests[0].order_line.order,
        requests=tuple(requests),
        answer=_answer(applicant, today),
        school=_school(applicant),
        fee_cents=fee,
        usable_credit_cents=checkout.usable_credit(
            total_cents=fee * len(requests), credit_cents=ledger.credit_balance(applicant.pk)
        ),
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
