"""Workers are killed at the worst moments (faults 21 and 22): nothing is sent twice unseen, nothing is lost."""

import signal
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from cvs.models import DispatchAttempt, DispatchJob, IssuedReport, ReportRequest
from cvs.services import dispatch
from cvs.states import JobStep, RequestState
from portal.models import DeliveryState
from sandbox.mailbox.client import MailboxControl
from sandbox.mailbox.faults import Fault
from tests.faults.scenes import (
    children_of,
    forget_wake_ups,
    funded,
    job_of,
    kill_child,
    locked,
    reports_in,
    start_worker,
    sweep_until_sent,
    wait_for_state,
    wait_until,
    wake,
)
from tests.support.processes import Processes

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.usefixtures("seal_keys")]

# So long the mail server thinks about each message: the test acts between the hand-over and the answer.
ANSWER_AFTER_MS = 4000


def quietly_funded() -> list[ReportRequest]:
    """One paid request that no worker has been told of."""
    requests = funded()
    forget_wake_ups()
    return requests


def end_leases() -> None:
    """Let the time of every lease pass."""
    leased = DispatchJob.objects.filter(state=DeliveryState.LEASED)
    leased.update(lease_until=timezone.now() - timedelta(seconds=1))


def end_uncertainty() -> None:
    """Let the time pass after which an uncertain job is repeated."""
    DispatchJob.objects.filter(state=DeliveryState.UNCERTAIN).update(not_before=timezone.now())


def assert_sent_once(request: ReportRequest, mailbox: MailboxControl) -> None:
    [received] = reports_in(mailbox)
    report = IssuedReport.objects.get(request=request)
    assert received.message_id == job_of(request).message_id
    assert received.envelope_to == (request.authority.email,)
    assert [one.sha256 for one in received.attachments] == [report.sha256]
    request.refresh_from_db()
    assert request.state == RequestState.DISPATCHED
    call_command("check_invariants")


def test_host_killed_while_a_report_is_prepared_costs_one_lease(processes: Processes, mailbox: MailboxControl):
    [request] = quietly_funded()
    worker = start_worker(processes)
    with locked(request):
        wake(request)
        wait_for_state(request, DeliveryState.LEASED)
        worker.kill()

    assert IssuedReport.objects.count() == 0
    dispatch.recover(at=timezone.now())
    assert job_of(request).state == DeliveryState.LEASED
    start_worker(processes)
    end_leases()
    sweep_until_sent([request])

    assert_sent_once(request, mailbox)
    assert list(DispatchAttempt.objects.order_by("id").values_list("step", "number", "outcome")) == [
        ("prepare", 2, "prepared"),
        ("send", 1, "sent"),
    ]


def test_worker_child_killed_before_the_hand_over_sends_nothing_and_its_successor_sends_once(
    processes: Processes, mailbox: MailboxControl
):
    [request] = quietly_funded()
    dispatch.prepare(DispatchJob.objects.all())
    worker = start_worker(processes)
    with locked(request):
        wake(request)
        leased = wait_for_state(request, DeliveryState.LEASED)
        [child] = children_of(worker)
        kill_child(child, signal.SIGKILL)
        wait_until(lambda: "WorkerLostError" in worker.output(), "the worker notices")

    assert (leased.step, leased.handoff_at) == (JobStep.SEND, None)
    assert reports_in(mailbox) == []
    dispatch.recover(at=timezone.now())
    assert job_of(request).state == DeliveryState.LEASED
    end_leases()
    sweep_until_sent([request])

    assert worker.is_running
    assert job_of(request).resends == 0
    assert_sent_once(request, mailbox)


def test_worker_killed_between_hand_over_and_answer_is_repeated_once(processes: Processes, mailbox: MailboxControl):
    [request] = quietly_funded()
    mailbox.delay(ANSWER_AFTER_MS)
    worker = start_worker(processes)
    wake(request)
    wait_for_state(request, DeliveryState.LEASED, handed_over=True)
    worker.kill()

    assert reports_in(mailbox) == []
    end_leases()
    dispatch.sweep(at=timezone.now())
    assert job_of(request).state == DeliveryState.UNCERTAIN
    mailbox.clear_faults()
    start_worker(processes)
    end_uncertainty()
    sweep_until_sent([request])

    assert job_of(request).resends == 1
    assert_sent_once(request, mailbox)


def test_worker_killed_between_the_servers_250_and_the_commit_sends_at_most_one_more_copy(
    processes: Processes, mailbox: MailboxControl
):
    [request] = quietly_funded()
    mailbox.delay(ANSWER_AFTER_MS)
    worker = start_worker(processes)
    wake(request)
    wait_for_state(request, DeliveryState.LEASED, handed_over=True)
    with locked(request):
        mailbox.wait_for_messages(1)
        assert job_of(request).state == DeliveryState.LEASED
        worker.kill()

    mailbox.clear_faults()
    start_worker(processes)
    end_leases()
    dispatch.sweep(at=timezone.now())
    uncertain = job_of(request)
    assert (uncertain.state, uncertain.resends) == (DeliveryState.UNCERTAIN, 0)
    assert len(reports_in(mailbox)) == 1
    end_uncertainty()
    sweep_until_sent([request])

    first, second = reports_in(mailbox)
    assert first.message_id == second.message_id == uncertain.message_id
    assert first.attachments == second.attachments
    assert job_of(request).resends == 1
    outcomes = list(DispatchAttempt.objects.order_by("id").values_list("outcome", flat=True))
    assert outcomes == ["prepared", "uncertain", "sent"]
    call_command("check_invariants")


def test_answer_lost_twice_waits_for_staff_and_is_never_sent_a_third_time(
    processes: Processes, mailbox: MailboxControl
):
    [request] = quietly_funded()
    mailbox.fail(Fault.DROP_STORED, recipient="board1@*", count=2)
    start_worker(processes)
    wake(request)

    wait_for_state(request, DeliveryState.UNCERTAIN)
    end_uncertainty()
    dispatch.sweep(at=timezone.now())
    wait_until(lambda: len(reports_in(mailbox)) == 2, "the one repeat")
    wait_for_state(request, DeliveryState.UNCERTAIN)
    end_uncertainty()
    dispatch.sweep(at=timezone.now())

    job = job_of(request)
    assert (job.state, job.resends) == (DeliveryState.UNCERTAIN, 1)
    assert job.not_before > timezone.now() + timedelta(hours=23)
    assert len({message.message_id for message in reports_in(mailbox)}) == 1
    request.refresh_from_db()
    assert request.state == RequestState.FUNDED
