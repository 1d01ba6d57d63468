"""How long things are kept: the table covers everything personal, says what is done, and does what it says."""

from datetime import timedelta
from io import StringIO
from zlib import crc32

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from applicants.models import ContactInformation
from cvs.models import VerificationLookup
from payments.models import StripeEvent
from portal import mail, retention, undelivered
from portal.models import AuditEvent, DeliveryState, OutgoingEmail
from portal.personal_data import registry
from tests.factories.applicants import ContactInformationFactory
from tests.support.orders import make_authority, make_physician, pay_with_credit

pytestmark = pytest.mark.django_db

AT = timezone.now()
RULES = retention.table.rules
S = DeliveryState


def lookup(days_old: float) -> VerificationLookup:
    return VerificationLookup.objects.create(
        at=AT - timedelta(days=days_old), client="c" * 32, found=False, by_link=True
    )


def message(days_old: float, state: str = DeliveryState.SENT) -> OutgoingEmail:
    stored = mail.store_email(
        template="test", to_email="ada@applicants.example", subject="Hello", text="Text.", html="", at=AT
    )
    created = AT - timedelta(days=days_old)
    OutgoingEmail.objects.filter(pk=stored.pk).update(state=state, created_at=created, sent_at=created)
    return stored


def event(days_old: float, *, processed: bool) -> StripeEvent:
    moment = AT - timedelta(days=days_old)
    return StripeEvent.objects.create(
        id=f"evt_{days_old}_{processed}",
        type="charge.succeeded",
        created=moment,
        payload={},
        received_at=moment,
        not_before=moment,
        processed_at=moment if processed else None,
    )


def purge(*keys: str) -> dict[str, int]:
    return dict(retention.purge([RULES[key] for key in keys], at=AT))


def test_every_model_that_holds_a_persons_data_has_a_rule():
    covered = {label for rule in RULES.values() for label in rule.covers}
    uncovered = {*registry.holdings, *registry.exclusions} - covered

    assert uncovered == set(), "Name these models in `covers` of a retention.Rule in the privacy.py of their app."


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.key)
def test_a_rule_with_a_period_is_carried_out_by_something_that_is_scheduled(rule: retention.Rule):
    jobs = settings.CELERY_BEAT_SCHEDULE

    if rule.period is None:
        assert rule.due is None
        assert not rule.done_by
    else:
        assert (rule.due is None) == bool(rule.done_by)
        assert (rule.done_by or "portal.purge") in jobs


def test_only_what_is_over_is_deleted():
    old, fresh = lookup(400.1), lookup(399.9)

    assert purge("look-ups") == {"look-ups": 1}

    assert list(VerificationLookup.objects.values_list("pk", flat=True)) == [fresh.pk]
    assert purge("look-ups") == {"look-ups": 0}
    assert old.pk != fresh.pk


@pytest.mark.parametrize(
    ("state", "days"),
    [
        *((state, 90) for state in (S.SENT, S.CANCELED, S.CLOSED)),
        *((state, 180) for state in (S.DEAD, S.BOUNCED, S.UNCERTAIN, S.HELD)),
    ],
)
def test_mail_goes_after_the_time_of_its_state(state: DeliveryState, days: int):
    over, recent = message(days + 1, state), message(days - 1, state)

    purge("sent-mail", "undelivered-mail")

    assert list(OutgoingEmail.objects.values_list("pk", flat=True)) == [recent.pk]
    assert over.pk != recent.pk


def test_every_state_of_mail_ends_under_a_rule_or_is_under_way():
    """A message that the portal still works on is in another state within days."""
    assert {*undelivered.DONE, *undelivered.UNDELIVERED, *undelivered.UNDER_WAY} == set(DeliveryState)
    assert undelivered.UNDER_WAY == (S.READY, S.LEASED)


def test_events_go_after_they_were_processed():
    event(61, processed=True)
    kept = {event(61, processed=False).pk, event(59, processed=True).pk}

    purge("payment-events")

    assert set(StripeEvent.objects.values_list("pk", flat=True)) == kept


def test_ended_sessions_go():
    Session.objects.create(session_key="old", session_data="", expire_date=AT - timedelta(days=2))
    Session.objects.create(session_key="new", session_data="", expire_date=AT + timedelta(hours=1))

    purge("sessions")

    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]


def test_former_contact_information_goes_unless_an_order_refers_to_it():
    person = make_physician(71_000_001)
    [request] = pay_with_credit(person, [make_authority(1)])
    named = request.contact
    long_ago = AT - timedelta(days=3 * 365 + 1)
    ContactInformation.objects.filter(pk=named.pk).update(superseded_at=long_ago)
    ContactInformationFactory.create(applicant=person, superseded_at=long_ago)
    current = ContactInformationFactory.create(applicant=person)

    assert purge("former-contact") == {"former-contact": 1}

    assert set(person.contacts.values_list("pk", flat=True)) == {named.pk, current.pk}


def test_the_audit_log_gets_counts_and_nothing_else():
    lookup(500)
    lookup(500)

    purge("look-ups")

    purged = AuditEvent.objects.get(event="portal.purged")
    assert purged.facts == {"rule": "look-ups", "rows": 2}
    assert (purged.actor, purged.subject_id) == ("retention", "retention look-ups")


def test_nothing_to_end_leaves_no_trace():
    purge("look-ups")

    assert not AuditEvent.objects.exists()


def test_rows_are_ended_in_batches_until_none_is_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        lookup(500)

    assert purge("look-ups") == {"look-ups": 5}

    counts = AuditEvent.objects.filter(event="portal.purged").order_by("pk").values_list("facts__rows", flat=True)
    assert list(counts) == [2, 2, 1]


def test_what_the_time_did_not_suffice_for_waits_for_the_next_run():
    lookup(500)

    assert retention.purge([RULES["look-ups"]], at=AT, budget_seconds=0) == {"look-ups": 0}

    assert VerificationLookup.objects.count() == 1


def test_a_rule_that_fails_stops_no_other_and_writes_nothing(caplog: pytest.LogCaptureFixture):
    def broken(before, limit):
        VerificationLookup.objects.all().delete()
        raise RuntimeError("Ada Testperson")

    lookup(500)
    failing = retention.Rule(
        key="failing",
        what="",
        covers=(),
        since="",
        why="",
        period=timedelta(days=1),
        due=lambda before: VerificationLookup.objects.all(),
        purge=broken,
    )
    message(91)

    assert retention.purge([failing, RULES["sent-mail"]], at=AT) == {"failing": 0, "sent-mail": 1}

    assert VerificationLookup.objects.count() == 1
    assert "purge_failed" in caplog.text
    assert "Ada" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_two_runners_do_not_end_the_same_rule():
    lookup(500)
    other = connection.copy()
    key = [0x1C6, crc32(b"portal.retention.look-ups") - 2**31]
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", key)
            assert purge("look-ups") == {"look-ups": 0}
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
    finally:
        other.close()
    assert purge("look-ups") == {"look-ups": 1}


def test_the_command_counts_without_changing_anything():
    lookup(500)
    out = StringIO()

    call_command("purge", dry_run=True, stdout=out)

    lines = dict(line.split(": ") for line in out.getvalue().splitlines())
    assert lines["look-ups"] == "1"
    assert set(lines) == {rule.key for rule in retention.table.carried_out_here}
    assert VerificationLookup.objects.count() == 1
    assert not AuditEvent.objects.exists()


def test_the_command_ends_what_is_over():
    lookup(500)
    message(91)
    out = StringIO()

    call_command("purge", rule=["look-ups"], stdout=out)

    assert out.getvalue() == "look-ups: 1\n"
    assert (VerificationLookup.objects.count(), OutgoingEmail.objects.count()) == (0, 1)


def test_the_command_names_the_rules_when_one_is_unknown():
    lookup(500)

    with pytest.raises(CommandError, match=r"no rule nothing.*look-ups"):
        call_command("purge", rule=["nothing"])

    assert VerificationLookup.objects.count() == 1


def test_the_privacy_page_prints_every_rule_as_it_is_carried_out(client):
    page = client.get(reverse("privacy")).content.decode()

    for rule in RULES.values():
        assert rule.what in page
        assert rule.kept in page


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (None, "For good"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_a_period_in_words(period, words):
    assert retention.Rule(key="x", what="", covers=(), since="", why="", period=period).kept == words


def test_no_key_twice():
    with pytest.raises(retention.RuleTwiceError):
        retention.table.add(RULES["look-ups"])
