"""Acts that take two people: proposed by one, carried out by another, by nobody alone."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.permissions import NotAllowedError, decline_proposal
from applicants.roles import ROLES_OF, Role
from cvs.models import DispatchJob, IssuedReport, ReportRequest
from cvs.services import staff, withdrawal
from cvs.states import JobStep, ReportState, RequestState
from portal import four_eyes
from portal.audit import actor_label
from portal.four_eyes import SamePersonError
from portal.models import AuditEvent, DeliveryState, FourEyesAct, InboxMessage, OutgoingEmail, Proposal, ProposalState
from portal.states import IllegalMoveError
from tests.cvs.pages import issue
from tests.people import browser_of, reviewer, senior, staff_in
from tests.support.orders import make_authority, make_physician, pay_with_credit

pytestmark = pytest.mark.django_db
AT = datetime.fromisoformat("2026-06-03T14:05:00+00:00")
REPORTS = "admin:cvs_issuedreport_changelist"


@pytest.fixture
def report() -> IssuedReport:
    """A report that its authority has."""
    (request,) = pay_with_credit(make_physician(4821375), [make_authority(1)])
    made = issue(request)
    DispatchJob.objects.update(step=JobStep.SEND, report=made, state=DeliveryState.SENT, sent_at=AT)
    ReportRequest.objects.update(state=RequestState.DISPATCHED, dispatched_at=AT)
    return made


@pytest.fixture
def held() -> ReportRequest:
    """A paid request that staff hold."""
    (request,) = pay_with_credit(make_physician(4821375), [make_authority(1)])
    staff.hold(request_id=request.pk, reason="Open case", actor=senior(), at=AT)
    return request


def withdraw(report: IssuedReport, actor: str, at: datetime = AT) -> bool:
    return withdrawal.withdraw(report_id=report.pk, reason="Wrong person", actor=actor, at=at)


def release(request: ReportRequest, actor: str, at: datetime = AT) -> bool:
    return staff.release(request_id=request.pk, reason="Case closed", actor=actor, at=at)


def state_of(row: IssuedReport | ReportRequest) -> str:
    return type(row)._default_manager.values_list("state", flat=True).get(pk=row.pk)


def test_a_report_is_withdrawn_by_the_second_person_and_its_authority_is_told(report: IssuedReport, client: Client):
    assert withdraw(report, reviewer()) is False
    assert state_of(report) == ReportState.ISSUED
    assert not OutgoingEmail.objects.filter(template__contains="report_withdrawn").exists()
    assert OutgoingEmail.objects.filter(template="staff_alert", subject__contains="second person").count() == 1

    assert withdraw(report, senior()) is True

    assert state_of(report) == ReportState.WITHDRAWN
    [message] = OutgoingEmail.objects.filter(template="report_withdrawn")
    assert message.to_email == report.request.authority.email
    assert report.number in message.text
    own = InboxMessage.objects.get(user=report.request.applicant.user, kind="own_report_withdrawn")
    assert report.request.authority.name in own.text
    [copy] = OutgoingEmail.objects.filter(template="own_report_withdrawn")
    assert report.request.authority.name not in copy.text + copy.html + copy.subject
    assert report.number not in message.subject
    assert "withdrawn" in client.get(reverse("verify_code", args=[report.url_code])).content.decode()
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.proposed_by, proposal.decided_by) == ("carried_out", reviewer(), senior())
    assert [event.actor for event in AuditEvent.objects.filter(event="cvs.report_withdrawn")] == [senior()]


@pytest.mark.parametrize("act", ["withdraw", "release"])
def test_nobody_is_the_second_person_after_themselves(act: str, request: pytest.FixtureRequest):
    row = request.getfixturevalue("report" if act == "withdraw" else "held")
    do: Callable[..., bool] = withdraw if act == "withdraw" else release
    assert do(row, senior()) is False
    before = AuditEvent.objects.count(), state_of(row)

    with pytest.raises(SamePersonError):
        do(row, senior())

    assert (AuditEvent.objects.count(), state_of(row)) == before
    assert Proposal.objects.get().state == ProposalState.OPEN


@pytest.mark.parametrize("role", [role for role in Role if role not in ROLES_OF["cvs.decide_report_withdrawal"]])
def test_who_may_not_decide_is_no_second_person(report: IssuedReport, role: Role):
    withdraw(report, senior())

    with pytest.raises(NotAllowedError):
        withdraw(report, actor_label(staff_in(role)))

    assert state_of(report) == ReportState.ISSUED


@pytest.mark.parametrize("role", [role for role in Role if role not in ROLES_OF["cvs.propose_report_withdrawal"]])
def test_who_may_not_propose_leaves_nothing(report: IssuedReport, role: Role):
    with pytest.raises(NotAllowedError):
        withdraw(report, actor_label(staff_in(role)))

    assert not Proposal.objects.exists()


def test_a_held_report_goes_on_when_two_people_want_it(held: ReportRequest):
    assert release(held, reviewer()) is False
    assert state_of(held) == RequestState.ON_HOLD
    assert DispatchJob.objects.get().state == DeliveryState.HELD

    assert release(held, senior()) is True

    assert state_of(held) == RequestState.FUNDED
    assert DispatchJob.objects.get().state == DeliveryState.READY


def test_what_was_proposed_in_an_earlier_hold_counts_no_more(held: ReportRequest):
    release(held, reviewer())
    ReportRequest.objects.update(state=RequestState.FUNDED)
    DispatchJob.objects.update(state=DeliveryState.READY)
    staff.hold(request_id=held.pk, reason="Another case", actor=senior(), at=AT)

    assert release(held, senior()) is False
    assert state_of(held) == RequestState.ON_HOLD
    assert [one.state for one in Proposal.objects.order_by("pk")] == [ProposalState.LAPSED, ProposalState.OPEN]


def test_a_proposal_counts_for_two_weeks(report: IssuedReport):
    withdraw(report, reviewer())

    assert withdraw(report, senior(), at=AT + four_eyes.VALID_FOR) is False
    assert withdraw(report, senior_of_the_committee(), at=AT + four_eyes.VALID_FOR + timedelta(hours=1)) is True


def senior_of_the_committee() -> str:
    return actor_label(staff_in(Role.COMMITTEE))


def test_a_proposal_is_taken_back_or_declined_and_by_nobody_else(report: IssuedReport):
    withdraw(report, reviewer())
    proposal = Proposal.objects.get()

    with pytest.raises(NotAllowedError):
        decline_proposal(proposal_id=proposal.pk, reason="No", actor=actor_label(staff_in(Role.FINANCE)), at=AT)
    decline_proposal(proposal_id=proposal.pk, reason="My mistake", actor=reviewer(), at=AT)
    with pytest.raises(IllegalMoveError):
        decline_proposal(proposal_id=proposal.pk, reason="Again", actor=senior(), at=AT)

    assert Proposal.objects.get().state == ProposalState.DECLINED
    assert withdraw(report, senior()) is False


def test_the_database_refuses_one_person_for_both_steps(report: IssuedReport):
    withdraw(report, reviewer())

    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.update(state=ProposalState.CARRIED_OUT, decided_by=reviewer(), decided_at=AT)


def test_a_withdrawn_report_is_neither_withdrawn_nor_sent_again(report: IssuedReport):
    withdraw(report, reviewer())
    withdraw(report, senior())

    with pytest.raises(staff.NotPossibleError, match="withdrawn before"):
        withdraw(report, reviewer())
    with pytest.raises(staff.NotPossibleError, match="was withdrawn"):
        staff.resend(request_id=report.request_id, reason="Asked for", actor=senior(), at=AT)

    assert DispatchJob.objects.count() == 1


def test_a_report_on_its_way_is_not_withdrawn(report: IssuedReport):
    DispatchJob.objects.update(state=DeliveryState.READY, sent_at=None)

    with pytest.raises(staff.NotPossibleError, match="on its way"):
        withdraw(report, reviewer())

    assert not Proposal.objects.exists()


def test_a_withdrawal_needs_a_reason(report: IssuedReport):
    with pytest.raises(staff.ReasonMissingError):
        withdrawal.withdraw(report_id=report.pk, reason=" ", actor=reviewer(), at=timezone.now())

    assert not Proposal.objects.exists()


def post_withdrawal(client: Client, report: IssuedReport, **values: str) -> str:
    data = {"action": "withdraw", "_selected_action": report.pk, **values}
    return client.post(reverse(REPORTS), data, follow=True).content.decode()


def test_staff_withdraw_on_their_pages_and_see_what_waits(report: IssuedReport):
    first, another = browser_of(Role.CREDENTIAL_REVIEWER), browser_of(Role.SENIOR_REVIEWER)

    noted = post_withdrawal(first, report, confirmed="1", words="Sent in error.")
    waiting = another.get(reverse("admin:portal_proposal_changelist")).content.decode()
    again = post_withdrawal(first, report, confirmed="1", words="Sent in error.")
    asked = post_withdrawal(another, report)

    assert "takes effect when a second person does the same" in noted
    assert "You asked for this yourself" in again
    for words in ("Withdraw an issued report", "Sent in error.", staff_in(Role.CREDENTIAL_REVIEWER).username):
        assert words in waiting
    assert "Sent in error." in asked
    assert state_of(report) == ReportState.ISSUED
    post_withdrawal(another, report, confirmed="1", words="Indeed.")
    assert state_of(report) == ReportState.WITHDRAWN


def test_staff_decline_on_the_page_of_proposals(report: IssuedReport):
    withdraw(report, reviewer(), at=timezone.now())
    page, proposal = reverse("admin:portal_proposal_changelist"), Proposal.objects.get()
    data = {"action": "decline", "_selected_action": proposal.pk, "confirmed": "1", "words": "Not needed"}

    browser_of(Role.SENIOR_REVIEWER).post(page, data)

    assert Proposal.objects.get().state == ProposalState.DECLINED
    assert state_of(report) == ReportState.ISSUED


def test_every_act_that_takes_two_names_its_permissions():
    assert set(four_eyes.ACTS) == set(FourEyesAct)
    for steps in four_eyes.ACTS.values():
        # The committee may be the second person where it does not begin.
        assert ROLES_OF[steps.carry_out] - {Role.COMMITTEE} <= ROLES_OF[steps.propose]
        # Where one role decides alone, as the committee does, two of its members do.
        assert len(ROLES_OF[steps.propose]) > 1 or ROLES_OF[steps.carry_out] == {Role.COMMITTEE}
