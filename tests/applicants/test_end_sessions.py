"""The command for the hour in which somebody else may be in an account."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from applicants.models import Applicant, User
from portal.models import AuditEvent
from tests.factories.applicants import PASSWORD

pytestmark = pytest.mark.django_db


def signed_in(applicant: Applicant) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": applicant.identification_number, "password": PASSWORD})
    assert is_in(client)
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("dashboard")).status_code == 200


def events() -> list[tuple[str, str, str]]:
    """What the command wrote into the audit log."""
    found = AuditEvent.objects.filter(actor="command line").order_by("pk")
    return list(found.values_list("event", "subject_id", "reason"))


def test_all_sessions_of_one_account_end_and_no_others(applicant: Applicant, other_applicant: Applicant):
    first, second, stranger = signed_in(applicant), signed_in(applicant), signed_in(other_applicant)

    call_command("end_sessions", applicant.user.username, reason="stolen laptop")

    assert [is_in(client) for client in (first, second, stranger)] == [False, False, True]
    assert events() == [("applicants.sessions_ended", str(applicant.user.pk), "stolen laptop")]
    assert AuditEvent.objects.get(actor="command line").facts == {"sessions": 2}
    assert is_in(signed_in(applicant))


def test_every_session_ends_of_strangers_too(applicant: Applicant, other_applicant: Applicant):
    clients = [signed_in(applicant), signed_in(other_applicant)]
    visitor = Client()
    session = visitor.session
    session["anything"] = 1
    session.save()

    call_command("end_sessions", everybody=True, reason="breach")

    assert [is_in(client) for client in clients] == [False, False]
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()
    assert {event[1] for event in events()} == {str(applicant.user.pk), str(other_applicant.user.pk)}


def test_a_closed_account_stays_signed_out_also_when_it_is_opened_again(applicant: Applicant):
    client = signed_in(applicant)
    kept = client.cookies["session"].value

    call_command("end_sessions", applicant.user.username, close=True, reason="asked by telephone")
    refused = Client()
    refused.post(reverse("account_login"), {"login": applicant.identification_number, "password": PASSWORD})
    was_refused = not is_in(refused)
    call_command("end_sessions", applicant.user.username, reopen=True, reason="was a mistake")

    assert was_refused
    client.cookies["session"] = kept
    assert not is_in(client)
    assert is_in(signed_in(applicant))
    assert [event[0] for event in events()] == [
        "applicants.account_closed",
        "applicants.sessions_ended",
        "applicants.sessions_ended",
        "applicants.account_reopened",
    ]


@pytest.mark.parametrize(
    "given",
    [
        ("99999999", "--reason=x"),
        ("--all", "--close", "--reason=x"),
        ("--reason=x",),
        ("{}",),
        ("{}", "--all", "--reason=x"),
    ],
    ids=["unknown", "all closed", "nobody", "no reason", "one and all"],
)
def test_what_is_not_clear_ends_nothing(applicant: Applicant, given: tuple[str, ...]):
    client = signed_in(applicant)

    with pytest.raises(CommandError):
        call_command("end_sessions", *(word.format(applicant.user.username) for word in given))

    assert is_in(client)
    assert User.objects.get(pk=applicant.user.pk).is_active
    assert events() == []
