"""The broker goes away, comes back, or forgets everything (faults 18 to 20): rows are the queue, so nothing is lost."""

import pytest
import redis
from django.core.management import call_command

from cvs.models import DispatchAttempt
from portal import jobs
from portal.models import DeliveryState, Heartbeat
from sandbox.mailbox.client import MailboxControl
from sandbox.servers import EmbeddedServers
from tests.faults.scenes import (
    call_sweep,
    forget_wake_ups,
    funded,
    job_of,
    reports_in,
    start_worker,
    sweep_until_sent,
    wait_for_state,
    wait_until,
    wake,
)
from tests.support.processes import Processes

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.usefixtures("seal_keys")]

# So long the mail server thinks: the broker goes and comes back while the worker waits for its answer.
ANSWER_AFTER_MS = 8000


def test_payment_while_the_broker_is_down_is_kept_and_dispatched_after_its_return(
    processes: Processes, servers: EmbeddedServers, mailbox: MailboxControl
):
    servers.stop_valkey()

    [request] = funded()

    assert job_of(request).state == DeliveryState.READY
    assert call_sweep() is False
    servers.start_valkey()
    start_worker(processes)
    assert job_of(request).state == DeliveryState.READY
    sweep_until_sent([request])
    assert len(reports_in(mailbox)) == 1
    call_command("check_invariants")


def test_worker_in_the_middle_of_a_task_survives_a_restart_of_the_broker_and_goes_on(
    processes: Processes, servers: EmbeddedServers, mailbox: MailboxControl, empty_broker: redis.Redis
):
    [request] = funded()
    forget_wake_ups()
    mailbox.delay(ANSWER_AFTER_MS)
    worker = start_worker(processes)
    wake(request)
    leased = wait_for_state(request, DeliveryState.LEASED, handed_over=True)

    # The call was acknowledged before the work, so the broker has nothing to hand to a second worker.
    assert empty_broker.hlen("unacked") == 0
    servers.stop_valkey()
    wait_until(lambda: "Connection to broker lost" in worker.output(), "the worker notices")
    servers.start_valkey()
    assert job_of(request).token == leased.token
    wait_for_state(request, DeliveryState.SENT)
    assert jobs.send(jobs.BEAT_HEARTBEAT, {})
    wait_until(Heartbeat.objects.exists, "the same worker takes a new message")

    assert worker.is_running
    assert worker.output().count("ready.") == 1
    assert DispatchAttempt.objects.filter(step="send", number=1, outcome="sent").count() == 1
    assert len(reports_in(mailbox)) == 1


def test_wiped_broker_costs_only_a_delay(processes: Processes, servers: EmbeddedServers, mailbox: MailboxControl):
    funded_before_the_loss = funded(authorities=3)
    servers.flush_valkey()
    worker = start_worker(processes)
    assert jobs.send(jobs.BEAT_HEARTBEAT, {})
    wait_until(Heartbeat.objects.exists, "the worker has emptied its queues")
    assert reports_in(mailbox) == []

    sweep_until_sent(funded_before_the_loss)
    servers.flush_valkey()
    [afterwards] = funded(physician=2)
    sweep_until_sent([afterwards])

    assert worker.is_running
    sent = [job_of(request).message_id for request in [*funded_before_the_loss, afterwards]]
    assert sorted(message.message_id for message in reports_in(mailbox)) == sorted(sent)
