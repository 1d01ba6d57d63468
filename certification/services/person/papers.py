"""Diploma and transcript as facts."""

from datetime import date

from applicants.naming import comparable
from certification.rules.facts import (
    Credential,
    CredentialState,
    NameProof,
    ProofKind,
    Translation,
    Translator,
)
from certification.services.person.query import Record
from certification.services.person.values import day, local_day
from certification.states import CredentialKind, CredentialPart, CredentialStatus, VerificationState

ENGLISH = "en"
# From then on staff have accepted what came with the document: translation and evidence of the name.
REVIEWED = (
    CredentialState.ACCEPTED_FOR_VERIFICATION,
    CredentialState.SENT_TO_SCHOOL,
    CredentialState.REMINDED,
    CredentialState.REPLY_RECEIVED,
    CredentialState.REQUERIED,
    CredentialState.VERIFIED,
    CredentialState.REFUSED,
)
AT_SCHOOL = (CredentialState.SENT_TO_SCHOOL, CredentialState.REMINDED, CredentialState.REQUERIED)
# Which of several of a kind counts: the one that is furthest.
_ORDER = list(CredentialState)
_LAST = (CredentialState.REFUSED, CredentialState.SUSPECTED_FRAUD)


def full_name(given_names: str, family_name: str) -> str:
    """Return a name as one text, given names first."""
    return f"{given_names} {family_name}".strip()


def diploma(record: Record, name: str, as_of: date) -> Credential | None:
    """Return the final diploma, or None when nothing of it is here."""
    return _best(record, CredentialKind.DIPLOMA, name, as_of)


def transcript(record: Record, name: str, as_of: date) -> Credential | None:
    """Return the final transcript, or None when nothing of it is here."""
    return _best(record, CredentialKind.TRANSCRIPT, name, as_of)


def known_to_the_school(record: Record, as_of: date) -> bool:
    """Tell whether the school has confirmed anything, a document or, for a student, clinical skills: it knows the person."""
    if any(state_on(record, row, as_of)[0] is CredentialState.VERIFIED for row in record["papers"]):
        return True
    accepted = [
        local_day(row["decided_at"]) for row in record["requests"] if row["state"] == VerificationState.ACCEPTED
    ]
    return any(on is not None and on <= as_of for on in accepted)


def letter_accepted(record: Record, as_of: date) -> bool:
    """Tell whether a letter of completion was accepted by then (R-CRED-8)."""
    days = [day(row["letter_accepted_on"]) for row in record["papers"]]
    return any(on is not None and on <= as_of for on in days)


def title_accepted_on(record: Record, title: str, as_of: date) -> date | None:
    """Return the day on which reviewers accepted `title` on a diploma though the Reference Guide does not have it."""
    rows = [row for row in record["papers"] if comparable(row["read_degree_title"]) == comparable(title)]
    days = (day(row["title_accepted_on"]) for row in rows)
    return min((on for on in days if on is not None and on <= as_of), default=None)


def _best(record: Record, kind: CredentialKind, name: str, as_of: date) -> Credential | None:
    rows = [row for row in record["papers"] if row["kind"] == kind and not _is_letter(row, as_of)]
    found = [_credential(record, row, name, as_of) for row in rows]
    known = [one for one in found if one.submitted_on is None or one.submitted_on <= as_of]
    return max(known, key=lambda one: (one.state not in _LAST, _ORDER.index(one.state)), default=None)


def _is_letter(row: Record, as_of: date) -> bool:
    """Tell whether a letter of completion is all that was handed in: the diploma itself is still to come (R-CRED-8)."""
    on = day(row["letter_accepted_on"])
    return on is not None and on <= as_of and row["state"] == CredentialState.RETURNED_TO_APPLICANT


def _credential(record: Record, row: Record, name: str, as_of: date) -> Credential:
    state, since = state_on(record, row, as_of)
    parts = {one["part"] for one in record["documents"] if one["credential_id"] == row["pk"]}
    reviewed = state in REVIEWED
    language = row["language"] or ENGLISH
    return Credential(
        state=state,
        state_since=since,
        name=row["read_name"] or row["name_on_document"] or name,
        name_proof=_proof(record, row, parts, reviewed=reviewed, as_of=as_of),
        language=language,
        translation=_translation(parts, language, reviewed=reviewed),
        submitted_on=local_day(row["submitted_at"]),
        sent_to_school_on=_sent_on(record, row) or (since if state in AT_SCHOOL else None),
        verified_on=since if state is CredentialState.VERIFIED else None,
        returned_reason=row["return_reason"] if state is CredentialState.RETURNED_TO_APPLICANT else "",
    )


def _sent_on(record: Record, row: Record) -> date | None:
    """Return the day on which the school was first asked."""
    days = [local_day(one["sent_at"]) for one in record["requests"] if one["credential_id"] == row["pk"]]
    return min((on for on in days if on is not None), default=None)


def _statuses(record: Record, row: Record) -> list[Record]:
    return [one for one in record["statuses"] if one["credential_id"] == row["pk"]]


def state_on(record: Record, row: Record, as_of: date) -> tuple[CredentialState, date | None]:
    """Return the state of a credential on that day and since when: what reports state of it goes first, because it has the day of each change.

    A suspicion is no finding, and goes on as what it came up in.
    """
    by_then = [one for one in _statuses(record, row) if one["on"] <= as_of.isoformat()]
    latest = max(enumerate(by_then), key=lambda one: (one[1]["on"], one[0]), default=(0, None))[1]
    moved_on = local_day(row["told_since"] or row["moved_at"])
    if latest is not None and latest["status"] == CredentialStatus.VERIFIED:
        return CredentialState.VERIFIED, day(latest["on"])
    if latest is not None and latest["status"] == CredentialStatus.REFUSED:
        return CredentialState.REFUSED, day(latest["on"])
    state = CredentialState(row["told_state"] or row["state"])
    if state in (CredentialState.VERIFIED, CredentialState.REFUSED) or (moved_on is not None and moved_on > as_of):
        return CredentialState.IN_REVIEW, None
    return state, moved_on


def _proof(record: Record, row: Record, parts: set[str], *, reviewed: bool, as_of: date) -> NameProof | None:
    on_paper = row["read_name"] or row["name_on_document"]
    known = [one for one in record["other_names"] if one["verified_on"] <= as_of.isoformat()]
    if on_paper in {full_name(one["given_names"], one["family_name"]) for one in known}:
        return NameProof(kind=ProofKind.VERIFIED_BEFORE, accepted=True)
    if CredentialPart.NAME_EVIDENCE in parts:
        return NameProof(kind=ProofKind.OTHER_DOCUMENT, accepted=reviewed)
    return None


def _translation(parts: set[str], language: str, *, reviewed: bool) -> Translation | None:
    """Return the translation; reviewers go through the checklist before they accept the document it belongs to."""
    if language == ENGLISH or (CredentialPart.TRANSLATION not in parts and not reviewed):
        return None
    return Translation(
        made_by=Translator.TRANSLATION_SERVICE,
        word_for_word=reviewed,
        from_original=reviewed,
        signed_with_title=reviewed,
        letterhead=reviewed,
        english_statement=reviewed,
        checked=reviewed,
    )
