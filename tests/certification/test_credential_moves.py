"""How a credential goes through its states, and what a report states of it meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from certification.models import Credential, CredentialStatusChange
from certification.services.credentials import moves
from certification.states import CREDENTIAL_MACHINE, CredentialState, CredentialStatus
from certification.states.credentials import PRINTED_STATUS
from portal.models import AuditEvent
from portal.states import IllegalMoveError, Owner
from tests.factories.applicants import StaffFactory
from tests.factories.certification import CredentialFactory

pytestmark = pytest.mark.django_db
C = CredentialState
AT = datetime(2026, 5, 4, 15, tzinfo=UTC)
# R-PSV-4: the way of a credential without a hitch, and how long each step took.
STRAIGHT = (
    C.SUBMITTED, C.IN_REVIEW, C.ACCEPTED_FOR_VERIFICATION, C.SENT_TO_SCHOOL, C.REPLY_RECEIVED, C.VERIFIED,
)  # fmt: skip


def go(credential: Credential, *states: CredentialState) -> Credential:
    for day, state in enumerate(states):
        moves.move(credential, state, at=AT + timedelta(days=day), actor="test")
    return credential


def statuses(credential: Credential) -> list[tuple[str, int]]:
    rows = CredentialStatusChange.objects.filter(credential=credential).order_by("pk")
    return [(row.status, row.on.day) for row in rows]


@pytest.mark.parametrize(
    ("states", "printed"),
    [
        (STRAIGHT, [("in_progress", 4), ("verified", 9)]),
        (
            (C.SUBMITTED, C.IN_REVIEW, C.RETURNED_TO_APPLICANT, C.SUBMITTED),
            [("in_progress", 4), ("not_received", 6), ("in_progress", 7)],
        ),
        (
            (*STRAIGHT[:4], C.REMINDED, C.REMINDED, C.REPLY_RECEIVED, C.REQUERIED, C.REPLY_RECEIVED, C.REFUSED),
            [("in_progress", 4), ("refused", 13)],
        ),
        ((C.SUBMITTED, C.IN_REVIEW, C.SUSPECTED_FRAUD), [("in_progress", 4)]),
    ],
)
def test_the_printed_status_follows_from_the_state(states, printed):
    credential = go(CredentialFactory.create(), *states)

    assert statuses(credential) == printed
    assert Credential.objects.get().state == states[-1]
    events = AuditEvent.objects.filter(subject_type="certification.credential").order_by("pk")
    assert [event.event for event in events] == [f"certification.credential_{state.value}" for state in states]


@pytest.mark.parametrize("state", [C.VERIFIED, C.SENT_TO_SCHOOL, C.REFUSED])
def test_nothing_is_verified_that_no_school_answered(state):
    credential = go(CredentialFactory.create(), C.SUBMITTED)
    before = list(AuditEvent.objects.values_list("pk", flat=True))

    with pytest.raises(IllegalMoveError):
        moves.move(credential, state, at=AT, actor="test")

    credential.refresh_from_db()
    assert credential.state == C.SUBMITTED
    assert statuses(credential) == [("in_progress", 4)]
    assert list(AuditEvent.objects.values_list("pk", flat=True)) == before


def test_only_an_answer_of_the_school_leads_to_verified():
    assert [state for state, targets in CREDENTIAL_MACHINE.moves.items() if C.VERIFIED in targets] == [C.REPLY_RECEIVED]


@pytest.mark.parametrize(
    "state", [one for one, targets in CREDENTIAL_MACHINE.moves.items() if C.SUSPECTED_FRAUD in targets]
)
def test_a_suspicion_is_told_and_printed_as_what_the_credential_was(state):
    way = STRAIGHT[: STRAIGHT.index(state) + 1]
    credential = go(CredentialFactory.create(), *way)
    told, printed = credential.told, statuses(credential)
    go(credential, C.SUSPECTED_FRAUD)

    stored = Credential.objects.get()
    assert stored.state == C.SUSPECTED_FRAUD
    assert (stored.told, statuses(stored)) == (told, printed)
    assert told[0] == state


def test_a_move_reads_the_row_again_and_frees_the_reviewer():
    credential = go(CredentialFactory.create(), C.SUBMITTED, C.IN_REVIEW)
    stale = Credential.objects.get(pk=credential.pk)
    Credential.objects.update(reviewer=StaffFactory.create(), reviewer_until=AT, internal_note="Seal is faint")

    moves.move(stale, C.RETURNED_TO_APPLICANT, at=AT, actor="test", reason="Too dark")

    stored = Credential.objects.get()
    assert (stored.reviewer, stored.reviewer_until, stored.internal_note) == (None, None, "Seal is faint")
    assert (stale.state, stale.reviewer, stored.moved_at) == (C.RETURNED_TO_APPLICANT, None, AT)
    with pytest.raises(IllegalMoveError):
        moves.move(credential, C.ACCEPTED_FOR_VERIFICATION, at=AT, actor="test")


def test_every_state_says_what_a_report_prints_and_who_acts():
    assert set(PRINTED_STATUS) == set(CREDENTIAL_MACHINE.owners) == set(CredentialState)
    waiting_for_school = {state for state, owner in CREDENTIAL_MACHINE.owners.items() if owner is Owner.SCHOOL}
    assert waiting_for_school == {C.SENT_TO_SCHOOL, C.REMINDED, C.REQUERIED}
    assert {state for state, status in PRINTED_STATUS.items() if status is CredentialStatus.VERIFIED} == {C.VERIFIED}
