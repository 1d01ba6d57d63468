"""Names of record: changing one, verifying a former one, and which was in force on a day (R-NAME-1 to R-NAME-4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import JSONField, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from applicants.emails import tell
from applicants.models import Applicant, FormerNameOfRecord, NameRequest, User, VerifiedName
from applicants.naming import is_same_name
from applicants.services import identity, readings, reviews
from applicants.services.first_checks import (
    agree_on_birth_date,
    others_alike,
    require_compared,
    suspect_waiting,
    was_checked,
)
from applicants.services.identity import SubmissionError
from applicants.services.readings import ALL_CHECKS, DOCUMENT_CHECK, NAME_CHECK, Reading
from applicants.services.registration.finishing import TURN
from applicants.states import OPEN_NAME_STATES, IdentityModel, NameReason, NameRequestKind, NameRequestState
from portal import audit
from portal.audit import actor_label
from portal.business_days import add_business_days, business_days_between
from portal.eastern import eastern_date
from portal.locks import wait_for_turn
from portal.uploads import services as uploads

# R-NAME-1: a change must be processed this many business days before an examination.
DAYS_BEFORE_APPOINTMENT = 7
MOST_REQUESTS = 10
REQUEST_WINDOW = timedelta(days=365)
PURPOSE = "name_change"
ACCEPTED_MESSAGES = {NameRequestKind.CHANGE: "name_changed", NameRequestKind.FORMER_NAME: "former_name_verified"}


class LateForAppointmentError(SubmissionError):
    """The appointment is so near that the person could not test; they must say that they know."""

    needs_answer = True


@dataclass(frozen=True)
class NameWish:
    """The name as in the new passport, why it changed, and the next examination appointment if there is one."""

    family_name: str
    given_names: str
    native_script_name: str
    reason: NameReason
    explanation: str = ""
    appointment_on: date | None = None


@dataclass(frozen=True)
class NameOnDay:
    """A name of record with its form in the native script."""

    family_name: str
    given_names: str
    native_script_name: str


@dataclass(frozen=True)
class Consequences:
    """What a change brings, to be read before asking for it."""

    ends_identity_form: bool
    old_name_stays: bool
    earliest_appointment_on: date
    days_before_appointment: int = DAYS_BEFORE_APPOINTMENT


def former_name_on(day: date) -> Subquery:
    """Return an annotation for people: parts of the name that was of record on `day` if it is not any more, else NULL."""
    later = FormerNameOfRecord.objects.filter(applicant=OuterRef("pk"), until_on__gt=day).order_by("until_on", "pk")
    parts = JSONObject(family_name="family_name", given_names="given_names", native_script_name="native_script_name")
    return Subquery(later.annotate(parts=parts).values("parts")[:1], output_field=JSONField())


def name_on(applicant: Applicant, former: Mapping[str, str] | None) -> NameOnDay:
    """Return the name of record on the day for which `former` was annotated (`former_name_on`)."""
    if former is not None:
        return NameOnDay(**former)
    return NameOnDay(applicant.family_name, applicant.given_names, applicant.native_script_name)


def consequences(applicant: Applicant, *, at: datetime) -> Consequences:
    """Return what a change asked for at `at` would bring; the appointment as if it were processed the same day."""
    return Consequences(
        ends_identity_form=identity.model_in_force() is IdentityModel.NOTARIZED_FORM,
        old_name_stays=was_checked(applicant),
        earliest_appointment_on=add_business_days(eastern_date(at), DAYS_BEFORE_APPOINTMENT),
    )


def is_late_for(appointment_on: date | None, *, at: datetime) -> bool:
    """Tell whether fewer business days are left before an appointment than a change needs (R-NAME-1)."""
    today = eastern_date(at)
    return appointment_on is not None and business_days_between(today, appointment_on) < DAYS_BEFORE_APPOINTMENT


def requests_of(applicant: Applicant) -> list[NameRequest]:
    """Return the person's newest requests, newest first."""
    return list(
        NameRequest.objects.filter(applicant=applicant).select_related("upload").order_by("-pk")[:MOST_REQUESTS]
    )


@transaction.atomic
def request_change(
    *,
    applicant: Applicant,
    wish: NameWish,
    knows_it_is_late: bool,
    file: "UploadedFile[bytes]",
    at: datetime,
    actor: str,
) -> NameRequest:
    """Ask for another name of record, shown by a new passport (R-NAME-1); returns what waits for staff.

    Also open to people whose identity was never checked: a passport can only be shown under the name of record.
    Raises `SubmissionError`, `LateForAppointmentError` until the person says that they know, or what `uploads.receive`
    raises for a file that is refused at once; nothing is written then.
    """
    locked = _lock(applicant)
    if (wish.family_name, wish.given_names) == (locked.family_name, locked.given_names):
        raise SubmissionError(
            "This is your name of record already. Enter the name as in your new passport", field="family_name"
        )
    if is_late_for(wish.appointment_on, at=at) and not knows_it_is_late:
        raise LateForAppointmentError(
            f"Your appointment is less than {DAYS_BEFORE_APPOINTMENT} business days away. With a new name you cannot test "
            "on that day. Confirm that you know this, or ask again after the appointment",
            field="knows_it_is_late",
        )
    request = NameRequest(
        kind=NameRequestKind.CHANGE,
        family_name=wish.family_name,
        given_names=wish.given_names,
        native_script_name=wish.native_script_name,
        reason=wish.reason,
        explanation=wish.explanation,
        appointment_on=wish.appointment_on,
    )
    return _submit(locked, request, file, at=at, actor=actor)


@transaction.atomic
def request_verification(
    *,
    applicant: Applicant,
    name: tuple[str, str],
    explanation: str,
    file: "UploadedFile[bytes]",
    at: datetime,
    actor: str,
) -> NameRequest:
    """Ask that a former name, (family name, given names), be verified; the record stays as it is (R-NAME-4).

    Raises `SubmissionError`, or what `uploads.receive` raises for a file that is refused at once.
    """
    locked = _lock(applicant)
    identity.require_checked(locked)
    known = [(locked.family_name, locked.given_names), *locked.verified_names.values_list("family_name", "given_names")]
    if any(is_same_name(name, one) for one in known):
        raise SubmissionError("This name is on your record already", field="family_name")
    request = NameRequest(
        kind=NameRequestKind.FORMER_NAME, family_name=name[0], given_names=name[1], explanation=explanation
    )
    return _submit(locked, request, file, at=at, actor=actor)


def _lock(applicant: Applicant) -> Applicant:
    return Applicant.objects.select_for_update(of=("self",)).select_related("user").get(pk=applicant.pk)


def _submit(
    applicant: Applicant, request: NameRequest, file: "UploadedFile[bytes]", *, at: datetime, actor: str
) -> NameRequest:
    """Store the file and the request; one that waited with a refused file gives way."""
    recent = NameRequest.objects.filter(applicant=applicant, submitted_at__gt=at - REQUEST_WINDOW)
    if recent.count() >= MOST_REQUESTS:
        raise SubmissionError(f"You sent {MOST_REQUESTS} requests in a year. Write to us, so that we can help")
    before = _open_request(applicant, request.kind)
    if before is not None:
        if before.state != NameRequestState.REQUESTED or not before.file_was_refused:
            raise SubmissionError("We are checking a request of this kind already. Wait for the answer, or withdraw it")
        _withdraw(before, at=at, actor=actor)
    request.upload = uploads.receive(file=file, purpose=PURPOSE, owner=applicant.user, at=at, actor=actor)
    request.applicant, request.submitted_at, request.state = applicant, at, NameRequestState.REQUESTED
    request.save()
    audit.record("applicants.name_requested", actor=actor, subject=request, at=at, kind=request.kind)
    return request


def _open_request(applicant: Applicant, kind: str) -> NameRequest | None:
    waiting = NameRequest.objects.filter(applicant=applicant, kind=kind, state__in=OPEN_NAME_STATES)
    return waiting.select_for_update(of=("self",)).select_related("upload").first()


@transaction.atomic
def withdraw(*, applicant: Applicant, kind: NameRequestKind, at: datetime, actor: str) -> NameRequest:
    """Take back a request. Raises `SubmissionError` when none waits, or a reviewer has begun."""
    request = _open_request(applicant, kind)
    if request is None or not request.machine.allows(request.state, NameRequestState.WITHDRAWN):
        raise SubmissionError("There is nothing to withdraw: a reviewer has begun, or it was decided")
    _withdraw(request, at=at, actor=actor)
    return request


def _withdraw(request: NameRequest, *, at: datetime, actor: str) -> None:
    reviews.decide(request, NameRequestState.WITHDRAWN, actor=actor, at=at)
    audit.record("applicants.name_request_withdrawn", actor=actor, subject=request, at=at, kind=request.kind)


# --- Staff ---


@transaction.atomic
def accept(*, key: int, reading: Reading, not_a_duplicate: bool, reviewer: User, at: datetime) -> NameRequest:
    """Accept a request: change the name of record, or only note a former name as verified.

    Raises `ReviewError`: not the reviewer's, a check not made, a name that differs from the one asked for; for a change
    also a birth date that differs from the record, a passport that is expired today (R-APP-6), or a first name read in a
    document that another record has too.
    """
    # No registration under the new name may pass unseen; before any row is locked, because registrations lock rows too.
    wait_for_turn(TURN)
    request = reviews.begin_decision(NameRequest, key, judgment=reading, reviewer=reviewer)
    applicant = _lock(request.applicant)
    reviews.require_ready(request)
    readings.require_name(reading, request.name, whose="the name asked for")
    actor, checked, corrected = actor_label(reviewer), was_checked(applicant), False
    if request.kind == NameRequestKind.CHANGE:
        corrected = agree_on_birth_date(
            applicant, reading, name=request.name, not_a_duplicate=not_a_duplicate, actor=actor, at=at
        )
        readings.require_unexpired(reading, at=at)
        reviews.require_checks(reading, ALL_CHECKS)
        if not checked:
            birth_date = applicant.birth_date
            require_compared(applicant, name=request.name, birth_date=birth_date, not_a_duplicate=not_a_duplicate)
        _change_name(applicant, request, at=at, actor=actor)
        suspect_waiting(applicant, at=at)
    else:
        reviews.require_checks(reading, (NAME_CHECK, DOCUMENT_CHECK))
        _verify_name(applicant, request.name, on=eastern_date(at))
    reviews.decide(request, NameRequestState.ACCEPTED, actor=actor, at=at)
    audit.record("applicants.name_request_accepted", actor=actor, subject=request, at=at, kind=request.kind)
    words = {
        "old_name_stays": checked,
        "too_late": _came_too_late(request, at=at),
        "birth_date_corrected": corrected,
    }
    tell(request, ACCEPTED_MESSAGES[NameRequestKind(request.kind)], at=at, **words)
    return request


def _came_too_late(request: NameRequest, *, at: datetime) -> bool:
    """Tell whether an appointment is still to come for which the change was processed too late (R-NAME-1)."""
    is_ahead = request.appointment_on is not None and request.appointment_on >= eastern_date(at)
    return is_ahead and is_late_for(request.appointment_on, at=at)


def same_people(request: NameRequest, born: date | None, *, checked: bool) -> list[Applicant]:
    """Return people on record who may be the same as one who was never checked, by what was read so far.

    `checked` is what `first_checks.was_checked` says of the person.
    """
    applicant = request.applicant
    if request.kind != NameRequestKind.CHANGE or checked:
        return []
    return others_alike(applicant, name=request.name, birth_date=born or applicant.birth_date)


@transaction.atomic
def give_back(*, key: int, reading: Reading, reviewer: User, at: datetime) -> NameRequest:
    """Return a request to the person with the reason they will read. Raises `ReviewError`."""
    request = reviews.begin_decision(NameRequest, key, judgment=reading, reviewer=reviewer)
    reviews.require_reason(reading)
    actor = actor_label(reviewer)
    reviews.decide(request, NameRequestState.RETURNED, actor=actor, at=at)
    audit.record("applicants.name_request_returned", actor=actor, subject=request, at=at, kind=request.kind)
    tell(request, "name_request_returned", at=at)
    return request


def _change_name(applicant: Applicant, request: NameRequest, *, at: datetime, actor: str) -> None:
    """Let the old name end and the new one begin today; the old one stays a verified name if it ever was one."""
    today = eastern_date(at)
    if was_checked(applicant):
        _verify_name(applicant, (applicant.family_name, applicant.given_names), on=today)
    before = applicant.former_names_of_record.order_by("-until_on", "-pk").first()
    FormerNameOfRecord.objects.create(
        applicant=applicant,
        family_name=applicant.family_name,
        given_names=applicant.given_names,
        native_script_name=applicant.native_script_name,
        from_on=before.until_on if before else None,
        until_on=today,
        request=request,
    )
    applicant.family_name, applicant.given_names = request.name
    applicant.native_script_name = request.native_script_name
    identity.check_anew(applicant, at=at, actor=actor)
    applicant.save(update_fields=["family_name", "given_names", "native_script_name", "identity_checked_on"])
    audit.record("applicants.name_changed", actor=actor, subject=applicant, at=at, request=request.pk)


def _verify_name(applicant: Applicant, name: tuple[str, str], *, on: date) -> None:
    VerifiedName.objects.get_or_create(
        applicant=applicant, family_name=name[0], given_names=name[1], defaults={"verified_on": on}
    )


def waiting() -> Q:
    """Return the condition under which a request waits for staff: sent, and its file has passed the checks."""
    return Q(state=NameRequestState.IN_REVIEW) | Q(state=NameRequestState.REQUESTED, upload__state="clean")
