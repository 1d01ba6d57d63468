"""Steps of tests about the Application for Certification, through pages as a person takes them, and through services."""

import uuid
from datetime import date, datetime
from decimal import Decimal

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant
from certification.application_texts import CURRENT_BOOKLET, CURRENT_CONFIRMATION
from certification.models import Application, MedicalSchool
from certification.services.application import drafts, submitting
from certification.services.application.drafts import Attendance, Degree
from certification.states import ApplicationState
from payments.models import Fee, Payment
from payments.services import ledger, placing
from tests.factories.certification import MedicalEducationFactory, MedicalSchoolFactory, SponsorNoteFactory
from tests.support.sign_in import sign_in

FEE_CENTS = 16000
ACTOR = "tests"


def make_fee() -> None:
    """Set the fees of the application as they were and are."""
    for amount, since in ((6000, date(2013, 1, 1)), (FEE_CENTS, date(2022, 1, 1))):
        Fee.objects.get_or_create(
            code=submitting.FEE,
            effective_from=since,
            defaults={"description": "Application for Certification", "amount_cents": amount, "basis": "source"},
        )


def eligible_school(**values: str) -> MedicalSchool:
    """Return a listed school with a sponsor note that covers every year from 2000 on."""
    school = MedicalSchoolFactory.create(**values)
    SponsorNoteFactory.create(school=school)
    return school


def attended(school: MedicalSchool | None = None, **changes: object) -> Attendance:
    """Return six years at `school`, which gave the degree."""
    values: dict[str, object] = {
        "school": school,
        "school_name": school.name if school else "Unlisted Medical College",
        "country": str(school.country.code) if school else "GH",
        "attended_from": date(2009, 9, 1),
        "attended_to": date(2015, 6, 30),
        "credit_years": Decimal(5),
        "awarded_degree": True,
        **changes,
    }
    return Attendance(**values)  # type: ignore[arg-type]  # names and types are those of Attendance


def degree(**changes: object) -> Degree:
    """Return an ordinary degree."""
    values = {"graduated": True, "title": "MB ChB", "graduation_on": date(2015, 6, 30), "degree_on": date(2015, 9, 1)}
    return Degree(**{**values, **changes})  # type: ignore[arg-type]  # names and types are those of Degree


def complete(
    applicant: Applicant, *history: Attendance, said: Degree | None = None, at: datetime | None = None
) -> Application:
    """Return a draft in which everything is answered."""
    at = at or timezone.now()
    drafts.start(applicant=applicant, at=at, actor=ACTOR)
    drafts.see_details(applicant=applicant, at=at)
    for one in history or (attended(eligible_school()),):
        drafts.keep_attendance(applicant=applicant, said=one, key=None, at=at)
    drafts.complete_history(applicant=applicant, at=at)
    drafts.keep_degree(applicant=applicant, said=said or degree(), at=at)
    drafts.read_booklet(applicant=applicant, version=CURRENT_BOOKLET.version, at=at)
    drafts.confirm(
        applicant=applicant,
        version=CURRENT_CONFIRMATION.version,
        signed_name=applicant.full_name,
        at=at,
        actor=ACTOR,
    )
    return Application.objects.get(applicant=applicant)


def accepted(applicant: Applicant, *history: Attendance, said: Degree, at: datetime) -> None:
    """Leave a record as an accepted application leaves it; the first school of `history` gave the degree."""
    complete(applicant, *history, said=said, at=at)
    Application.objects.filter(applicant=applicant).update(
        state=ApplicationState.ACCEPTED,
        order_line=1,
        fee_paid_at=at,
        submitted_at=at,
        decided_at=at,
        decided_by="user:1",
        moved_at=at,
    )
    MedicalEducationFactory.create(
        applicant=applicant,
        school=history[0].school,
        graduation_on=said.graduation_on if said.graduated else None,
        degree_on=said.degree_on,
    )


def give_credit(applicant: Applicant, cents: int = FEE_CENTS) -> None:
    """Put credit into the financial account."""
    ledger.grant_credit(
        applicant_id=applicant.pk,
        amount_cents=cents,
        reason="Test",
        actor=ACTOR,
        at=timezone.now(),
        key=str(uuid.uuid4()),
    )


def pay(applicant: Applicant, *, use_credit: bool = True) -> Payment:
    """Press Pay on the page of the order."""
    return placing.place(
        applicant=applicant,
        shown_total_cents=FEE_CENTS,
        use_credit=use_credit,
        agreements={},
        at=timezone.now(),
        actor=ACTOR,
    )


def paid(applicant: Applicant, *history: Attendance, said: Degree | None = None) -> Application:
    """Return an application that was paid by credit and waits for review."""
    make_fee()
    complete(applicant, *history, said=said)
    submitting.submit(applicant=applicant, accepts_warnings=True, at=timezone.now(), actor=ACTOR)
    give_credit(applicant)
    pay(applicant)
    return Application.objects.get(applicant=applicant)


def signed_in(applicant: Applicant) -> Client:
    """Return a browser of `applicant`."""
    client = Client()
    sign_in(client, applicant.user)
    return client


def parts(name: str, day: str) -> dict[str, str]:
    """Return the three inputs of a date such as 1 9 2009; nothing for an empty one."""
    said = day.split() if day else ("", "", "")
    return {f"{name}_{part}": text for part, text in zip(("day", "month", "year"), said, strict=True)}


def school_answers(name: str, country: str = "GH", **changes: str) -> dict[str, str]:
    """Return the form of a school as a person sends it; `first`, `last` and `accepted` are days."""
    values = {
        "school_name": name,
        "country": country,
        "credit_years": "5",
        "awarded_degree": "yes",
        "passed": "yes",
        "premedical_only": "no",
        **changes,
    }
    first, last = values.pop("first", "1 9 2009"), values.pop("last", "30 6 2015")
    days = {"attended_from": first, "attended_to": last, "accepted_on": values.pop("accepted", "")}
    return values | {name: part for field, day in days.items() for name, part in parts(field, day).items()}


def degree_answers(graduated: str = "yes", graduation: str = "30 6 2015", printed: str = "1 9 2015") -> dict[str, str]:
    """Return the form of the degree as a person sends it."""
    return {
        "graduated": graduated,
        "degree_title": "MB ChB",
        **parts("graduation_on", graduation),
        **parts("degree_on", printed),
    }


def page(name: str, *args: object) -> str:
    """Return the address of a page of the application."""
    return reverse(f"application_{name}" if name else "application", args=args)
