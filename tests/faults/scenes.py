"""What fault tests share: waiting with a deadline, paid requests, and moments at which a worker can be caught."""

import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import redis
from django.conf import settings
from django.db import transaction

from cvs import jobs
from cvs.models import DispatchJob, ReportRequest
from cvs.states import JobStep
from portal import jobs as portal_jobs
from portal.models import DeliveryState
from sandbox.mailbox.client import MailboxControl
from sandbox.mailbox.store import StoredMessage
from sandbox.process import PATIENCE_SECONDS, ChildProcess, wait_for_line
from tests.support.orders import make_authority, make_physician, pay_with_credit
from tests.support.processes import Processes

Answer = TypeVar("Answer")

# Bounds, not expectations: a machine that others use as well may be ten times slower than an idle one.
POLL_SECONDS = 0.05


def wait_until(ask: Callable[[], Answer], what: str, seconds: float = PATIENCE_SECONDS) -> Answer:
    """Call `ask` until its answer is true and return that. Raises `TimeoutError` saying `what` did not happen."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not within {seconds:g} s: {what}.")
        time.sleep(POLL_SECONDS)
    return answer


def funded(authorities: int = 1, physician: int = 1) -> list[ReportRequest]:
    """Paid requests of one physician to as many authorities; request n goes to board<n>@boards.example."""
    return pay_with_credit(make_physician(physician), [make_authority(number) for number in range(1, authorities + 1)])


def forget_wake_ups() -> None:
    """Delete every message of the broker, so that the test alone decides when a worker gets one."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.flushdb()


def launch_worker(processes: Processes, **env: str) -> ChildProcess:
    """Start a worker of all queues with one child, without waiting for it; `env` are changes to its environment."""
    name = f"worker-{uuid.uuid4().hex[:8]}@%h"
    command = ["-m", "celery", "-A", "portal", "worker", "-Q", ",".join(portal_jobs.QUEUES), "-c", "1", "-n", name]
    return processes.start([sys.executable, *command, "--loglevel", "INFO"], name="worker", env=env)


def start_worker(processes: Processes, **env: str) -> ChildProcess:
    """Start a worker like `launch_worker` and wait until it takes messages."""
    worker = launch_worker(processes, **env)
    wait_for_line(worker, r"ready\.", timeout_seconds=PATIENCE_SECONDS)
    return worker


def job_of(request: ReportRequest) -> DispatchJob:
    """The only dispatch job of `request`, as it is now."""
    return DispatchJob.objects.select_related("report").get(request=request)


def reports_in(mailbox: MailboxControl) -> list[StoredMessage]:
    """Received messages that carry a report."""
    return [message for message in mailbox.messages() if message.attachments]


def call_sweep() -> bool:
    """Ask a worker for the sweep, as beat does; False when the broker does not take it."""
    return portal_jobs.send(jobs.SWEEP_DISPATCH, {})


def wake(request: ReportRequest) -> None:
    """Publish the wake-up of the request's job for its present step."""
    job = job_of(request)
    message = jobs.SEND_REPORT if job.step == JobStep.SEND else jobs.PREPARE_REPORT
    assert portal_jobs.send(message, {"job_id": str(job.pk)})


def wait_for_state(request: ReportRequest, state: DeliveryState, *, handed_over: bool = False) -> DispatchJob:
    """Wait until the request's job is in `state` (and handed over) and return it."""

    def find() -> DispatchJob | None:
        job = job_of(request)
        return job if job.state == state and (job.handoff_at is not None or not handed_over) else None

    found = wait_until(find, f"the job is {state}")
    assert found is not None
    return found


def wait_until_sent(requests: list[ReportRequest], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until the jobs of all `requests` are sent."""
    wait_until(
        lambda: not DispatchJob.objects.filter(request__in=requests).exclude(state=DeliveryState.SENT).exists(),
        f"{len(requests)} reports are sent",
        seconds,
    )


def sweep_until_sent(requests: list[ReportRequest], seconds: float = PATIENCE_SECONDS) -> None:
    """Have workers sweep every second, as beat does every minute, until the jobs of all `requests` are sent."""
    deadline = time.monotonic() + seconds
    while True:
        call_sweep()
        try:
            wait_until_sent(requests, seconds=1)
        except TimeoutError:
            if time.monotonic() > deadline:
                raise
        else:
            return


@contextmanager
def locked(request: ReportRequest) -> Iterator[None]:
    """Hold the row of `request`, so that a worker stands still wherever it needs it: a moment to kill it in."""
    with transaction.atomic():
        ReportRequest.objects.select_for_update().get(pk=request.pk)
        yield


def children_of(process: ChildProcess) -> list[int]:
    """Process ids of the direct children of `process`."""
    text = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(word) for word in text.split()]


def kill_child(process_id: int, signal_number: int) -> None:
    """Send `signal_number` to one process that a worker started."""
    os.kill(process_id, signal_number)
