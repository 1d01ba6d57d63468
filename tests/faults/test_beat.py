"""Two schedulers at once, or none (fault 29): nothing happens twice, and silence is an alarm."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from celery.beat import PersistentScheduler
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from cvs import jobs, tasks
from cvs.models import DispatchJob
from cvs.services import dispatch
from portal.locks import advisory_lock
from portal.models import DeliveryState, Heartbeat
from sandbox.mailbox.client import MailboxControl
from sandbox.mailbox.faults import Fault
from sandbox.process import PATIENCE_SECONDS, ChildProcess
from tests.faults.scenes import (
    funded,
    job_of,
    reports_in,
    start_worker,
    wait_until,
    wait_until_sent,
)
from tests.support.processes import Processes
from tests.support.wake_ups import WakeUp

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def start_overdue_beat(processes: Processes, schedule: Path) -> ChildProcess:
    """A beat that was away for a day, so that all of its work is due at once."""
    scheduler = PersistentScheduler(app=current_app, schedule_filename=str(schedule))
    for entry in scheduler.schedule.values():
        entry.last_run_at = timezone.now() - timedelta(days=2)
    scheduler.close()
    command = ["-m", "celery", "-A", "portal", "beat", "--schedule", str(schedule), "--loglevel", "INFO"]
    return processes.start([sys.executable, *command], name="beat")


@contextmanager
def taken_elsewhere(name: str) -> Iterator[None]:
    """Hold the advisory lock `name` in another session of the database, as another worker would."""
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with advisory_lock(name) as free:
            assert free
            taken.set()
            done.wait(PATIENCE_SECONDS)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert taken.wait(PATIENCE_SECONDS)
    try:
        yield
    finally:
        done.set()
        holder.join()


def alarms() -> list[str]:
    return list(json.loads(Client().get("/readyz").content)["alarms"])


@pytest.mark.usefixtures("seal_keys")
def test_two_beats_and_two_workers_do_nothing_twice(processes: Processes, mailbox: MailboxControl, tmp_path: Path):
    requests = funded(authorities=4)
    mailbox.fail(Fault.DROP_STORED, recipient="board*", count=4)
    while dispatch.prepare(DispatchJob.objects.all()) or dispatch.send(DispatchJob.objects.all()):
        pass
    assert set(DispatchJob.objects.values_list("state", flat=True)) == {DeliveryState.UNCERTAIN}
    DispatchJob.objects.update(not_before=timezone.now())

    beats = [start_overdue_beat(processes, tmp_path / f"schedule{number}") for number in range(2)]
    wait_until(lambda: all("due task cvs.sweep_dispatch" in beat.output() for beat in beats), "both beats sweep")
    for _ in range(2):
        start_worker(processes)
    wait_until_sent(requests)

    assert Heartbeat.objects.count() == 1
    assert {job_of(request).resends for request in requests} == {1}
    copies = sorted(message.message_id for message in reports_in(mailbox))
    assert copies == sorted(2 * [job_of(request).message_id for request in requests])
    call_command("check_invariants")


@pytest.mark.usefixtures("seal_keys")
def test_a_sweep_that_another_worker_is_at_does_nothing(transactional_db: None, enqueued: list[WakeUp]):
    funded()
    enqueued.clear()

    with taken_elsewhere(jobs.SWEEP_DISPATCH.name):
        tasks.sweep_dispatch()
        assert enqueued == []

    tasks.sweep_dispatch()
    assert [wake_up.name for wake_up in enqueued] == ["cvs.prepare_report"]


def test_a_dead_beat_is_an_alarm_after_five_minutes_until_it_is_back(
    processes: Processes, mailbox: MailboxControl, tmp_path: Path
):
    start_worker(processes)
    beat = start_overdue_beat(processes, tmp_path / "schedule")
    wait_until(Heartbeat.objects.exists, "the first heartbeat")
    assert alarms() == []
    beat.kill()

    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=4, seconds=50))
    assert alarms() == []
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=5, seconds=10))
    [alarm] = alarms()
    assert alarm.startswith("beat: silent for 31")

    start_overdue_beat(processes, tmp_path / "schedule")
    wait_until(lambda: alarms() == [], "the alarm ends")
