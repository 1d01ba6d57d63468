"""What load balancers and operators are told when parts of the portal are away."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal import health, mail
from portal.models import DeliveryState, Heartbeat, OutgoingEmail
from sandbox.servers import EmbeddedServers

AT = datetime(2026, 6, 3, 14, 5, tzinfo=UTC)


def ask() -> tuple[int, dict[str, object]]:
    response = Client().get("/readyz")
    return response.status_code, json.loads(response.content)


def waiting_email(*, not_before: datetime) -> OutgoingEmail:
    email = mail.store_email(
        template="test", to_email="a@applicants.example", subject="S", text="T", html="", at=not_before
    )
    OutgoingEmail.objects.exclude(pk=email.pk).delete()
    return email


def test_alive_asks_no_database():
    # Without the database mark, any query fails this test.
    response = Client().get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
@time_machine.travel(AT, tick=False)
def test_all_well_is_ready_without_alarms():
    health.beat(at=AT)

    assert ask() == (
        200,
        {
            "ready": True,
            "database": "ok",
            "broker": "ok",
            "beat": "ok",
            "oldest_due_seconds": None,
            "alarms": [],
        },
    )


@pytest.mark.slow
@pytest.mark.faults
def test_without_a_database_it_is_not_ready_and_says_so_without_its_address(servers: EmbeddedServers):
    servers.stop_postgres()
    connection.close()

    status, body = ask()
    alive = Client().get("/healthz").status_code

    assert status == 503
    assert body["ready"] is False
    assert body["database"] == "not reached (OperationalError)"
    assert body["alarms"] == ["database: not reached (OperationalError)", "beat: unknown"]
    assert alive == 200


@pytest.mark.slow
@pytest.mark.faults
def test_a_connection_that_died_is_reported_and_the_next_question_gets_a_new_one(servers: EmbeddedServers):
    Heartbeat.objects.exists()
    servers.stop_postgres()

    status, _ = ask()
    servers.start_postgres()
    connection.close_if_unusable_or_obsolete()

    assert status == 503
    assert ask()[0] == 200


@pytest.mark.slow
@pytest.mark.faults
@time_machine.travel(AT, tick=False)
def test_without_a_broker_pages_are_served_and_somebody_is_called(servers: EmbeddedServers):
    health.beat(at=AT)
    servers.stop_valkey()

    status, body = ask()

    assert (status, body["ready"]) == (200, True)
    assert body["broker"] == "not reached (OperationalError)"
    assert body["alarms"] == ["broker: not reached (OperationalError)"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("silent", "alarms"),
    [
        (timedelta(minutes=5), []),
        (timedelta(minutes=5, seconds=1), ["beat: silent for 301 s"]),
    ],
)
def test_a_silent_beat_is_an_alarm_after_five_minutes(silent: timedelta, alarms: list[str]):
    health.beat(at=AT)

    answer = health.readiness(at=AT + silent)

    assert answer.alarms == alarms
    assert answer.ready is True


@pytest.mark.django_db
def test_a_beat_that_was_never_heard_is_an_alarm():
    assert health.readiness(at=AT).alarms == ["beat: never heard"]


@pytest.mark.django_db
def test_each_beat_replaces_the_one_before():
    health.beat(at=AT)

    health.beat(at=AT + timedelta(seconds=30))

    assert [row.at for row in Heartbeat.objects.all()] == [AT + timedelta(seconds=30)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("waited", "alarms"),
    [
        (timedelta(minutes=5), []),
        (timedelta(minutes=5, seconds=1), ["oldest due job has waited 301 s"]),
    ],
)
def test_a_due_job_that_nobody_takes_is_an_alarm_after_five_minutes(waited: timedelta, alarms: list[str]):
    waiting_email(not_before=AT)
    health.beat(at=AT + waited)

    answer = health.readiness(at=AT + waited)

    assert answer.alarms == alarms
    assert answer.oldest_due_seconds == waited.total_seconds()


@pytest.mark.django_db
@pytest.mark.parametrize("state", [DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.UNCERTAIN])
def test_what_nobody_has_to_take_is_no_alarm(state: DeliveryState):
    email = waiting_email(not_before=AT)
    OutgoingEmail.objects.filter(pk=email.pk).update(state=state, sent_at=timezone.now())
    health.beat(at=AT + timedelta(hours=1))

    answer = health.readiness(at=AT + timedelta(hours=1))

    assert (answer.alarms, answer.oldest_due_seconds) == ([], None)


@pytest.mark.django_db
def test_a_job_that_is_not_due_yet_is_no_alarm():
    waiting_email(not_before=AT + timedelta(hours=6))
    health.beat(at=AT)

    assert health.readiness(at=AT).oldest_due_seconds is None
