"""Paid requests made the way a person makes them, through services; credit pays, so no payment page is needed."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from applicants.models import Applicant, ContactInformation, User
from certification.models import MedicalEducation, MedicalSchool
from cvs.models import LicensingAuthority, ReportRequest
from cvs.services import baskets, ordering
from payments.models import Fee, Payment
from payments.services import ledger

PRICE_CENTS = 6600


def make_fee() -> None:
    """Set the fee of a status report."""
    Fee.objects.get_or_create(
        code="CVS_STATUS_REPORT",
        effective_from=date(2022, 1, 1),
        defaults={"description": "Status report", "amount_cents": PRICE_CENTS, "basis": "seed"},
    )


def make_authority(number: int) -> LicensingAuthority:
    """Return an authority that is open and has its own address."""
    return LicensingAuthority.objects.get_or_create(
        code=f"TEST-{number}",
        defaults={
            "name": f"Medical Board of Test {number}",
            "kind": "state",
            "jurisdiction": f"Test {number:03d}",
            "line1": f"{number} Example Street",
            "city": "Sampleton",
            "region": "TS",
            "country": "US",
            "email": f"board{number}@boards.example",
        },
    )[0]


def make_physician(number: int, **names: str) -> Applicant:
    """Return a physician with contact information and a school, not certified."""
    at = timezone.now()
    user = User.objects.create(username=f"{number:08d}", email=f"physician{number}@applicants.example")
    applicant = Applicant.objects.create(
        user=user,
        identification_number=f"{number:08d}",
        birth_date=date(1990, 1, 1),
        created_at=at,
        identity_checked_on=at.date(),
        **{"family_name": f"Testperson{number}", "given_names": "Ada", **names},
    )
    ContactInformation.objects.create(
        applicant=applicant,
        email=user.email,
        phone="+1 215 555 0100",
        line1="1 Example Street",
        city="Lagos",
        country="NG",
        recorded_at=at,
        recorded_by="tests",
    )
    school = MedicalSchool.objects.get_or_create(
        name="Test College of Medicine",
        city="Lagos",
        country="NG",
        defaults={"code": "TEST0001", "search_text": "test college of medicine lagos"},
    )[0]
    MedicalEducation.objects.create(
        applicant=applicant,
        school=school,
        school_name=school.name,
        degree_title="MB BS",
        graduation_on=date(2015, 6, 1),
    )
    return applicant


def agreement(applicant: Applicant, total_cents: int, at: datetime, **ticks: bool) -> ordering.Agreement:
    """Return everything agreed to, with the present contact information just confirmed."""
    contact = applicant.contacts.get(superseded_at__isnull=True)
    values = {"use_credit": True, "consented": True, "knows_not_certified": True, "accepts_repeats": True, **ticks}
    return ordering.Agreement(shown_total_cents=total_cents, contact_id=contact.pk, contact_confirmed_at=at, **values)


def place(applicant: Applicant, authorities: Sequence[LicensingAuthority], **ticks: bool) -> Payment:
    """Choose `authorities` and press Pay; returns the payment."""
    make_fee()
    at = timezone.now()
    baskets.choose(applicant=applicant, codes=[one.code for one in authorities], at=at, actor="tests")
    total = PRICE_CENTS * len(authorities)
    return ordering.place_order(
        applicant=applicant, agreement=agreement(applicant, total, at, **ticks), at=at, actor="tests"
    )


def pay_with_credit(applicant: Applicant, authorities: Sequence[LicensingAuthority]) -> list[ReportRequest]:
    """Give credit for everything, order, and return the funded requests."""
    ledger.grant_credit(
        applicant_id=applicant.pk,
        amount_cents=PRICE_CENTS * len(authorities),
        reason="Test",
        actor="tests",
        at=timezone.now(),
        key=str(uuid.uuid4()),
    )
    payment = place(applicant, authorities)
    return list(ReportRequest.objects.filter(order_line__order=payment.order).order_by("position"))
