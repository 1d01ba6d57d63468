"""The steps of a case up to its decision (R-IRR-2). The committee alone acts here, besides the person concerned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

from django.conf import settings
from django.db import transaction

from applicants.models import Applicant
from applicants.permissions import require
from certification.certificate_emails import tell
from certification.models import CaseAllegation, CaseDocument, Credential, IrregularBehaviorCase, VerificationRequest
from certification.models.cases import MOST_WORDS
from certification.services.holds import lift_hold, place_hold
from certification.states import BEFORE_NOTICE, CASE_MACHINE, CLOSED_CASES, CaseState, HoldKind
from portal import audit, mail
from portal.eastern import eastern_date
from portal.uploads import services as uploads

MANAGE = "certification.manage_cases"
UPLOAD_PURPOSE = "case_answer"
MOST_DOCUMENTS = 10


class CaseError(Exception):
    """The step is not possible; nothing was written. The text is for whoever asked, `field` is where the remedy is."""

    def __init__(self, text: str, *, field: str = "") -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Evidence:
    """What gave rise to a case: a document, and the question to the school whose answer speaks against it."""

    credential: Credential | None = None
    verification: VerificationRequest | None = None


NO_EVIDENCE = Evidence()


@transaction.atomic
def open_case(
    *, applicant: Applicant, allegation: str, at: datetime, actor: str, evidence: Evidence = NO_EVIDENCE
) -> IrregularBehaviorCase:
    """Record an allegation, and hold the certificate while the case is open (R-HOLD-2).

    Raises CaseError without words, or with too many.

    For the committee's page and for services that meet a falsified document; who may is asked by the caller. What is
    alleged of a document before the notice joins its case, each with its day and its evidence; after it, it is a case of
    its own, with a notice that can be answered (R-IRR-2).
    """
    if not allegation.strip():
        raise CaseError("Say what is alleged", field="allegation")
    if len(allegation) > MOST_WORDS:
        raise CaseError(f"Use at most {MOST_WORDS:,} characters to say what is alleged", field="allegation")
    if evidence.credential is not None and (known := _case_without_notice(evidence.credential)) is not None:
        return _add_allegation(known, allegation, evidence, at=at, actor=actor)
    # The reason of a hold is read by all who see holds; what is alleged is for the committee.
    hold = place_hold(
        applicant=applicant,
        kind=HoldKind.IRREGULAR_BEHAVIOR,
        stops_reports=False,
        reason="A case of irregular behavior is open",
        at=at,
        actor=actor,
    )
    case = IrregularBehaviorCase.objects.create(
        applicant=applicant,
        allegation=allegation,
        opened_at=at,
        opened_by=actor,
        hold=hold,
        credential=evidence.credential,
        verification=evidence.verification,
    )
    audit.record("certification.case_allegation", actor=actor, subject=case, at=at)
    mail.alert_staff(
        subject="A case of irregular behavior was opened", lines=[f"Case {case.pk}: for the committee."], at=at
    )
    return case


def _case_without_notice(credential: Credential) -> IrregularBehaviorCase | None:
    rows = IrregularBehaviorCase.objects.select_for_update(of=("self",)).filter(credential=credential)
    return rows.filter(state__in=BEFORE_NOTICE).order_by("pk").first()


def _add_allegation(
    case: IrregularBehaviorCase, allegation: str, evidence: Evidence, *, at: datetime, actor: str
) -> IrregularBehaviorCase:
    CaseAllegation.objects.create(
        case=case, words=allegation, made_at=at, made_by=actor, verification=evidence.verification
    )
    audit.record("certification.case_evidence_added", actor=actor, subject=case, at=at)
    mail.alert_staff(
        subject="More is alleged in a case of irregular behavior", lines=[f"Case {case.pk}: for the committee."], at=at
    )
    return case


def lock_case(case_id: int) -> IrregularBehaviorCase:
    """Return the case, locked with its person. Raises IrregularBehaviorCase.DoesNotExist."""
    rows = IrregularBehaviorCase.objects.select_for_update(of=("self", "applicant"))
    return rows.select_related("applicant__user", "hold", "annotation").get(pk=case_id)


def move(case: IrregularBehaviorCase, state: CaseState, *, at: datetime, actor: str) -> None:
    """Move the locked case and save it. Raises `portal.states.IllegalMoveError`."""
    CASE_MACHINE.check(case.state, state)
    case.state = state
    if state in CLOSED_CASES:
        case.closed_at = at
    case.save()
    audit.record(f"certification.case_{state.value}", actor=actor, subject=case, at=at)


@transaction.atomic
def start_review(*, case_id: int, at: datetime, actor: str) -> None:
    """Let staff look into the allegation. Raises `NotAllowedError` or IllegalMoveError."""
    require(actor, MANAGE)
    move(lock_case(case_id), CaseState.STAFF_REVIEW, at=at, actor=actor)


@transaction.atomic
def dismiss(*, case_id: int, reason: str, at: datetime, actor: str) -> None:
    """End a case before any notice; the hold goes. Raises `NotAllowedError` or IllegalMoveError."""
    require(actor, MANAGE)
    case = lock_case(case_id)
    move(case, CaseState.DISMISSED, at=at, actor=actor)
    lift_hold(hold_id=case.hold_id, reason=reason, at=at, actor=actor)


@transaction.atomic
def send_notice(*, case_id: int, notice: str, at: datetime, actor: str) -> None:
    """Send the person `notice`, word for word, with the time for an answer. Raises CaseError and as above."""
    require(actor, MANAGE)
    if not notice.strip():
        raise CaseError("Write the notice", field="notice")
    case = lock_case(case_id)
    case.notice, case.notice_sent_at = notice, at
    case.answer_by = eastern_date(at) + timedelta(days=settings.CASE_ANSWER_DAYS)
    move(case, CaseState.NOTICE_SENT, at=at, actor=actor)
    tell(case.applicant, "case_notice", about=case, at=at, page="cases")


@transaction.atomic
def answer(
    *,
    case_id: int,
    applicant: Applicant,
    words: str,
    wants_hearing: bool,
    files: Sequence[IO[bytes]],
    at: datetime,
    actor: str,
) -> IrregularBehaviorCase:
    """Take the answer of the person concerned, in time. Raises CaseError, IllegalMoveError, or what uploads raise."""
    case = _of_person(case_id, applicant)
    _require_words(words, "answer")
    if case.answer_by is not None and eastern_date(at) > case.answer_by:
        raise CaseError("The time for an answer is over. Your case is with the committee. Contact us")
    case.answer, case.wants_hearing, case.answered_at = words, wants_hearing, at
    move(case, CaseState.ANSWERED, at=at, actor=actor)
    _add_documents(case, files, at=at, actor=actor)
    mail.alert_staff(subject="A notice was answered", lines=[f"Case {case.pk}: for the committee."], at=at)
    return case


@transaction.atomic
def appeal(
    *, case_id: int, applicant: Applicant, words: str, files: Sequence[IO[bytes]], at: datetime, actor: str
) -> IrregularBehaviorCase:
    """Take an appeal in time; people who did not decide before decide about it. Raises as `answer` does."""
    case = _of_person(case_id, applicant)
    _require_words(words, "appeal")
    if case.appeal_by is not None and eastern_date(at) > case.appeal_by:
        raise CaseError("The time for an appeal is over. Contact us")
    case.appeal, case.appealed_at = words, at
    move(case, CaseState.APPEALED, at=at, actor=actor)
    _add_documents(case, files, at=at, actor=actor)
    mail.alert_staff(subject="A decision was appealed", lines=[f"Case {case.pk}: for other members."], at=at)
    return case


def _of_person(case_id: int, applicant: Applicant) -> IrregularBehaviorCase:
    case = lock_case(case_id)
    if case.applicant_id != applicant.pk:
        raise IrregularBehaviorCase.DoesNotExist
    return case


def _require_words(words: str, field: str) -> None:
    if not words.strip():
        raise CaseError("Write your answer" if field == "answer" else "Say why you appeal", field=field)


def _add_documents(case: IrregularBehaviorCase, files: Sequence[IO[bytes]], *, at: datetime, actor: str) -> None:
    if case.documents.count() + len(files) > MOST_DOCUMENTS:
        raise CaseError(f"Send at most {MOST_DOCUMENTS} files about one case", field="file")
    for file in files:
        upload = uploads.receive(file=file, purpose=UPLOAD_PURPOSE, owner=case.applicant.user, at=at, actor=actor)
        CaseDocument.objects.get_or_create(case=case, upload=upload, defaults={"added_at": at})


@transaction.atomic
def hand_over(*, case_id: int, at: datetime, actor: str) -> None:
    """Give an answered case to the committee for its decision. Raises `NotAllowedError` or IllegalMoveError."""
    require(actor, MANAGE)
    case = lock_case(case_id)
    if case.state == CaseState.NOTICE_SENT:
        raise CaseError("The person still has time to answer.")
    move(case, CaseState.WITH_COMMITTEE, at=at, actor=actor)


def sweep(*, at: datetime, limit: int = 200) -> int:
    """Give cases whose time for an answer is over to the committee; returns how many."""
    over = IrregularBehaviorCase.objects.filter(state=CaseState.NOTICE_SENT, answer_by__lt=eastern_date(at))
    keys = list(over.values_list("pk", flat=True)[:limit])
    for key in keys:
        _end_time_for_answer(key, at=at)
    return len(keys)


@transaction.atomic
def _end_time_for_answer(case_id: int, *, at: datetime) -> None:
    case = lock_case(case_id)
    if case.state == CaseState.NOTICE_SENT:
        move(case, CaseState.WITH_COMMITTEE, at=at, actor="certificates")
