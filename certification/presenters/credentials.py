"""Where a credential stands, for its physician: in words, with whose turn it is and since when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from certification.models import Credential, CredentialDocument
from certification.services.credentials import completeness
from certification.services.credentials.completeness import Missing
from certification.states.credentials import (
    CREDENTIAL_MACHINE,
    OPEN_TO_APPLICANT,
    REPLACEABLE,
    CredentialKind,
    CredentialPart,
    CredentialState,
)
from portal.audit_history import told_to_the_person
from portal.audit_words import TOLD_TO_THE_PERSON
from portal.business_days import business_days_between
from portal.eastern import eastern_date
from portal.models import AuditEvent
from portal.states import Owner

C = CredentialState
TURNS = {
    Owner.APPLICANT: "Your turn",
    Owner.STAFF: "Waiting for us",
    Owner.SCHOOL: "Waiting for your school",
    Owner.NOBODY: "Nothing to do",
}
# State → shape, words of the chip, and one sentence. A suspicion is no finding, and told as `Credential.told` says.
_SAID: Mapping[CredentialState, tuple[str, str, str]] = {
    C.DRAFT: ("todo", "Not sent yet", "Add what is missing, and send it for review."),
    C.SUBMITTED: (
        "progress",
        "Waiting for us",
        "A reviewer compares it with your record. You do not need to do anything.",
    ),
    C.IN_REVIEW: ("progress", "In review", "A reviewer is looking at it. You do not need to do anything."),
    C.RETURNED_TO_APPLICANT: ("action", "Action needed", "Read what is missing, and send it again."),
    C.ACCEPTED_FOR_VERIFICATION: (
        "progress",
        "Waiting for us",
        "We accepted it and send it to the school that issued it. You do not need to do anything.",
    ),
    C.SENT_TO_SCHOOL: (
        "progress",
        "Waiting for your school",
        "Your school has our request. Most schools answer within 90 days.",
    ),
    C.REMINDED: ("progress", "Waiting for your school", "We have reminded your school. You may ask there as well."),
    C.REPLY_RECEIVED: ("progress", "Waiting for us", "Your school answered. We check the answer."),
    C.REQUERIED: ("progress", "Waiting for your school", "We asked your school about its answer."),
    C.VERIFIED: ("done", "Verified", "Your school confirmed it. There is nothing to do."),
    C.REFUSED: ("action", "Refused", "This document does not count. Read why below."),
}
LETTER_DONE = (
    "We accepted the letter of your school on {day}. It counts for examinations. Upload the diploma as soon as your "
    "school has issued it."
)


@dataclass(frozen=True)
class Step:
    """One line of the history."""

    at: datetime
    title: str


@dataclass(frozen=True)
class Standing:
    """Where one credential stands. `days` counts business days in the present state."""

    credential: Credential
    tone: str
    label: str
    text: str
    turn: str
    days: int
    documents: Sequence[CredentialDocument] = ()
    missing: Sequence[Missing] = ()
    may_send: bool = False
    may_replace: bool = False
    may_discard: bool = False

    @property
    def shown_reason(self) -> str:
        """Return what a reviewer wrote for the physician, where it still applies."""
        shown = self.credential.state in {C.RETURNED_TO_APPLICANT, C.REFUSED}
        return self.credential.return_reason if shown else ""

    @property
    def waits(self) -> bool:
        """Tell whether somebody must act, and since when can be said."""
        return self.credential.told[0] not in {C.DRAFT, C.VERIFIED, C.REFUSED}


def standing_of(credential: Credential, *, at: datetime, documents: Sequence[CredentialDocument] = ()) -> Standing:
    """Return where `credential` stands; with `documents`, its current files, also what is missing."""
    state, since = credential.told
    tone, label, text = _SAID[state]
    turn = TURNS[CREDENTIAL_MACHINE.owners[state]]
    if state == C.RETURNED_TO_APPLICANT and credential.letter_accepted_on and not credential.return_reason:
        day = credential.letter_accepted_on
        text = LETTER_DONE.format(day=f"{day:%B} {day.day}, {day.year}")
    if state in {C.SUBMITTED, C.IN_REVIEW} and any(one.upload.refusal for one in documents):
        tone, label, turn = "action", "Action needed", TURNS[Owner.APPLICANT]
        text = "The new file was not accepted. Replace it, so that the review can go on."
    is_open = state in OPEN_TO_APPLICANT
    return Standing(
        credential=credential,
        tone=tone,
        label=label,
        text=text,
        turn=turn,
        days=business_days_between(eastern_date(since), eastern_date(at)),
        documents=documents,
        missing=completeness.missing(credential, documents) if is_open and documents is not None else (),
        may_send=is_open,
        may_replace=state in REPLACEABLE,
        may_discard=state == C.DRAFT,
    )


@dataclass(frozen=True)
class Overview:
    """The page of all credentials: those on record, and the kinds that are needed and of which there is none."""

    standings: Sequence[Standing]
    absent: Sequence[tuple[str, str]]


def overview_of(credentials: Sequence[Credential], *, at: datetime) -> Overview:
    """Return the page of a person's credentials, in the order of kinds."""
    order = list(CredentialKind)
    ranked = sorted(credentials, key=lambda one: (order.index(CredentialKind(one.kind)), one.pk))
    there = {one.kind for one in ranked if one.state != C.REFUSED}
    needed = (CredentialKind.DIPLOMA, CredentialKind.TRANSCRIPT)
    absent = [(kind.value, str(kind.label)) for kind in needed if kind not in there]
    return Overview([_brief(one, at=at) for one in ranked], absent)


def _brief(credential: Credential, *, at: datetime) -> Standing:
    state, since = credential.told
    tone, label, text = _SAID[state]
    days = business_days_between(eastern_date(since), eastern_date(at))
    return Standing(credential, tone, label, text, TURNS[CREDENTIAL_MACHINE.owners[state]], days)


def history_of(credential: Credential) -> list[Step]:
    """Return what happened to `credential` as its physician may read it, newest first; one query."""
    about = AuditEvent.objects.filter(subject_type=credential._meta.label_lower, subject_id=str(credential.pk))
    events = told_to_the_person(about, begins=("certification.credential_",))
    return [Step(event.at, TOLD_TO_THE_PERSON[event.event]) for event in events.order_by("-pk")[:50]]


PARTS_TO_ADD = (CredentialPart.TRANSLATION, CredentialPart.NAME_EVIDENCE)
