"""Requests to schools: prepared when a document is ready for it, and sent to an official of the school's list."""

from datetime import datetime, timedelta

from django.db import transaction

from certification.emails import write_to_school
from certification.models import (
    Credential,
    MedicalSchool,
    SchoolOfficial,
    VerificationAttempt,
    VerificationDocument,
    VerificationRequest,
)
from certification.services.credentials import moves
from certification.services.verification import links
from certification.states import (
    OPEN_VERIFICATIONS,
    VERIFICATION_MACHINE,
    WITH_THE_SCHOOL,
    AttemptKind,
    CredentialPart,
    CredentialState,
    VerificationPurpose,
    VerificationState,
)
from portal import audit
from portal.eastern import eastern_date

ACTOR = "certification.verification"
# Most schools answer within this time, as authorities report (R-PSV-6); no rule ends a request.
ANSWER_DAYS = 90
# Evidence of a name and letters are between the person and us.
SHOWN_TO_SCHOOLS = frozenset({CredentialPart.ORIGINAL, CredentialPart.TRANSLATION})
# Which right of an official a request needs.
RIGHTS = {
    VerificationPurpose.CREDENTIAL: "may_verify",
    VerificationPurpose.TRANSCRIPT: "may_verify",
    VerificationPurpose.ATTESTATION: "may_attest",
}
MESSAGES = {
    AttemptKind.FIRST: "school_request",
    AttemptKind.REMINDER: "school_reminder",
    AttemptKind.NEW_LINK: "school_new_link",
    AttemptKind.AGAIN: "school_request",
    AttemptKind.OTHER_OFFICIAL: "school_request",
    AttemptKind.QUESTION: "school_question",
}


class VerificationError(Exception):
    """Something could not be done with a request; nothing was written. The text is for staff."""


class SchoolUnknownError(VerificationError):
    """The document has no school of the Directory on record, so nobody can be asked."""


class NotAuthorizedError(VerificationError):
    """The official is not on the school's list on this day, or not for this."""


def lock(request_id: int) -> VerificationRequest:
    """Return the request, locked for the caller's transaction. Raises VerificationRequest.DoesNotExist."""
    rows = VerificationRequest.objects.select_for_update(of=("self",))
    return rows.select_related("school", "applicant", "credential", "official").get(pk=request_id)


@transaction.atomic
def prepare(
    credential: Credential,
    *,
    at: datetime,
    actor: str,
    purpose: VerificationPurpose = VerificationPurpose.CREDENTIAL,
) -> VerificationRequest:
    """Make the request about `credential` and send it where the school's list has somebody for it.

    The school sees the document and its translation as they are now. Returns the open request when there is one already.
    Raises `SchoolUnknownError`.
    """
    same = VerificationRequest.objects.filter(credential=credential, purpose=purpose, state__in=OPEN_VERIFICATIONS)
    Credential.objects.select_for_update(no_key=True).get(pk=credential.pk)
    existing = same.first()
    if existing is not None:
        return existing
    request = VerificationRequest.objects.create(
        applicant_id=credential.applicant_id,
        credential=credential,
        school=school_of(credential),
        purpose=purpose,
        prepared_at=at,
    )
    VerificationDocument.objects.bulk_create(
        VerificationDocument(request=request, upload=document.upload)
        for document in credential.current_documents()
        if document.part in SHOWN_TO_SCHOOLS
    )
    audit.record("certification.verification_prepared", actor=actor, subject=request, at=at, purpose=purpose.value)
    return send_if_possible(request.pk, at=at, actor=actor)


def school_of(credential: Credential) -> MedicalSchool:
    """Return the school that is asked about `credential`. Raises `SchoolUnknownError`."""
    education = getattr(credential.applicant, "education", None)
    school: MedicalSchool | None = credential.school or (education.school if education else None)
    if school is None:
        raise SchoolUnknownError("Choose the school that issued this document first; then it can be asked.")
    return school


@transaction.atomic
def send_if_possible(request_id: int, *, at: datetime, actor: str = ACTOR) -> VerificationRequest:
    """Send a prepared request to the longest listed official who may answer it; it stays prepared where there is none."""
    request = lock(request_id)
    if request.state != VerificationState.PREPARED:
        return request
    right = RIGHTS[VerificationPurpose(request.purpose)]
    official = SchoolOfficial.objects.first_for(request.school_id, right, on=eastern_date(at))
    return request if official is None else send(request, official, AttemptKind.FIRST, at=at, actor=actor)


def send(
    request: VerificationRequest, official: SchoolOfficial, kind: AttemptKind, *, at: datetime, actor: str
) -> VerificationRequest:
    """Address the locked `request` to `official` and begin its time. Raises `NotAuthorizedError`, `IllegalMoveError`."""
    require_authorized(request, official, at=at)
    if request.state != VerificationState.SENT:
        move(request, VerificationState.SENT)
    begin_time(request, at=at)
    request.official, request.opened_at = official, None
    request.save()
    write(request, official, kind, at=at)
    audit.record(
        "certification.verification_sent",
        actor=actor,
        subject=request,
        at=at,
        official=official.pk,
        kind=kind.value,
        round=request.round,
    )
    move_credential(request, CredentialState.SENT_TO_SCHOOL, at=at, actor=actor)
    return request


def move_credential(request: VerificationRequest, state: CredentialState, *, at: datetime, actor: str) -> None:
    """Let the credential of the locked `request` follow it, where its own states allow that.

    They do not when staff took it up for another reason meanwhile, such as a suspicion; the request goes on all the same.
    """
    credential = request.credential
    if credential is not None:
        credential.refresh_from_db(fields=["state"])
        if credential.machine.allows(credential.state, state):
            moves.move(credential, state, at=at, actor=actor)


def begin_time(request: VerificationRequest, *, at: datetime) -> None:
    """Let the time in which we wait for the school begin anew; not saved."""
    request.sent_at, request.due_on = at, eastern_date(at) + timedelta(days=ANSWER_DAYS)
    request.reminders, request.staff_told_at = 0, None


def write(request: VerificationRequest, official: SchoolOfficial, kind: AttemptKind, *, at: datetime) -> None:
    """Write to `official` with a new link; links of the same official and round stay good until they are too old."""
    attempt, token = links.make_attempt(request, official, kind, at=at)
    context = {
        "reference": request.reference,
        "school": official.institution or request.school.name,
        "link": links.address(token),
        "days": links.LINK_LIFETIME.days,
        "purpose": request.purpose,
        "waiting_days": (at - request.sent_at).days if request.sent_at else 0,
    }
    write_to_school(official, MESSAGES[kind], context, at=at, works_until=attempt.expires_at)


def require_authorized(request: VerificationRequest, official: SchoolOfficial, *, at: datetime) -> None:
    """Raise `NotAuthorizedError` unless `official` is on the list of the request's school for this purpose (R-PSV-4)."""
    right = RIGHTS[VerificationPurpose(request.purpose)]
    if official.school_id != request.school_id:
        raise NotAuthorizedError("This person is not on the list of this school.")
    if not official.is_listed(eastern_date(at)):
        raise NotAuthorizedError("This person is not on the school’s list now. Choose somebody who is.")
    if not getattr(official, right):
        raise NotAuthorizedError("This person is on the school’s list, but not for this. Choose somebody who is.")


def move(request: VerificationRequest, state: VerificationState) -> None:
    """Give the locked request another state; not saved. Raises `IllegalMoveError`."""
    VERIFICATION_MACHINE.check(request.state, state)
    request.state = state


@transaction.atomic
def ask_for_new_link(token: str, *, at: datetime) -> bool:
    """Send a new link to the listed address of the official to whom the link `token` went; returns whether one was sent.

    Nothing is sent while the request is not with the school, went to somebody else, or the person is not listed. The
    person who asks must not learn which.
    """
    try:
        found = links.find(token)
    except links.LinkUnknownError:
        return False
    request = lock(found.request_id)
    # Of this very round and official, only too old or still good.
    attempt = VerificationAttempt.objects.select_related("request", "official").get(pk=found.pk)
    usable = links.standing(attempt, at=at) in {links.LinkStanding.OPEN, links.LinkStanding.EXPIRED}
    if request.state not in WITH_THE_SCHOOL or not usable or attempt.official is None:
        return False
    write(request, attempt.official, AttemptKind.NEW_LINK, at=at)
    audit.record(
        "certification.verification_link_renewed",
        actor=f"official:{attempt.official.pk}",
        subject=request,
        at=at,
        official=attempt.official.pk,
    )
    return True


@transaction.atomic
def open_by_link(token: str, *, at: datetime) -> VerificationAttempt:
    """Note that a person opened the request; asked for with a button, because mail programs follow links by themselves.

    Raises `links.LinkUnknownError` and `links.LinkClosedError`.
    """
    found = links.find(token)
    request = lock(found.request_id)
    found.request = request
    links.require_open(found, at=at)
    assert found.official is not None  # an open link has one
    mark_opened(request, actor=f"official:{found.official.pk}", at=at)
    return found


def mark_opened(request: VerificationRequest, *, actor: str, at: datetime) -> None:
    """Note the first time that the school saw the locked request in this round."""
    if request.state in {VerificationState.SENT, VerificationState.REQUERIED}:
        move(request, VerificationState.OPENED)
        request.opened_at = at
        request.save(update_fields=["state", "opened_at"])
        audit.record("certification.verification_opened", actor=actor, subject=request, at=at, round=request.round)


@transaction.atomic
def pass_on(token: str, *, official_id: int, at: datetime) -> VerificationRequest:
    """Hand the request to a colleague of the same school's list, who gets a link of their own; the old ones end.

    Raises `links.LinkUnknownError`, `links.LinkClosedError` and `NotAuthorizedError`.
    """
    found = links.find(token)
    request = lock(found.request_id)
    found.request = request
    links.require_open(found, at=at)
    assert found.official is not None  # an open link has one
    colleague = SchoolOfficial.objects.filter(pk=official_id, school_id=request.school_id).first()
    if colleague is None or colleague.pk == found.official.pk:
        raise NotAuthorizedError("Choose a colleague from the list of your school.")
    return readdress(request, colleague, actor=f"official:{found.official.pk}", at=at)


def readdress(
    request: VerificationRequest, official: SchoolOfficial, *, actor: str, at: datetime
) -> VerificationRequest:
    """Address the locked request, which is with the school, to another official; its time goes on.

    Raises `NotAuthorizedError`, and `VerificationError` for a request that is not with the school.
    """
    if request.state not in WITH_THE_SCHOOL:
        raise VerificationError("This request is not with the school.")
    require_authorized(request, official, at=at)
    if request.state == VerificationState.OPENED and request.round == 1:
        move(request, VerificationState.SENT)
    request.official, request.opened_at = official, None
    request.save(update_fields=["state", "official", "opened_at"])
    write(request, official, AttemptKind.QUESTION if request.question else AttemptKind.OTHER_OFFICIAL, at=at)
    audit.record("certification.verification_readdressed", actor=actor, subject=request, at=at, official=official.pk)
    return request


def send_waiting(*, at: datetime, school_id: int | None = None, limit: int = 200) -> int:
    """Send prepared requests whose school has somebody on its list by now, of one school or of all; returns how many."""
    rows = VerificationRequest.objects.filter(state=VerificationState.PREPARED)
    if school_id is not None:
        rows = rows.filter(school_id=school_id)
    keys = list(
        rows.filter(school__officials__isnull=False).distinct().order_by("pk").values_list("pk", flat=True)[:limit]
    )
    return sum(send_if_possible(key, at=at).state == VerificationState.SENT for key in keys)
