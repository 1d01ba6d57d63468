"""What reviewers decide about a credential before it goes to its school, and when fraud is suspected (R-PSV-4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from django.db import transaction

from applicants.models import User
from applicants.naming import comparable
from applicants.permissions import agreed_by_two, require
from applicants.services import reviews
from applicants.services.reviews import DecisionError, Judgment
from certification.models import Credential, DegreeTitle, MedicalSchool
from certification.services.cases import steps
from certification.services.cases.steps import Evidence
from certification.services.credentials import completeness, moves
from certification.services.verification import requests
from certification.states import VerificationState
from certification.states.credentials import CredentialKind, CredentialPart, CredentialState
from portal import audit, four_eyes
from portal.audit import actor_label
from portal.eastern import eastern_date
from portal.models import FourEyesAct

REVIEW = "certification.review_credentials"
SECOND = "certification.refuse_credentials"
NAME, COMPLETE, SPECIMEN, FINAL, LETTER = "name", "complete", "specimen", "final", "letter"
WORD_FOR_WORD, TRANSLATOR, CERTIFIED = "word_for_word", "translator", "certified"
CHECKS: Mapping[str, str] = {
    NAME: "The name is the name of record or a verified one, or the evidence shows that it is (R-CRED-9)",
    COMPLETE: "Seal, date of issue and all signatures can be seen, and nothing looks altered (R-CRED-6)",
    SPECIMEN: "It agrees with the specimens of the school, or there is none (R-PSV-4)",
    FINAL: "It is the final document, no provisional certificate, intermediate award or evaluation report (R-CRED-4, R-CRED-7)",
    LETTER: (
        "An official of the school’s list wrote it, with name, title and institution; it says that all requirements are "
        "complete, and in which month the diploma is issued (R-CRED-8)"
    ),
    WORD_FOR_WORD: "The translation is word for word, made from the original or a copy of it (R-CRED-10)",
    TRANSLATOR: "An official or a translation service made it, on letterhead; not the applicant, not merely a notary (R-CRED-10)",
    CERTIFIED: "It has signature, title and a certification statement in English (R-CRED-10)",
}
_ACTS = (FourEyesAct.REFUSE_CREDENTIAL, FourEyesAct.SUSPECT_FRAUD)


@dataclass(frozen=True)
class CredentialReading(Judgment):
    """A judgment with what the document says, and the school of the Directory that issued it."""

    name: str = ""
    degree_title: str = ""
    issued_on: date | None = None
    graduation_on: date | None = None
    issuer: str = ""
    school_id: int | None = None
    title_by_hand: bool = False

    def values(self) -> dict[str, object]:
        """Return the fields of the record with what was entered."""
        return {
            **super().values(),
            "checks": [check for check in CHECKS if check in self.checks],
            "read_name": self.name,
            "read_degree_title": self.degree_title,
            "read_issued_on": self.issued_on,
            "read_graduation_on": self.graduation_on,
            "read_issuer": self.issuer,
            "school_id": self.school_id,
        }


class TitleAnswer(Enum):
    """What the Reference Guide says of a title for a school and year (R-CRED-4, R-CRED-5)."""

    ACCEPTED = "accepted"
    EXCLUDED = "excluded"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class TitleFinding:
    """The answer, and why a title is excluded."""

    answer: TitleAnswer
    reason: str = ""


def needed_checks(credential: Credential) -> tuple[str, ...]:
    """Return the checks that this credential needs."""
    parts = {document.part for document in credential.current_documents()}
    if completeness.is_letter_only({CredentialPart(part) for part in parts}):
        return (NAME, COMPLETE, LETTER)
    translated = (WORD_FOR_WORD, TRANSLATOR, CERTIFIED) if CredentialPart.TRANSLATION in parts else ()
    return (NAME, COMPLETE, SPECIMEN, FINAL, *translated)


def judge_title(title: str, school: MedicalSchool | None, year: int | None) -> TitleFinding:
    """Compare a title with those of the school and year, after case, blanks and form of letters; one query."""
    if school is None:
        return TitleFinding(TitleAnswer.UNKNOWN)
    wanted = comparable(title)
    same = [row for row in DegreeTitle.objects.concerning(school, year) if comparable(row.title) == wanted]
    excluded = next((row for row in same if row.is_excluded), None)
    if excluded is not None:
        return TitleFinding(TitleAnswer.EXCLUDED, excluded.excluded_reason)
    return TitleFinding(TitleAnswer.ACCEPTED if same else TitleAnswer.UNKNOWN)


def year_of(credential: Credential) -> int | None:
    """Return the graduation year as far as it is known: of the record, else as read in the document."""
    education = getattr(credential.applicant, "education", None)
    days = (
        education.graduation_on if education else None,
        credential.read_graduation_on,
        credential.read_issued_on,
        credential.issued_on,
    )
    return next((day.year for day in days if day is not None), None)


def _begin(key: int, reading: CredentialReading, reviewer: User, *states: CredentialState) -> Credential:
    require(actor_label(reviewer), REVIEW)
    credential = reviews.begin_decision(Credential, key, judgment=reading, reviewer=reviewer)
    if credential.state not in states:
        raise reviews.AlreadyDecidedError(f"This is {credential.state_label.lower()}. That cannot be decided now.")
    return credential


def lapse_proposals(credential: Credential, *, at: datetime) -> None:
    """End what waits for a second person about the locked credential, because what it was proposed about is over."""
    for act in _ACTS:
        four_eyes.lapse(act, subject=credential, at=at)


def _decided(credential: Credential, *, actor: str, at: datetime) -> None:
    """Write what was entered and by whom it was decided; what others proposed meanwhile is over."""
    lapse_proposals(credential, at=at)
    credential.decided_at, credential.decided_by = at, actor
    credential.save()


@transaction.atomic
def accept(*, key: int, reading: CredentialReading, reviewer: User, at: datetime) -> Credential:
    """Accept a document for verification with the school that issued it, and prepare the request to that school.

    Raises `ReviewError`: not the reviewer's, a check not made, a name without proof, no school, a title that is excluded
    or that nobody decided about; `NotAllowedError` when a reviewer decides about an unknown title who may not.
    """
    credential = _begin(key, reading, reviewer, CredentialState.IN_REVIEW)
    reviews.require_ready(credential)
    parts = {CredentialPart(document.part) for document in credential.current_documents()}
    if CredentialPart.ORIGINAL not in parts:
        raise DecisionError(
            "", "A letter of the school is never verified as a diploma (R-CRED-8). Accept it as a letter"
        )
    reviews.require_checks(reading, needed_checks(credential))
    _require_name(credential, reading, parts)
    if reading.school_id is None:
        raise DecisionError(
            "school", "Choose the school of the Directory that issued it; without it nobody can be asked"
        )
    if reading.issued_on is None:
        raise DecisionError("issued_on", "Enter the date of issue as printed on the document")
    if credential.kind == CredentialKind.DIPLOMA:
        by_hand = _require_title(credential, reading, reviewer)
        credential.title_accepted_on = eastern_date(at) if by_hand else None
    actor = actor_label(reviewer)
    _decided(credential, actor=actor, at=at)
    moves.move(credential, CredentialState.ACCEPTED_FOR_VERIFICATION, at=at, actor=actor)
    requests.prepare(Credential.objects.get(pk=credential.pk), at=at, actor=actor)
    credential.refresh_from_db(fields=["state"])
    return credential


def _require_name(credential: Credential, reading: CredentialReading, parts: set[CredentialPart]) -> None:
    if not reading.name:
        raise DecisionError("name", "Enter the name as printed on the document")
    if not completeness.is_own_name(credential, reading.name) and CredentialPart.NAME_EVIDENCE not in parts:
        raise DecisionError(
            "name", "The name differs from the record, and there is no evidence. Return the document (R-CRED-9)"
        )


def _require_title(credential: Credential, reading: CredentialReading, reviewer: User) -> bool:
    """Return whether the title counts by the word of the reviewer alone."""
    if not reading.degree_title:
        raise DecisionError("degree_title", "Enter the title of the degree as printed on the diploma")
    school = MedicalSchool.objects.filter(pk=reading.school_id or 0).first()
    found = judge_title(reading.degree_title, school, year_of(credential))
    if found.answer is TitleAnswer.EXCLUDED:
        raise DecisionError("degree_title", f"This award is never eligible (R-CRED-5): {found.reason}")
    if found.answer is TitleAnswer.ACCEPTED:
        return False
    if not reading.title_by_hand:
        raise DecisionError(
            "degree_title",
            "The title is not among those of this school and year (R-CRED-4). A senior reviewer decides, and says why",
        )
    require(actor_label(reviewer), SECOND)
    if not reading.internal_note.strip():
        raise DecisionError(
            "internal_note", "Say why this title is accepted although the Reference Guide does not have it"
        )
    return True


@transaction.atomic
def accept_letter(*, key: int, reading: CredentialReading, reviewer: User, at: datetime) -> Credential:
    """Let the school's letter count for examinations; the diploma is asked for next (R-CRED-8). Raises `ReviewError`."""
    credential = _begin(key, reading, reviewer, CredentialState.IN_REVIEW)
    reviews.require_ready(credential)
    parts = {CredentialPart(document.part) for document in credential.current_documents()}
    if not completeness.is_letter_only(parts):
        raise DecisionError("", "There is more than a letter here. Accept or return the document itself")
    reviews.require_checks(reading, needed_checks(credential))
    _require_name(credential, reading, parts)
    actor = actor_label(reviewer)
    credential.letter_accepted_on = eastern_date(at)
    credential.return_reason = ""
    _decided(credential, actor=actor, at=at)
    audit.record("certification.credential_letter_accepted", actor=actor, subject=credential, at=at)
    return moves.move(
        credential,
        CredentialState.RETURNED_TO_APPLICANT,
        at=at,
        actor=actor,
        message="credential_letter_accepted",
    )


@transaction.atomic
def give_back(*, key: int, reading: CredentialReading, reviewer: User, at: datetime) -> Credential:
    """Return the document to the physician with the reason they will read. Raises `ReviewError`."""
    credential = _begin(key, reading, reviewer, CredentialState.IN_REVIEW)
    reviews.require_reason(reading)
    actor = actor_label(reviewer)
    _decided(credential, actor=actor, at=at)
    return moves.move(credential, CredentialState.RETURNED_TO_APPLICANT, at=at, actor=actor)


@transaction.atomic
def refuse(*, key: int, reading: CredentialReading, reviewer: User, at: datetime) -> bool:
    """Refuse the document for good; takes two people, and False says that the second is awaited.

    Raises `ReviewError`, `NotAllowedError`, `portal.four_eyes.SamePersonError`.
    """
    credential = _begin(key, reading, reviewer, CredentialState.IN_REVIEW, CredentialState.SUSPECTED_FRAUD)
    reviews.require_reason(reading)
    return _by_two(FourEyesAct.REFUSE_CREDENTIAL, credential, CredentialState.REFUSED, reading, reviewer, at=at)


@transaction.atomic
def suspect(*, key: int, reading: CredentialReading, reviewer: User, at: datetime) -> bool:
    """Hand the document over as a suspected fraud; takes two people, and False says that the second is awaited.

    It opens a case for the committee, which holds the certificate (R-IRR-1, R-HOLD-2). The physician is told nothing of it
    here. Raises as `refuse`.
    """
    credential = _begin(key, reading, reviewer, CredentialState.IN_REVIEW, CredentialState.REPLY_RECEIVED)
    if not reading.internal_note.strip():
        raise DecisionError("internal_note", "Say what is suspected; only staff read it")
    act = FourEyesAct.SUSPECT_FRAUD
    if not _by_two(act, credential, CredentialState.SUSPECTED_FRAUD, reading, reviewer, at=at):
        return False
    asked = credential.verification_requests.filter(state=VerificationState.ANSWERED).order_by("-pk").first()
    steps.open_case(
        applicant=credential.applicant,
        allegation=f"Fraud is suspected in the {credential.get_kind_display().lower()}: {reading.internal_note.strip()}",
        evidence=Evidence(credential, asked),
        at=at,
        actor=actor_label(reviewer),
    )
    return True


def _by_two(
    act: FourEyesAct,
    credential: Credential,
    state: CredentialState,
    reading: CredentialReading,
    reviewer: User,
    *,
    at: datetime,
) -> bool:
    actor, reason = actor_label(reviewer), reading.internal_note.strip() or reading.return_reason
    if not agreed_by_two(act, subject=credential, reason=reason, actor=actor, at=at):
        # The second person must be able to take it at once.
        credential.reviewer_until = at
        credential.save()
        return False
    _decided(credential, actor=actor, at=at)
    moves.move(credential, state, at=at, actor=actor)
    return True


@transaction.atomic
def clear(*, key: int, reading: CredentialReading, reviewer: User, at: datetime) -> Credential:
    """End a suspicion that was not confirmed; the review begins anew. Raises `ReviewError`, `NotAllowedError`."""
    credential = _begin(key, reading, reviewer, CredentialState.SUSPECTED_FRAUD)
    actor = actor_label(reviewer)
    require(actor, SECOND)
    if not reading.internal_note.strip():
        raise DecisionError("internal_note", "Say why the suspicion was not confirmed")
    sent_at = credential.submitted_at
    _decided(credential, actor=actor, at=at)
    moves.move(credential, CredentialState.SUBMITTED, at=at, actor=actor)
    Credential.objects.filter(pk=credential.pk).update(decided_at=None, decided_by=None, submitted_at=sent_at)
    return credential
