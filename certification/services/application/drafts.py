"""The answers of an application, saved one topic at a time; they can be changed until it is submitted, and after a return."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from django.conf import settings
from django.db import transaction

from applicants import purchases
from applicants.models import Applicant
from applicants.naming import comparable
from applicants.services import identity
from certification.application_texts import CURRENT_BOOKLET, CURRENT_CONFIRMATION
from certification.models import Application, MedicalEducation, MedicalSchool, MedicalSchoolAttendance
from certification.services.application.moves import ApplicationError, lock, move, note
from certification.services.typed import Typed, with_page, without
from certification.states import APPLICATION_EDITABLE, APPLICATION_WITHDRAWABLE, ApplicationState
from portal import four_eyes
from portal.eastern import eastern_date
from portal.models import FourEyesAct

MOST_ATTENDANCES = 20
NEW_ATTENDANCE = "attendance new"
PAYMENT_UNDER_WAY = "A payment is under way. Cancel it first, then you can withdraw."
NOT_EDITABLE = "The application was submitted. It cannot be changed now."


class Topic(StrEnum):
    """The topics of an application, one a page, in order."""

    DETAILS = "details"
    EDUCATION = "education"
    DEGREE = "degree"
    BOOKLET = "booklet"
    PURPOSE = "purpose"
    CHECK = "check"


class TooManyAttendancesError(ApplicationError):
    """The history is full."""


class SecondDegreeError(ApplicationError):
    """Another school in the history gives the degree already."""


class SignatureDiffersError(ApplicationError):
    """The typed name is not the name of record."""


class UnsavedError(ApplicationError):
    """Something that was typed is not saved as an answer; the text names the page."""


@dataclass(frozen=True)
class Attendance:
    """What a person says of one school. `school` is the one in the Directory, None when it was not found there.

    `accepted_on` is when the school of the degree accepted the credits of another one, None when that is not known.
    """

    school: MedicalSchool | None
    school_name: str
    country: str
    attended_from: date
    attended_to: date | None
    credit_years: Decimal
    awarded_degree: bool
    passed: bool = True
    premedical_only: bool = False
    accepted_on: date | None = None


@dataclass(frozen=True)
class Degree:
    """What a person says of the degree; `graduation_on` is expected for a student (R-SCH-7)."""

    graduated: bool
    title: str
    graduation_on: date
    degree_on: date | None


def keep_for() -> timedelta:
    """Return how long a draft is kept after the last answer."""
    return timedelta(days=settings.APPLICATION_DRAFT_DAYS)


def application_of(applicant: Applicant) -> Application | None:
    """Return the open or accepted application of a person, or the newest one that ended."""
    kept = Application.objects.kept(applicant).first()
    return kept or Application.objects.filter(applicant=applicant).order_by("-pk").first()


def is_carried_over(applicant: Applicant) -> bool:
    """Tell whether a degree is on record from an application that was accepted before the portal kept them."""
    return MedicalEducation.objects.filter(applicant=applicant).exists()


def answered(application: Application) -> dict[Topic, bool]:
    """Tell of each topic whether it is answered."""
    return {
        Topic.DETAILS: application.details_seen_at is not None,
        Topic.EDUCATION: application.history_complete_at is not None,
        Topic.DEGREE: application.graduation_on is not None,
        Topic.BOOKLET: application.booklet_version == CURRENT_BOOKLET.version,
        Topic.PURPOSE: application.confirmation_version == CURRENT_CONFIRMATION.version,
    }


def first_open_topic(application: Application) -> Topic:
    """Return the first topic that is not answered, `Topic.CHECK` when all are."""
    return next((topic for topic, done in answered(application).items() if not done), Topic.CHECK)


@transaction.atomic
def start(*, applicant: Applicant, at: datetime, actor: str) -> Application:
    """Return the person's open application, or begin one. Raises `IdentityNotCheckedError` and `ApplicationError`."""
    identity.require_checked(applicant)
    Applicant.objects.select_for_update().get(pk=applicant.pk)
    existing = Application.objects.kept(applicant).first()
    if existing is not None:
        return existing
    if is_carried_over(applicant):
        raise ApplicationError("Your medical education is on record already. You do not need to apply again.")
    application = Application.objects.create(applicant=applicant, created_at=at, changed_at=at, moved_at=at)
    note(application, "started", at=at, actor=actor)
    return application


def lock_editable(applicant: Applicant) -> Application:
    """Return the application locked, if its answers may be changed. Raises `ApplicationError`."""
    application = lock(applicant)
    if application.state not in APPLICATION_EDITABLE:
        raise ApplicationError(NOT_EDITABLE)
    return application


def _keep(application: Application, *, at: datetime, **values: object) -> None:
    """Write answers; the draft is kept for its whole time again, and a new reminder may come."""
    for name, value in {**values, "changed_at": at, "reminded_at": None}.items():
        setattr(application, name, value)
    application.save(update_fields=[*values, "changed_at", "reminded_at"])


@transaction.atomic
def keep_typed(*, applicant: Applicant, page: str, typed: Typed, at: datetime) -> None:
    """Keep what stands on a page as it was typed, so that it is there when the person comes back; it is no answer yet.

    A page on which everything is empty was not begun. Raises `ApplicationError`.
    """
    application = lock_editable(applicant)
    _keep(application, at=at, typed=with_page(application.typed, page, typed))


@transaction.atomic
def discard_typed(*, applicant: Applicant, page: str, at: datetime) -> None:
    """Forget what was typed on a page and not saved. Raises `ApplicationError`."""
    application = lock_editable(applicant)
    _keep(application, at=at, typed=without(application.typed, page))


def require_saved(application: Application, pages: Sequence[str] | None = None) -> None:
    """Raise `UnsavedError` while something is typed and not saved on one of `pages`, any page by default."""
    schools = dict(application.attendances.values_list("pk", "school_name")) if application.typed else {}
    names = {NEW_ATTENDANCE: "the school that you began", Topic.DEGREE.value: "“Your medical degree”"}
    names |= {page_of(key): f"the page of {name}" for key, name in schools.items()}
    for page in application.typed:
        if pages is None or page in pages:
            raise UnsavedError(f"Open {names.get(page, page)}, and save or discard what you typed there")


def page_of(key: int | None) -> str:
    """Return under which name the page of a school of the history keeps what is typed; `key` None is a new one."""
    return f"attendance {key}" if key else NEW_ATTENDANCE


@transaction.atomic
def see_details(*, applicant: Applicant, at: datetime) -> None:
    """Note that the person looked at their record and found it right. Raises `ApplicationError`."""
    _keep(lock_editable(applicant), at=at, details_seen_at=at)


@transaction.atomic
def keep_attendance(*, applicant: Applicant, said: Attendance, key: int | None, at: datetime) -> None:
    """Add a school to the history, or change the one with `key`; the history must be confirmed anew.

    Raises `ApplicationError`, one of which says that the history is full, another that a second school gives the degree,
    and MedicalSchoolAttendance.DoesNotExist for a key that is not in this history.
    """
    application = lock_editable(applicant)
    others = application.attendances.exclude(pk=key) if key else application.attendances.all()
    if key is None and others.count() >= MOST_ATTENDANCES:
        raise TooManyAttendancesError(f"The history is full: it holds {MOST_ATTENDANCES} schools. Remove one first")
    if said.awarded_degree and others.filter(awarded_degree=True).exists():
        raise SecondDegreeError("Another school in your history gives the degree. Change that one first")
    row = application.attendances.get(pk=key) if key else None
    if row is None:
        row = MedicalSchoolAttendance(application=application, disclosed_on=eastern_date(at))
    for name in (
        "school",
        "school_name",
        "country",
        "attended_from",
        "attended_to",
        "credit_years",
        "awarded_degree",
        "passed",
        "premedical_only",
        "accepted_on",
    ):
        setattr(row, name, getattr(said, name))
    row.save()
    typed = without(application.typed, page_of(key))
    _keep(application, at=at, history_complete_at=None, warnings_accepted_at=None, typed=typed)


@transaction.atomic
def remove_attendance(*, applicant: Applicant, key: int, at: datetime, actor: str) -> None:
    """Take a school out of the history. What was disclosed stays in the audit log (R-CRED-3).

    Raises `ApplicationError`, and MedicalSchoolAttendance.DoesNotExist.
    """
    application = lock_editable(applicant)
    row = application.attendances.get(pk=key)
    note(application, "school_removed", at=at, actor=actor, disclosed_on=row.disclosed_on.isoformat())
    row.delete()
    typed = without(application.typed, page_of(key))
    _keep(application, at=at, history_complete_at=None, warnings_accepted_at=None, typed=typed)


@transaction.atomic
def complete_history(*, applicant: Applicant, at: datetime) -> None:
    """Note that every school and transfer is listed.

    Raises `ApplicationError` while no school gives the degree, `UnsavedError` while one is begun and not saved.
    """
    application = lock_editable(applicant)
    if not application.attendances.filter(awarded_degree=True).exists():
        raise ApplicationError("Add the school that gave or will give you your medical degree")
    require_saved(application, [page for page in application.typed if page != Topic.DEGREE])
    _keep(application, at=at, history_complete_at=at)


@transaction.atomic
def keep_degree(*, applicant: Applicant, said: Degree, at: datetime) -> None:
    """Write what the person says of the degree. Raises `ApplicationError`."""
    application = lock_editable(applicant)
    _keep(
        application,
        at=at,
        typed=without(application.typed, Topic.DEGREE),
        graduated=said.graduated,
        degree_title=said.title,
        graduation_on=said.graduation_on,
        degree_on=said.degree_on,
        warnings_accepted_at=None,
    )


@transaction.atomic
def read_booklet(*, applicant: Applicant, version: str, at: datetime) -> None:
    """Note which version of the booklet was read. Raises `ApplicationError` when there is a newer one."""
    application = lock_editable(applicant)
    if version != CURRENT_BOOKLET.version:
        raise ApplicationError("The booklet has changed meanwhile. Read the new version")
    _keep(application, at=at, booklet_version=version, booklet_read_at=at)


@transaction.atomic
def confirm(*, applicant: Applicant, version: str, signed_name: str, at: datetime, actor: str) -> None:
    """Note that purpose and requirements are understood: text version, time, signer (R-APP-1).

    Raises `SignatureDiffersError`, and `ApplicationError` when the text has changed meanwhile.
    """
    application = lock_editable(applicant)
    if version != CURRENT_CONFIRMATION.version:
        raise ApplicationError("The text has changed meanwhile. Read it again")
    if comparable(signed_name) != comparable(applicant.full_name):
        raise SignatureDiffersError("Type your name exactly as it is on record")
    _keep(application, at=at, confirmation_version=version, confirmed_at=at, signed_name=signed_name)
    note(application, "confirmed", at=at, actor=actor, version=version)


@transaction.atomic
def withdraw(*, applicant: Applicant, at: datetime, actor: str) -> Application:
    """End an application for good; a fee that was paid is not given back. Raises `ApplicationError`."""
    # The order is locked before the application, as in a settlement.
    _take_out_of_order(applicant, at=at)
    application = lock(applicant)
    if application.state not in APPLICATION_WITHDRAWABLE:
        said = {
            ApplicationState.SUBMITTED: PAYMENT_UNDER_WAY,
            ApplicationState.ACCEPTED: "The application was accepted and cannot be withdrawn.",
        }
        raise ApplicationError(said[ApplicationState(application.state)])
    four_eyes.lapse(FourEyesAct.REJECT_APPLICATION, subject=application, at=at)
    application.reviewer = application.reviewer_until = None
    application.typed = {}
    application.save(update_fields=["reviewer", "reviewer_until", "typed"])
    move(application, ApplicationState.WITHDRAWN, at=at, actor=actor)
    return application


def _take_out_of_order(applicant: Applicant, *, at: datetime) -> None:
    unpaid = Application.objects.kept(applicant).filter(fee_paid_at__isnull=True, order_line__isnull=False).first()
    if unpaid is None or unpaid.order_line is None:
        return
    try:
        purchases.till().remove_from_order(line_id=unpaid.order_line, at=at)
    except purchases.PaymentUnderWayError as error:
        raise ApplicationError(PAYMENT_UNDER_WAY) from error
