"""What a school answers: taken once in each round, from somebody on its list, and kept as it came (R-PSV-4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from applicants.models import User
from applicants.permissions import require
from certification.models import SchoolOfficial, VerificationAnswer, VerificationRequest
from certification.services.verification import accounts, links, questions, requests
from certification.states import WITH_THE_SCHOOL, AnswerChannel, CredentialState, Verdict, VerificationState
from portal import audit
from portal.audit import actor_label
from portal.eastern import eastern_date
from portal.models import Upload
from portal.uploads.services import receive
from portal.uploads.services.receiving import NamedFile

TRANSCRIPT = "school_transcript"
RECORD_PAPER = "certification.record_paper_answer"


class AnswerRefusedError(Exception):
    """The answer is not complete or contradicts itself; `field` is where. Nothing was written."""

    def __init__(self, name: str, code: str) -> None:
        super().__init__(f"{name}: {code}")
        self.field, self.code = name, code


class AlreadyAnsweredError(Exception):
    """Somebody was first, or the request is not with the school; nothing was written."""


@dataclass(frozen=True)
class Reply:
    """What an official says. `checks` maps the key of each question to yes or no; `transcript` is a file, if one was sent."""

    verdict: Verdict
    signatory_name: str
    signatory_title: str
    checks: Mapping[str, bool] = field(default_factory=dict)
    comments: str = ""
    transcript: NamedFile | None = None


@transaction.atomic
def answer_by_link(token: str, reply: Reply, *, at: datetime) -> VerificationAnswer:
    """Take the answer of the official to whom the link went.

    Raises `links.LinkUnknownError`, `links.LinkClosedError` (also when it was answered meanwhile), `AnswerRefusedError`,
    and `portal.uploads.UploadRefusedError` for a file that is not taken.
    """
    found = links.find(token)
    request = requests.lock(found.request_id)
    found.request = request
    links.require_open(found, at=at)
    assert found.official is not None  # an open link has one
    return _take(request, found.official, reply, AnswerChannel.LINK, actor=f"official:{found.official.pk}", at=at)


@transaction.atomic
def answer_by_account(request_id: int, user: User, reply: Reply, *, at: datetime) -> VerificationAnswer:
    """Take the answer of a signed-in official of the school.

    Raises VerificationRequest.DoesNotExist for a request of another school, `AlreadyAnsweredError`, and what
    `answer_by_link` raises of the answer itself.
    """
    request = requests.lock(request_id)
    official = accounts.official_for(user, request, at=at)
    if official is None:
        raise VerificationRequest.DoesNotExist
    if request.state not in WITH_THE_SCHOOL:
        raise AlreadyAnsweredError
    return _take(request, official, reply, AnswerChannel.ACCOUNT, actor=actor_label(user), at=at)


@transaction.atomic
def record_paper(
    request_id: int, *, official_id: int, reply: Reply, received_at: datetime, at: datetime, staff: User
) -> VerificationAnswer:
    """Enter an answer that came on paper, directly from the school, signed by an official of its list.

    Raises `NotAllowedError`, `requests.NotAuthorizedError`, `AlreadyAnsweredError`, `AnswerRefusedError`.
    """
    actor = actor_label(staff)
    require(actor, RECORD_PAPER)
    request = requests.lock(request_id)
    if request.state not in WITH_THE_SCHOOL:
        raise AlreadyAnsweredError
    official = SchoolOfficial.objects.filter(pk=official_id).first()
    if official is None:
        raise requests.NotAuthorizedError("Choose who signed from the school’s list.")
    # Whoever was on the list when the answer came may have left since.
    requests.require_authorized(request, official, at=received_at)
    return _take(
        request, official, reply, AnswerChannel.PAPER, actor=actor, at=at, received_at=received_at, owner=staff
    )


def _take(
    request: VerificationRequest,
    official: SchoolOfficial,
    reply: Reply,
    channel: AnswerChannel,
    *,
    actor: str,
    at: datetime,
    received_at: datetime | None = None,
    owner: User | None = None,
) -> VerificationAnswer:
    """Write the answer to the locked request, which is with the school, and give it to staff."""
    came_at = received_at or at
    require_complete(request, reply)
    requests.require_authorized(request, official, at=came_at)
    answer = VerificationAnswer.objects.create(
        request=request,
        round=request.round,
        official=official,
        channel=channel,
        verdict=reply.verdict,
        checks=dict(reply.checks),
        signatory_name=reply.signatory_name.strip(),
        signatory_title=reply.signatory_title.strip(),
        comments=reply.comments.strip(),
        transcript=_file(request, reply, owner or accounts.holder_of(official), actor=actor, at=at),
        received_at=came_at,
        recorded_by=actor,
        is_late=request.due_on is not None and eastern_date(came_at) > request.due_on,
    )
    requests.move(request, VerificationState.ANSWERED)
    request.opened_at = request.opened_at or came_at
    request.save(update_fields=["state", "opened_at"])
    audit.record(
        "certification.verification_answered",
        actor=actor,
        subject=request,
        at=at,
        official=official.pk,
        channel=channel.value,
        verdict=reply.verdict.value,
        round=request.round,
        late=answer.is_late,
    )
    requests.move_credential(request, CredentialState.REPLY_RECEIVED, at=at, actor=actor)
    return answer


def require_complete(request: VerificationRequest, reply: Reply) -> None:
    """Raise `AnswerRefusedError` for what is missing, or says yes and no at once."""
    if not (reply.signatory_name.strip() and reply.signatory_title.strip()):
        raise AnswerRefusedError("signatory_name", "required")
    if reply.verdict != Verdict.CONFIRMED:
        if not reply.comments.strip():
            raise AnswerRefusedError("comments", "required")
        return
    for key in questions.questions_of(request):
        if reply.checks.get(key) is not True:
            raise AnswerRefusedError(key, "contradicts")
    if questions.needs_transcript(request) and reply.transcript is None:
        raise AnswerRefusedError("transcript", "required")


def _file(request: VerificationRequest, reply: Reply, owner: User, *, actor: str, at: datetime) -> Upload | None:
    if reply.transcript is None or not questions.takes_transcript(request):
        return None
    return receive(file=reply.transcript, purpose=TRANSCRIPT, owner=owner, at=at, actor=actor)
