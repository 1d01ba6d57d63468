"""Four workers, kills at random moments, two restarts of the broker: 400 paid requests all arrive, none elsewhere."""

import os
import random
import time
from collections import Counter
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from cvs.models import DispatchJob, IssuedReport, ReportRequest
from cvs.services import dispatch
from cvs.states import RequestState
from portal import jobs
from portal.models import DeliveryState
from tests.support.orders import make_authority, make_physician, pay_with_credit

pytestmark = [pytest.mark.faults, pytest.mark.slow]

REQUESTS = int(os.environ.get("STORM_REQUESTS", "400"))
WORKERS = 4
AUTHORITIES = 20
KILLS = 12
PATIENCE_SECONDS = 420
# Short times, so that the storm passes in minutes; a task still ends before its lease does.
TIMES = {"LEASE_SECONDS": "12", "UNCERTAIN_WAIT_SECONDS": "4"}


def fund_many() -> dict[int, str]:
    """Return request id → address of the authority it was paid for."""
    authorities = [make_authority(number) for number in range(AUTHORITIES)]
    paid: dict[int, str] = {}
    for number in range(REQUESTS // AUTHORITIES):
        for request in pay_with_credit(make_physician(10_000_000 + number), authorities):
            paid[request.pk] = request.authority.email
    return paid


def unfinished() -> int:
    return DispatchJob.objects.exclude(state=DeliveryState.SENT).count()


class Storm:
    """Keeps four workers alive while killing them at random, and restarts the broker twice."""

    def __init__(self, processes: Any, servers: Any, seed: int) -> None:
        self.processes = processes
        self.servers = servers
        self.random = random.Random(seed)
        self.workers = [self.start() for _ in range(WORKERS)]
        self.kills = 0
        self.restarts = 0

    def start(self) -> Any:
        return self.processes.start_worker(list(jobs.QUEUES), env=TIMES)

    def kill_one(self) -> None:
        place = self.random.randrange(WORKERS)
        self.workers[place].kill()
        self.workers[place] = self.start()
        self.kills += 1

    def restart_broker(self) -> None:
        self.servers.stop_valkey()
        time.sleep(self.random.uniform(0.2, 1.0))
        self.servers.start_valkey()
        self.restarts += 1

    def sweep(self) -> None:
        dispatch.sweep(at=timezone.now())

    def rage(self) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while unfinished() and time.monotonic() < end:
            time.sleep(self.random.uniform(0.3, 1.5))
            if self.kills < KILLS:
                self.kill_one()
            if self.restarts < 2 and self.kills >= (self.restarts + 1) * KILLS // 3:
                self.restart_broker()
            self.sweep()

    def survivors(self) -> list[bool]:
        return [worker.is_running for worker in self.workers]


@pytest.mark.usefixtures("collected_static")
def test_four_hundred_reports_survive_kills_and_broker_restarts(
    processes: Any, servers: Any, mailbox: Any, seal_keys: Any, settings: Any
):
    settings.LEASE_SECONDS = int(TIMES["LEASE_SECONDS"])
    settings.UNCERTAIN_WAIT_SECONDS = int(TIMES["UNCERTAIN_WAIT_SECONDS"])
    paid = fund_many()
    storm = Storm(processes, servers, seed=20261121)

    storm.rage()

    assert unfinished() == 0
    assert (storm.kills, storm.restarts) == (KILLS, 2)
    assert all(storm.survivors())
    assert ReportRequest.objects.filter(state=RequestState.DISPATCHED).count() == len(paid) == REQUESTS
    assert IssuedReport.objects.count() == REQUESTS
    received = [one for one in mailbox.messages() if one.subject.startswith("Certification status report")]
    copies = Counter(one.message_id for one in received)
    repeated = set(DispatchJob.objects.filter(resends=1).values_list("message_id", flat=True))
    assert set(copies) == set(DispatchJob.objects.values_list("message_id", flat=True))
    assert set(copies.values()) <= {1, 2}
    assert {key for key, count in copies.items() if count == 2} <= repeated
    expected = {
        job.message_id: (paid[job.request_id], job.report.sha256)
        for job in DispatchJob.objects.select_related("report")
        if job.report
    }
    for one in received:
        assert ([one.to], one.attachments) == ([expected[one.message_id][0]], [expected[one.message_id][1]])
    call_command("check_invariants")
