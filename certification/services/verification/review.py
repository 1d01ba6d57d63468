"""What staff do with requests and answers: accept, ask once more, give up, refute, send again, to somebody else, withdraw."""

from datetime import datetime

from django.db import transaction

from applicants.permissions import agreed_by_two, require
from certification.models import SchoolOfficial, VerificationAnswer, VerificationAttempt, VerificationRequest
from certification.rules.words import plain_text
from certification.services.cases import steps
from certification.services.cases.steps import Evidence
from certification.services.pathways import progress
from certification.services.verification import questions, requests, transcripts
from certification.services.verification.requests import VerificationError, lock, move
from certification.states import (
    VERIFICATION_MACHINE,
    WITH_THE_SCHOOL,
    AttemptKind,
    CredentialState,
    Verdict,
    VerificationPurpose,
    VerificationState,
)
from portal import audit, four_eyes
from portal.eastern import eastern_date
from portal.models import FourEyesAct
from portal.uploads.services import erasing

REVIEW = "certification.review_verification"
# Titles and degrees, as `plain_text` leaves them, but those that are names as well, such as Ma and Do.
TITLES = frozenset(
    [
        "dr",
        "dra",
        "dott",
        "dottssa",
        "prof",
        "profa",
        "profesor",
        "profesora",
        "professor",
        "professora",
        "professeur",
        "professeure",
        "docteur",
        "doctor",
        "doctora",
        "doktor",
        "pr",
        "mr",
        "mrs",
        "ms",
        "mme",
        "sr",
        "sra",
        "md",
        "mbbs",
        "mbchb",
        "bsc",
        "msc",
        "mph",
        "mba",
        "phd",
        "dphil",
        "dsc",
        "frcs",
        "frcp",
        "mrcp",
        "facp",
        "facs",
    ]
)
DECIDED = frozenset({VerificationState.ACCEPTED, VerificationState.REFUTED, VerificationState.WITHDRAWN})


def answer_of(request: VerificationRequest) -> VerificationAnswer | None:
    """Return the answer of the request's present round, or None."""
    rows = request.answers.select_related("official", "transcript")
    return rows.filter(round=request.round).first()


def faults_of(request: VerificationRequest, answer: VerificationAnswer) -> list[str]:
    """Return why this answer is no verification, in sentences for staff; an empty list is good (R-PSV-4)."""
    faults = []
    if answer.verdict != Verdict.CONFIRMED:
        faults.append("The school does not confirm.")
    elif not all(answer.checks.get(key) is True for key in questions.questions_of(request)):
        faults.append("The school confirms, but answers a question with no.")
    if not answer.official.is_listed(eastern_date(answer.received_at)):
        faults.append("The signatory was not on the school’s list on the day of the answer.")
    if questions.needs_transcript(request) and answer.transcript is None:
        faults.append("The transcript is missing.")
    if answer.transcript is not None and not answer.transcript.is_shown:
        faults.append(
            "The transcript is still being checked."
            if answer.transcript.in_progress
            else "The file of the transcript did not pass its checks; ask the school for it once more."
        )
    return faults


def doubt_of(request: VerificationRequest, answer: VerificationAnswer) -> str:
    """Return a sentence for staff when the signatory is nobody of the school's list by name, or an empty text (R-PSV-4)."""
    people = SchoolOfficial.objects.listed_on(eastern_date(answer.received_at)).filter(school_id=request.school_id)
    names = [answer.official.name, *people.values_list("name", flat=True)]
    if any(is_same_person(name, answer.signatory_name) for name in names):
        return ""
    return (
        f"Signed by {answer.signatory_name}, a name that is not on the school’s list. Ask the school once more, or accept "
        "with the reason why this is somebody of the list."
    )


def is_same_person(listed: str, signed: str) -> bool:
    """Tell whether a signature can be that of somebody on a list by name.

    Titles and degrees are no names. More names than the list has are the same person, but not where the list has a single
    one: that may be the first or the last name of anybody.
    """
    on_list, in_signature = _names(listed), _names(signed)
    return on_list == in_signature if len(on_list) < 2 else on_list <= in_signature


def _names(text: str) -> frozenset[str]:
    words = frozenset(plain_text(text).split())
    return words - TITLES or words


@transaction.atomic
def accept(request_id: int, *, reason: str, at: datetime, actor: str) -> VerificationRequest:
    """Take the answer as the verification; a signatory whom the list does not name takes a reason.

    Raises `NotAllowedError`, and `VerificationError` where `faults_of` finds any.
    """
    require(actor, REVIEW)
    request = lock(request_id)
    answer = answer_of(request)
    if request.state != VerificationState.ANSWERED or answer is None:
        raise VerificationError("There is no answer to accept.")
    faults = faults_of(request, answer)
    if faults:
        raise VerificationError(" ".join(faults))
    doubt = doubt_of(request, answer)
    if doubt and not reason.strip():
        raise VerificationError(doubt)
    four_eyes.lapse(FourEyesAct.REFUTE_VERIFICATION, subject=request, at=at)
    decided = _decide(request, VerificationState.ACCEPTED, reason=reason, actor=actor, at=at)
    requests.move_credential(request, CredentialState.VERIFIED, at=at, actor=actor)
    transcripts.keep(request, answer, at=at, actor=actor)
    return decided


@transaction.atomic
def requery(request_id: int, *, question: str, at: datetime, actor: str) -> VerificationRequest:
    """Ask the school about its answer; a new round begins. Raises `NotAllowedError`, `VerificationError`."""
    require(actor, REVIEW)
    request = lock(request_id)
    if not question.strip():
        raise VerificationError("Write the question for the school.")
    official = request.official
    if request.state != VerificationState.ANSWERED or official is None:
        raise VerificationError("There is no answer to ask about, or nobody to ask: choose an official.")
    requests.require_authorized(request, official, at=at)
    move(request, VerificationState.REQUERIED)
    four_eyes.lapse(FourEyesAct.REFUTE_VERIFICATION, subject=request, at=at)
    request.round += 1
    request.question = question.strip()
    request.opened_at = None
    requests.begin_time(request, at=at)
    request.save()
    audit.record(
        "certification.verification_requeried",
        actor=actor,
        subject=request,
        at=at,
        reason=question,
        round=request.round,
    )
    requests.write(request, official, AttemptKind.QUESTION, at=at)
    requests.move_credential(request, CredentialState.REQUERIED, at=at, actor=actor)
    return request


@transaction.atomic
def refute(request_id: int, *, reason: str, at: datetime, actor: str) -> bool:
    """Take the answer as a refutation; takes two people, and False says that the second is awaited.

    A school that says that a document is not its own alleges a falsified one: the committee gets a case (R-IRR-1).
    Raises `NotAllowedError`, `four_eyes.SamePersonError`, `VerificationError`.
    """
    request = lock(request_id)
    answer = answer_of(request)
    if request.state != VerificationState.ANSWERED or answer is None:
        raise VerificationError("There is no answer that could refute anything.")
    if answer.verdict == Verdict.CONFIRMED:
        raise VerificationError("The school confirms. Ask it about its answer instead.")
    _require_reason(reason)
    act = FourEyesAct.REFUTE_VERIFICATION
    if not agreed_by_two(act, subject=request, reason=reason, actor=actor, at=at):
        return False
    _decide(request, VerificationState.REFUTED, reason=reason, actor=actor, at=at)
    requests.move_credential(request, CredentialState.REFUSED, at=at, actor=actor)
    if answer.verdict == Verdict.NOT_OURS and request.credential is not None:
        steps.open_case(
            applicant=request.applicant,
            allegation=f"The school answered that this document is not its own. {reason.strip()}",
            evidence=Evidence(request.credential, request),
            at=at,
            actor=actor,
        )
    return True


@transaction.atomic
def give_up(request_id: int, *, reason: str, at: datetime, actor: str) -> VerificationRequest:
    """Note that the school cannot be reached, is closed or does not answer; staff look for a successor (R-PSV-7)."""
    require(actor, REVIEW)
    request = lock(request_id)
    _require_reason(reason)
    move_checked(request, VerificationState.UNABLE_TO_VERIFY)
    request.reason = reason
    request.save(update_fields=["state", "reason"])
    audit.record("certification.verification_given_up", actor=actor, subject=request, at=at, reason=reason)
    return request


@transaction.atomic
def withdraw(request_id: int, *, reason: str, at: datetime, actor: str) -> VerificationRequest:
    """End a request that nobody needs any more; its links say so from now on."""
    require(actor, REVIEW)
    request = lock(request_id)
    _require_reason(reason)
    four_eyes.lapse(FourEyesAct.REFUTE_VERIFICATION, subject=request, at=at)
    return _decide(request, VerificationState.WITHDRAWN, reason=reason, actor=actor, at=at)


@transaction.atomic
def send_to(request_id: int, *, official_id: int, at: datetime, actor: str) -> VerificationRequest:
    """Send a request to an official of the school's list: for the first time, again, or to another one.

    Also the way on for a request that the school could not answer, to a successor on its list (R-PSV-7). Raises
    `NotAllowedError`, `requests.NotAuthorizedError`, `VerificationError`.
    """
    require(actor, REVIEW)
    request = lock(request_id)
    official = SchoolOfficial.objects.filter(pk=official_id, school_id=request.school_id).first()
    if official is None:
        raise requests.NotAuthorizedError("Choose somebody from the list of this school.")
    if request.state == VerificationState.PREPARED:
        return requests.send(request, official, AttemptKind.FIRST, at=at, actor=actor)
    if request.state == VerificationState.UNABLE_TO_VERIFY:
        if request.answers.filter(round=request.round).exists():
            request.round += 1
        return requests.send(request, official, AttemptKind.OTHER_OFFICIAL, at=at, actor=actor)
    if request.official_id != official.pk:
        return requests.readdress(request, official, actor=actor, at=at)
    if request.state not in WITH_THE_SCHOOL:
        raise VerificationError("This request is not with the school.")
    requests.require_authorized(request, official, at=at)
    requests.write(request, official, AttemptKind.AGAIN, at=at)
    audit.record("certification.verification_sent_again", actor=actor, subject=request, at=at, official=official.pk)
    return request


@transaction.atomic
def note_letter(request_id: int, *, at: datetime, actor: str) -> VerificationRequest:
    """Note that the request goes out on paper; its time begins unless it is running. Raises `VerificationError`."""
    require(actor, REVIEW)
    request = lock(request_id)
    if request.state == VerificationState.PREPARED:
        move(request, VerificationState.SENT)
        requests.begin_time(request, at=at)
        request.save()
        requests.move_credential(request, CredentialState.SENT_TO_SCHOOL, at=at, actor=actor)
    elif request.state not in WITH_THE_SCHOOL:
        raise VerificationError("This request is not with the school.")
    VerificationAttempt.objects.create(
        request=request, official=request.official, kind=AttemptKind.LETTER, round=request.round, at=at
    )
    audit.record("certification.verification_letter_made", actor=actor, subject=request, at=at, round=request.round)
    return request


def move_checked(request: VerificationRequest, state: VerificationState) -> None:
    """Move the locked request, or raise `VerificationError` in words for staff."""
    if state not in VERIFICATION_MACHINE.moves[VerificationState(request.state)]:
        raise VerificationError(f"This request is {request.get_state_display().lower()}.")
    move(request, state)


def _decide(
    request: VerificationRequest, state: VerificationState, *, reason: str, actor: str, at: datetime
) -> VerificationRequest:
    move_checked(request, state)
    request.decided_at, request.decided_by, request.reason = at, actor, reason
    request.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    audit.record(f"certification.verification_{state.value}", actor=actor, subject=request, at=at, reason=reason)
    if request.purpose == VerificationPurpose.ATTESTATION:
        progress.attestation_decided(request.applicant_id, at=at)
    return request


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise VerificationError("Write the reason; it is kept in the history.")


def erase_answers_of(user_id: int, at: datetime) -> int:
    """Delete what schools answered about a person who is being deleted, with the transcripts; returns how many answers."""
    rows = VerificationAnswer.objects.filter(request__applicant__user=user_id)
    uploads = [answer.transcript for answer in rows.select_related("transcript") if answer.transcript is not None]
    count = rows.delete()[0]
    for upload in uploads:
        # The same file may have been sent for two people by mistake.
        if not VerificationAnswer.objects.filter(transcript=upload).exists():
            erasing.erase(upload, at=at, actor="privacy.deletion", reason="The person's record was deleted")
    return count
