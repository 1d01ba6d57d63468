"""Claims, hand-offs and outcomes, on real PostgreSQL with several connections."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal import leases, mail
from portal.models import DeliveryState, OutgoingEmail
from portal.smtp import HandOver, Outcome

pytestmark = pytest.mark.django_db(transaction=True)

ALL = OutgoingEmail.objects.all


def make_email(**values: object) -> OutgoingEmail:
    at = timezone.now()
    email = mail.store_email(template="test", to_email="a@applicants.example", subject="S", text="T", html="", at=at)
    OutgoingEmail.objects.filter(pk=email.pk).update(**values)
    email.refresh_from_db()
    return email


def settle(row: OutgoingEmail, outcome: Outcome, code: int = 0) -> DeliveryState | None:
    with transaction.atomic():
        return leases.settle(row, HandOver(outcome, code, f"{code} words"), at=timezone.now())


def test_a_claim_leases_the_oldest_due_row():
    at = timezone.now()
    make_email(not_before=at - timedelta(minutes=1))
    older = make_email(not_before=at - timedelta(minutes=5))

    row = leases.claim(ALL(), at=at)

    assert row is not None
    assert row.pk == older.pk
    older.refresh_from_db()
    assert older.state == DeliveryState.LEASED
    assert older.attempts == 1
    assert older.lease_until == at + timedelta(seconds=120)


def test_a_row_that_is_not_due_is_not_claimed():
    email = make_email(not_before=timezone.now() + timedelta(minutes=1))

    assert leases.claim(ALL(), at=timezone.now()) is None
    email.refresh_from_db()
    assert email.state == DeliveryState.READY
    assert email.attempts == 0


def test_twenty_claimers_share_ten_rows_without_sharing_one():
    for _ in range(10):
        make_email()
    claimed: list[object] = []

    def claim() -> None:
        row = leases.claim(ALL(), at=timezone.now())
        if row:
            claimed.append(row.pk)
        connection.close()

    threads = [threading.Thread(target=claim) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(claimed) <= 10
    assert len(set(claimed)) == len(claimed)
    assert OutgoingEmail.objects.filter(state=DeliveryState.LEASED).count() == len(claimed)


def test_a_worker_that_lost_its_lease_changes_nothing():
    make_email()
    lost = leases.claim(ALL(), at=timezone.now() - timedelta(hours=1))
    assert lost is None
    first = leases.claim(ALL(), at=timezone.now())
    assert first is not None
    leases.recover(ALL(), at=timezone.now() + timedelta(minutes=3))
    second = leases.claim(ALL(), at=timezone.now() + timedelta(minutes=3))
    assert second is not None

    assert leases.begin_hand_off(first) is False
    assert settle(first, Outcome.ACCEPTED, 250) is None

    second.refresh_from_db()
    assert second.state == DeliveryState.LEASED
    assert second.handoff_at is None


def test_a_lease_that_is_over_does_not_begin_a_hand_off():
    email = make_email()
    row = leases.claim(ALL(), at=timezone.now())
    assert row is not None
    OutgoingEmail.objects.filter(pk=email.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    assert leases.begin_hand_off(row) is False


@pytest.mark.parametrize(
    ("outcome", "attempts", "state"),
    [
        (Outcome.ACCEPTED, 1, DeliveryState.SENT),
        (Outcome.NOT_NOW, 1, DeliveryState.READY),
        (Outcome.NOT_NOW, 11, DeliveryState.READY),
        (Outcome.NOT_NOW, 12, DeliveryState.DEAD),
        (Outcome.REFUSED, 1, DeliveryState.DEAD),
        (Outcome.UNKNOWN, 1, DeliveryState.UNCERTAIN),
    ],
)
def test_an_outcome_leads_to_its_state(outcome: Outcome, attempts: int, state: DeliveryState):
    make_email()
    row = leases.claim(ALL(), at=timezone.now())
    assert row is not None
    row.attempts = attempts
    leases.begin_hand_off(row)

    assert settle(row, outcome, 250) == state

    row.refresh_from_db()
    assert row.state == state
    assert row.token is None
    assert (row.handoff_at is None) == (state in {DeliveryState.READY, DeliveryState.DEAD})


def test_a_passed_lease_before_the_hand_off_is_ready_again():
    make_email()
    row = leases.claim(ALL(), at=timezone.now())
    assert row is not None

    freed, doubtful, stuck = leases.recover(ALL(), at=timezone.now() + timedelta(seconds=121))

    row.refresh_from_db()
    assert (freed, doubtful, stuck) == (1, [], [])
    assert row.state == DeliveryState.READY
    assert row.resends == 0


def test_a_passed_lease_after_the_hand_off_is_uncertain_then_repeated_once_then_for_staff():
    make_email()
    at = timezone.now()
    row = leases.claim(ALL(), at=at)
    assert row is not None
    leases.begin_hand_off(row)

    _, doubtful, _ = leases.recover(ALL(), at=at + timedelta(minutes=3))
    assert [one.pk for one in doubtful] == [row.pk]
    assert leases.claim(ALL(), at=at + timedelta(minutes=4)) is None
    freed, _, _ = leases.recover(ALL(), at=at + timedelta(minutes=19))
    assert freed == 1
    again = leases.claim(ALL(), at=at + timedelta(minutes=19))
    assert again is not None
    assert again.message_id == row.message_id
    OutgoingEmail.objects.filter(pk=row.pk).update(handoff_at=at + timedelta(minutes=19))
    leases.recover(ALL(), at=at + timedelta(minutes=22))
    _, _, stuck = leases.recover(ALL(), at=at + timedelta(minutes=38))

    assert [one.pk for one in stuck] == [row.pk]
    row.refresh_from_db()
    assert row.state == DeliveryState.UNCERTAIN
    assert row.resends == 1
    assert leases.recover(ALL(), at=at + timedelta(minutes=40)) == (0, [], [])


def test_delays_grow_and_are_bounded():
    assert 15 <= leases.retry_delay(0).total_seconds() <= 45
    assert 60 <= leases.retry_delay(2).total_seconds() <= 180
    assert leases.retry_delay(40).total_seconds() <= 9 * 3600
