"""The harness itself: its fixtures really reach the servers and processes they promise."""

import os

import pytest
import redis
from django.conf import settings
from django.db import OperationalError, connection, transaction

from portal import jobs
from sandbox.mailbox.client import MailboxControl
from sandbox.process import wait_for_line
from sandbox.servers import EmbeddedServers
from tests.support.processes import Processes, process_environment
from tests.support.wake_ups import WakeUp


def test_broker_is_empty_at_the_start_of_a_test(empty_broker: redis.Redis) -> None:
    assert empty_broker.dbsize() == 0
    empty_broker.set("left-over", "1")


def test_broker_is_empty_after_another_test_filled_it(empty_broker: redis.Redis) -> None:
    assert empty_broker.dbsize() == 0
    empty_broker.set("left-over", "1")


def test_mail_goes_to_the_outbox_of_the_portal() -> None:
    assert settings.EMAIL_BACKEND == "portal.outbox_backend.OutboxEmailBackend"


def test_mailbox_fixture_points_the_settings_at_it(mailbox: MailboxControl) -> None:
    assert mailbox.smtp_port == settings.EMAIL_PORT
    assert mailbox.messages() == []


@pytest.mark.django_db(transaction=True)
def test_enqueued_records_on_commit_and_nothing_on_rollback(enqueued: list[WakeUp], empty_broker: redis.Redis) -> None:
    with transaction.atomic():
        jobs.enqueue_on_commit(jobs.DELIVER_EMAIL, email_id="1")
        transaction.set_rollback(True)
    with transaction.atomic():
        jobs.enqueue_on_commit(jobs.DELIVER_EMAIL, email_id="2")

    assert enqueued == [WakeUp("portal.deliver_email", "mail", {"email_id": "2"})]
    assert empty_broker.dbsize() == 0


@pytest.mark.django_db
def test_processes_share_the_database_of_the_test() -> None:
    url = process_environment()["DATABASE_URL"]

    assert url.endswith(f"/{connection.settings_dict['NAME']}")
    assert url != os.environ["DATABASE_URL"]


@pytest.mark.slow
@pytest.mark.faults
def test_servers_can_be_taken_from_a_test_and_come_back(servers: EmbeddedServers) -> None:
    servers.stop_postgres()
    connection.close()
    with pytest.raises(OperationalError):
        connection.ensure_connection()

    servers.start_postgres()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 41")
        row = cursor.fetchone()

    assert row == (41,)


@pytest.mark.slow
@pytest.mark.faults
def test_worker_process_takes_messages_from_the_test_broker(processes: Processes) -> None:
    worker = processes.start_worker(["mail", "beat"])

    sent = jobs.send(jobs.BEAT_HEARTBEAT, {})

    assert sent is True
    assert worker.is_running
    wait_for_line(worker, "portal.beat_heartbeat")
