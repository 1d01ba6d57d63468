"""Four workers, kills at random moments, two restarts of the broker: 400 paid requests all arrive, none elsewhere."""

import os
import random
import time
from collections import Counter

import pytest
from django.core.management import call_command
from django.utils import timezone

from cvs.models import DispatchAttempt, DispatchJob, IssuedReport, ReportRequest
from cvs.states import RequestState
from portal.models import DeliveryState
from sandbox.mailbox.client import MailboxControl
from sandbox.mailbox.faults import Fault
from sandbox.process import ChildProcess
from sandbox.servers import EmbeddedServers
from tests.faults.scenes import call_sweep, launch_worker, reports_in
from tests.support.orders import make_authority, make_physician, pay_with_credit
from tests.support.processes import Processes

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.usefixtures("seal_keys")]

REQUESTS = int(os.environ.get("STORM_REQUESTS", "400"))
SEED = int(os.environ.get("STORM_SEED", "20261121"))
WORKERS = 4
AUTHORITIES = 20
KILLS = 12
LOST_ANSWERS = 3
PATIENCE_SECONDS = 900
# Seldom: every sweep wakes a worker for each report that still waits.
SWEEP_SECONDS = 15
# Short, so that what a killed worker held is free again while the storm goes on.
LEASE_SECONDS = 10


def fund_many() -> dict[int, str]:
    """Return request id → address of the authority it was paid for."""
    authorities = [make_authority(number) for number in range(AUTHORITIES)]
    paid: dict[int, str] = {}
    for number in range(REQUESTS // AUTHORITIES):
        for request in pay_with_credit(make_physician(10_000_000 + number), authorities):
            paid[request.pk] = request.authority.email
    return paid


def count(*states: DeliveryState) -> int:
    return DispatchJob.objects.filter(state__in=states).count()


class Storm:
    """Keeps four workers going while killing them at random moments, and restarts the broker twice.

    The moments are spread over the work, not over the clock, so that a slow machine gets the same storm as a fast one.
    """

    def __init__(self, processes: Processes, servers: EmbeddedServers) -> None:
        self.processes = processes
        self.servers = servers
        self.random = random.Random(SEED)
        self.workers = [self.start() for _ in range(WORKERS)]
        self.kill_at = sorted(self.random.sample(range(1, REQUESTS - WORKERS), KILLS))
        self.restart_at = [REQUESTS // 3, REQUESTS * 2 // 3]
        self.swept_at = 0.0
        self.end = time.monotonic() + PATIENCE_SECONDS

    def start(self) -> ChildProcess:
        return launch_worker(self.processes, LEASE_SECONDS=str(LEASE_SECONDS))

    def rage(self) -> None:
        """Go on until every report has left or its outcome is unknown."""
        while count(DeliveryState.SENT, DeliveryState.UNCERTAIN) < REQUESTS:
            done = count(DeliveryState.SENT, DeliveryState.UNCERTAIN)
            if self.kill_at and done >= self.kill_at[0]:
                self.kill_at.pop(0)
                self.kill_one()
            if self.restart_at and done >= self.restart_at[0]:
                self.restart_at.pop(0)
                self.restart_broker()
            self.rest()

    def calm(self) -> None:
        """Let the time of doubt pass, and wait for the one repeat of every unknown outcome."""
        DispatchJob.objects.filter(state=DeliveryState.UNCERTAIN).update(not_before=timezone.now())
        self.swept_at = 0.0
        while count(DeliveryState.SENT) < REQUESTS:
            self.rest()

    def rest(self) -> None:
        """Wait for a random moment; sweep when it is time, as beat does."""
        assert time.monotonic() < self.end, f"{count(DeliveryState.SENT)} of {REQUESTS} sent"
        if time.monotonic() > self.swept_at + SWEEP_SECONDS:
            self.swept_at = time.monotonic()
            call_sweep()
        time.sleep(self.random.uniform(0.02, 0.2))

    def kill_one(self) -> None:
        place = self.random.randrange(WORKERS)
        self.workers[place].kill()
        self.workers[place] = self.start()

    def restart_broker(self) -> None:
        self.servers.stop_valkey()
        time.sleep(self.random.uniform(0.2, 1.0))
        self.servers.start_valkey()
        self.swept_at = 0.0


def test_four_hundred_reports_survive_kills_and_broker_restarts(
    processes: Processes, servers: EmbeddedServers, mailbox: MailboxControl
):
    paid = fund_many()
    # The server has the message and the portal will never know, as when it is killed just after the server's 250.
    mailbox.fail(Fault.DROP_STORED, recipient="board7@*", count=LOST_ANSWERS)
    storm = Storm(processes, servers)

    storm.rage()
    doubtful = set(DispatchJob.objects.filter(state=DeliveryState.UNCERTAIN).values_list("message_id", flat=True))
    storm.calm()

    assert (storm.kill_at, storm.restart_at) == ([], [])
    assert [worker.is_running for worker in storm.workers] == [True] * WORKERS
    assert ReportRequest.objects.filter(state=RequestState.DISPATCHED).count() == len(paid) == REQUESTS
    assert IssuedReport.objects.count() == REQUESTS
    assert DispatchAttempt.objects.filter(outcome="prepared").count() == REQUESTS
    jobs = {job.message_id: job for job in DispatchJob.objects.select_related("report")}
    received = reports_in(mailbox)
    copies = Counter(one.message_id for one in received)
    twice = {message_id for message_id, number in copies.items() if number == 2}
    assert set(copies) == set(jobs)
    assert set(copies.values()) <= {1, 2}
    assert twice <= doubtful
    assert len(twice) >= LOST_ANSWERS
    assert {message_id for message_id, job in jobs.items() if job.resends} == doubtful
    for one in received:
        job = jobs[one.message_id]
        assert one.envelope_to == (paid[job.request_id],)
        assert [attachment.sha256 for attachment in one.attachments] == [job.report.sha256]
    call_command("check_invariants")
