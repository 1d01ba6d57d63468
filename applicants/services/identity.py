"""Showing who one is: a passport (R-APP-5, R-APP-6) or the notarized form of before (R-APP-4), checked by staff."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q

from applicants.emails import tell
from applicants.models import Applicant, IdentityCheck, User
from applicants.naming import is_same_name
from applicants.numbers import format_identification_number
from applicants.services import readings, reviews
from applicants.services.first_checks import agree_on_birth_date, others_alike, suspect_waiting
from applicants.services.readings import ALL_CHECKS, Reading
from applicants.services.registration.finishing import TURN
from applicants.services.reviews import DecisionError
from applicants.states import OPEN_IDENTITY_STATES, IdentityModel, IdentityState
from portal import audit
from portal.audit import actor_label
from portal.eastern import EASTERN, eastern_date
from portal.encryption import fingerprints
from portal.locks import wait_for_turn
from portal.uploads import services as uploads

MOST_SUBMISSIONS = 10
SUBMISSION_WINDOW = timedelta(days=30)
PURPOSES = {IdentityModel.PASSPORT: "passport", IdentityModel.NOTARIZED_FORM: "identity_form"}


class IdentityNotCheckedError(Exception):
    """Nothing can be ordered or requested before identity was checked (R-APP-5)."""


class SubmissionError(Exception):
    """Nothing was submitted or written; the text is for the person, `field` is where the remedy is, if anywhere."""

    needs_answer = False

    def __init__(self, text: str, *, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class PassportClaim:
    """What a person types from their passport; the number without blanks, the country as ISO 3166 code."""

    passport_number: str
    issuing_country: str
    expires_on: date
    family_name: str
    given_names: str


def model_in_force() -> IdentityModel:
    """Return how people show who they are in this installation."""
    return IdentityModel(settings.IDENTITY_MODEL)


def require_checked(applicant: Applicant) -> None:
    """Raise `IdentityNotCheckedError` unless identity was checked, by what the database says now."""
    if not Applicant.objects.filter(pk=applicant.pk, identity_checked_on__isnull=False).exists():
        raise IdentityNotCheckedError


def latest_check(applicant: Applicant) -> IdentityCheck | None:
    """Return the newest check that was not withdrawn, with its file; one query."""
    checks = IdentityCheck.objects.filter(applicant=applicant).exclude(state=IdentityState.WITHDRAWN)
    return checks.select_related("upload").order_by("-pk").first()


def history(applicant: Applicant) -> list[IdentityCheck]:
    """Return the person's newest checks, newest first."""
    checks = IdentityCheck.objects.filter(applicant=applicant).select_related("upload").order_by("-pk")
    return list(checks[:MOST_SUBMISSIONS])


@transaction.atomic
def submit_passport(
    *, applicant: Applicant, claim: PassportClaim, file: "UploadedFile[bytes]", at: datetime, actor: str
) -> IdentityCheck:
    """Hand a passport in for the check and return what waits for staff.

    Raises `SubmissionError`, or what `uploads.receive` raises for a file that is refused at once; nothing is written then.
    """
    locked = _may_submit(applicant, IdentityModel.PASSPORT, at=at)
    if claim.expires_on < eastern_date(at):
        raise SubmissionError("This passport is expired. Use a passport that is still valid", field="expires_on")
    if not is_same_name((claim.family_name, claim.given_names), (locked.family_name, locked.given_names)):
        raise SubmissionError(
            f"Your name of record is “{locked.full_name}”. It must be exactly as in your passport. If the passport is "
            "right, ask for a change of your name of record first",
            field="family_name",
        )
    return _submit(
        locked,
        IdentityCheck(
            kind=IdentityModel.PASSPORT,
            passport_number=claim.passport_number,
            issuing_country=claim.issuing_country,
            expires_on=claim.expires_on,
            family_name=claim.family_name,
            given_names=claim.given_names,
        ),
        file,
        at=at,
        actor=actor,
    )


def _may_submit(applicant: Applicant, kind: IdentityModel, *, at: datetime) -> Applicant:
    """Lock the person and return them. Raises `SubmissionError` when there is nothing to submit, or too much was."""
    locked = Applicant.objects.select_for_update(of=("self",)).select_related("user").get(pk=applicant.pk)
    if model_in_force() is not kind:
        raise SubmissionError("Identity is not shown this way here. Open the page again")
    if locked.identity_checked_on is not None:
        raise SubmissionError("Your identity is confirmed already. There is nothing to send")
    recent = IdentityCheck.objects.filter(applicant=locked, created_at__gt=at - SUBMISSION_WINDOW)
    if recent.count() >= MOST_SUBMISSIONS:
        raise SubmissionError(f"You sent {MOST_SUBMISSIONS} documents in 30 days. Write to us, so that we can help")
    return locked


def _submit(
    applicant: Applicant, check: IdentityCheck, file: "UploadedFile[bytes]", *, at: datetime, actor: str
) -> IdentityCheck:
    """Store the file and the submission; what waited with a refused file gives way."""
    waiting = IdentityCheck.objects.filter(applicant=applicant, state__in=OPEN_IDENTITY_STATES)
    for before in waiting.select_related("upload").select_for_update(of=("self",)):
        if not _gives_way(before):
            raise SubmissionError("We are checking what you sent already. You need not send it again")
        if before.pk != check.pk:
            _withdraw(before, at=at, actor=actor)
    check.upload = uploads.receive(
        file=file, purpose=PURPOSES[IdentityModel(check.kind)], owner=applicant.user, at=at, actor=actor
    )
    check.applicant = applicant
    check.created_at = check.created_at or at
    check.submitted_at = at
    check.state = IdentityState.SUBMITTED
    check.save()
    audit.record("applicants.identity_submitted", actor=actor, subject=check, at=at, kind=check.kind)
    return check


def _gives_way(check: IdentityCheck) -> bool:
    return check.state == IdentityState.PREPARED or (check.state == IdentityState.SUBMITTED and check.file_was_refused)


@transaction.atomic
def withdraw(*, applicant: Applicant, at: datetime, actor: str) -> IdentityCheck:
    """Take back what waits for staff. Raises `SubmissionError` when nothing does, or a reviewer has begun."""
    waiting = IdentityCheck.objects.select_for_update(of=("self",)).filter(
        applicant=applicant, state__in=OPEN_IDENTITY_STATES
    )
    check = waiting.first()
    if check is None or not check.machine.allows(check.state, IdentityState.WITHDRAWN):
        raise SubmissionError("There is nothing to withdraw: a reviewer has begun, or it was decided")
    _withdraw(check, at=at, actor=actor)
    return check


def _withdraw(check: IdentityCheck, *, at: datetime, actor: str) -> None:
    reviews.decide(check, IdentityState.WITHDRAWN, actor=actor, at=at)
    audit.record("applicants.identity_withdrawn", actor=actor, subject=check, at=at)


# --- The notarized form (R-APP-4) ---


def form_valid_until(created_on: date) -> date:
    """Return the last day on which a form made on `created_on` can reach us: one year later (R-APP-4)."""
    try:
        return created_on.replace(year=created_on.year + 1)
    except ValueError:
        return date(created_on.year + 1, 2, 28)


@transaction.atomic
def prepare_form(*, applicant: Applicant, at: datetime, actor: str) -> IdentityCheck:
    """Fill in a form for the notary session and return it; one that is still good is returned as it is.

    Raises `SubmissionError` when nothing is to be sent.
    """
    locked = _may_submit(applicant, IdentityModel.NOTARIZED_FORM, at=at)
    usable = _usable_form(locked, at=at)
    if usable is not None:
        return usable
    for before in IdentityCheck.objects.filter(applicant=locked, state__in=OPEN_IDENTITY_STATES).select_for_update():
        if before.state != IdentityState.PREPARED:
            raise SubmissionError("We are checking what you sent already. You need not send it again")
        _withdraw(before, at=at, actor=actor)
    check = IdentityCheck.objects.create(
        applicant=locked,
        kind=IdentityModel.NOTARIZED_FORM,
        state=IdentityState.PREPARED,
        family_name=locked.family_name,
        given_names=locked.given_names,
        form_created_on=eastern_date(at),
        created_at=at,
    )
    audit.record("applicants.identity_form_prepared", actor=actor, subject=check, at=at)
    return check


def _usable_form(applicant: Applicant, *, at: datetime) -> IdentityCheck | None:
    """Return the prepared form if it is still good and carries the name of record."""
    check = IdentityCheck.objects.filter(applicant=applicant, state=IdentityState.PREPARED).first()
    if check is None or check.form_created_on is None or not _form_is_good(check, applicant, at=at):
        return None
    return check


def _form_is_good(check: IdentityCheck, applicant: Applicant, *, at: datetime) -> bool:
    same = check.name == (applicant.family_name, applicant.given_names)
    created_on = check.form_created_on
    return same and created_on is not None and eastern_date(at) <= form_valid_until(created_on)


@transaction.atomic
def submit_form(*, applicant: Applicant, file: "UploadedFile[bytes]", at: datetime, actor: str) -> IdentityCheck:
    """Hand in the completed form. One that was returned can be sent again, as a better scan, while it is good.

    Raises `SubmissionError`, or what `uploads.receive` raises for a file that is refused at once.
    """
    locked = _may_submit(applicant, IdentityModel.NOTARIZED_FORM, at=at)
    latest = latest_check(locked)
    if latest is None or latest.form_created_on is None or not _form_is_good(latest, locked, at=at):
        raise SubmissionError("The form is older than a year, or your name changed since. Make a new form first")
    check = latest if latest.state == IdentityState.PREPARED else _again(latest)
    return _submit(locked, check, file, at=at, actor=actor)


def _again(check: IdentityCheck) -> IdentityCheck:
    return IdentityCheck(
        kind=check.kind,
        family_name=check.family_name,
        given_names=check.given_names,
        form_created_on=check.form_created_on,
    )


def printable_form(applicant: Applicant, *, at: datetime) -> IdentityCheck | None:
    """Return the newest form that may still be completed or sent again, or None."""
    latest = latest_check(applicant)
    if latest is None or latest.state not in {IdentityState.PREPARED, IdentityState.RETURNED}:
        return None
    return latest if _form_is_good(latest, applicant, at=at) else None


def printed_form(applicant: Applicant, check: IdentityCheck) -> dict[str, object]:
    """Return the texts that are printed on a form that was prepared; days in U.S. Eastern time."""
    created_on = check.form_created_on or eastern_date(check.created_at)
    return {
        "title": "Certification of identification form",
        "subject": "To be completed before a notary",
        "created": check.created_at.astimezone(EASTERN).isoformat(timespec="seconds"),
        "paper": settings.REPORT_PAPER,
        "organization": settings.ORGANIZATION,
        "number": format_identification_number(applicant.identification_number),
        "family_name": check.family_name,
        "given_names": check.given_names,
        "birth_date": _day(applicant.birth_date),
        "created_on": _day(created_on),
        "valid_until": _day(form_valid_until(created_on)),
    }


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


# --- Staff ---


def same_people(check: IdentityCheck, born: date | None, *, checked: bool) -> list[Applicant]:
    """Return people on record who may be the same as one who was never checked, once `born` is read in the document.

    `checked` is what `first_checks.was_checked` says of the person.
    """
    applicant = check.applicant
    if born is None or born == applicant.birth_date or checked:
        return []
    return others_alike(applicant, name=check.name, birth_date=born)


def same_passport(check: IdentityCheck) -> list[IdentityCheck]:
    """Return checks of other people with the same passport, each with its person (R-ID-1)."""
    if not check.passport_number:
        return []
    same = IdentityCheck.objects.filter(
        passport_fingerprint__in=fingerprints(check.issuing_country.code or "", check.passport_number)
    ).exclude(applicant_id=check.applicant_id)
    return list(same.select_related("applicant").defer("passport_number").order_by("applicant_id", "-pk")[:20])


@transaction.atomic
def accept(*, key: int, reading: Reading, not_a_duplicate: bool, reviewer: User, at: datetime) -> IdentityCheck:
    """Confirm the person's identity from the day of `at` on.

    Raises `ReviewError`: not the reviewer's, a check not made, a name or birth date that differs from the record (of
    which the date may be taken from the document at the first check), a passport that is expired today, or the same
    passport or person on another record.
    """
    if reading.takes_birth_date:
        # No registration with this date may pass unseen; before any row is locked, because registrations lock rows too.
        wait_for_turn(TURN)
    check = reviews.begin_decision(IdentityCheck, key, judgment=reading, reviewer=reviewer)
    applicant = Applicant.objects.select_for_update(of=("self",)).select_related("user").get(pk=check.applicant_id)
    reviews.require_ready(check)
    readings.require_name(reading, (applicant.family_name, applicant.given_names), whose="the name of record")
    actor = actor_label(reviewer)
    corrected = agree_on_birth_date(
        applicant, reading, name=check.name, not_a_duplicate=not_a_duplicate, actor=actor, at=at
    )
    readings.require_unexpired(reading, at=at)
    reviews.require_checks(reading, ALL_CHECKS)
    if same_passport(check) and not not_a_duplicate:
        raise DecisionError("not_a_duplicate", "Another record has this passport. Compare both records first")
    reviews.decide(check, IdentityState.ACCEPTED, actor=actor, at=at)
    applicant.identity_checked_on = eastern_date(at)
    applicant.save(update_fields=["identity_checked_on"])
    audit.record("applicants.identity_accepted", actor=actor, subject=check, at=at, kind=check.kind)
    if corrected:
        suspect_waiting(applicant, at=at)
    tell(check, "identity_accepted", at=at, birth_date_corrected=corrected)
    return check


@transaction.atomic
def give_back(*, key: int, reading: Reading, reviewer: User, at: datetime) -> IdentityCheck:
    """Return the document to the person with the reason they will read. Raises `ReviewError`."""
    check = reviews.begin_decision(IdentityCheck, key, judgment=reading, reviewer=reviewer)
    reviews.require_reason(reading)
    actor = actor_label(reviewer)
    reviews.decide(check, IdentityState.RETURNED, actor=actor, at=at)
    audit.record("applicants.identity_returned", actor=actor, subject=check, at=at, kind=check.kind)
    tell(check, "identity_returned", at=at)
    return check


def check_anew(applicant: Applicant, *, at: datetime, actor: str) -> None:
    """Let the document behind a change of name or birth date count as the check of today; the person is locked, unsaved.

    A notarized form carries what was changed and ends with it (R-NAME-2). Who was not checked before still has to be: such
    a request says nothing of the passport's number, which another record may have.
    """
    ends = model_in_force() is IdentityModel.NOTARIZED_FORM
    was = applicant.identity_checked_on
    applicant.identity_checked_on = eastern_date(at) if was is not None and not ends else None
    _invalidate(applicant, at=at, actor=actor)


def _invalidate(applicant: Applicant, *, at: datetime, actor: str) -> None:
    """End what was accepted under what was on record before (R-NAME-2)."""
    accepted = IdentityCheck.objects.filter(applicant=applicant, state=IdentityState.ACCEPTED)
    for check in accepted.select_for_update():
        check.machine.check(check.state, IdentityState.INVALIDATED)
        check.state = IdentityState.INVALIDATED
        check.save(update_fields=["state"])
        audit.record("applicants.identity_invalidated", actor=actor, subject=check, at=at)


def waiting() -> Q:
    """Return the condition under which a check waits for staff: sent, and its file has passed the checks."""
    return Q(state=IdentityState.IN_REVIEW) | Q(state=IdentityState.SUBMITTED, upload__state="clean")
