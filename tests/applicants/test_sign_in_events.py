"""What is written down of signing in: each success and end in the audit log, each refusal in the logs, with no secret."""

import json
import time
from typing import Any

import pytest
import structlog
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from applicants.models import Applicant, User
from portal.models import AuditEvent
from tests.factories.applicants import PASSWORD
from tests.support.sign_in import add_authenticators, code_now, recovery_codes, sign_in

pytestmark = pytest.mark.django_db
WRONG = "never my password at all"


def events(user: User) -> list[tuple[str, dict[str, object]]]:
    """What the audit log has about the account's sign-ins, oldest first."""
    found = AuditEvent.objects.filter(
        event__in=["applicants.signed_in", "applicants.signed_out"], actor=f"user:{user.pk}"
    )
    return [(event.event.partition(".")[2], event.facts) for event in found.order_by("pk")]


def logged(caplog: pytest.LogCaptureFixture) -> list[structlog.types.EventDict]:
    """The warnings that our own modules wrote."""
    return [record.msg for record in caplog.records if isinstance(record.msg, dict) and record.levelname == "WARNING"]


def give_password(client: Client, user: User, password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": user.username, "password": password})


def give_code(client: Client, code: str):
    return client.post(reverse("mfa_authenticate"), {"code": code})


def test_password_and_code_are_one_event_that_names_both_and_signing_out_another(client: Client, applicant: Applicant):
    add_authenticators([applicant.user])

    give_password(client, applicant.user)
    assert events(applicant.user) == []
    give_code(client, code_now(applicant.user))
    client.post(reverse("account_logout"))

    assert events(applicant.user) == [("signed_in", {"methods": "password,totp"}), ("signed_out", {})]


def test_a_recovery_code_is_named_as_such(client: Client, applicant: Applicant):
    add_authenticators([applicant.user])

    give_password(client, applicant.user)
    give_code(client, recovery_codes(applicant.user)[0])

    assert events(applicant.user) == [("signed_in", {"methods": "password,recovery_codes"})]


def test_a_password_alone_is_named_alone(client: Client, applicant: Applicant):
    give_password(client, applicant.user)

    assert events(applicant.user) == [("signed_in", {"methods": "password"})]


@pytest.mark.parametrize("login", ["number", "address", "nobody's number"])
def test_a_wrong_password_is_logged_by_network_and_names_nobody(
    client: Client, applicant: Applicant, caplog: pytest.LogCaptureFixture, login: str
):
    typed = {
        "number": applicant.identification_number, "address": applicant.user.email, "nobody's number": "99999999",
    }[login]  # fmt: skip

    client.post(reverse("account_login"), {"login": typed, "password": WRONG})

    [line] = [one for one in logged(caplog) if one["event"] == "sign_in_failed"]
    assert len(line["client"]) >= 16
    assert typed not in caplog.text
    assert WRONG not in caplog.text
    assert events(applicant.user) == []


def test_a_wrong_code_is_logged_with_the_account_whose_password_was_known(
    client: Client, applicant: Applicant, caplog: pytest.LogCaptureFixture
):
    add_authenticators([applicant.user])
    give_password(client, applicant.user)

    give_code(client, "000000")

    assert [(one["event"], one["account"]) for one in logged(caplog)] == [("code_refused", applicant.user.pk)]
    assert "000000" not in caplog.text
    assert events(applicant.user) == []


def test_a_code_that_comes_twice_is_logged(client: Client, applicant: Applicant, caplog: pytest.LogCaptureFixture):
    add_authenticators([applicant.user])
    with time_machine.travel(time.time(), tick=False):
        code = code_now(applicant.user)
        for _ in range(2):
            give_password(client, applicant.user)
            give_code(client, code)
            client.logout()

    assert [(one["event"], one["account"]) for one in logged(caplog)] == [("code_used_again", applicant.user.pk)]
    assert code not in caplog.text


# An answer of the right shape to a question that nobody asked: the browser's answer of another session, say.
# Any: JSON of many shapes.
UNASKED: dict[str, Any] = {
    "id": "AAAA", "rawId": "AAAA", "type": "public-key",
    "response": {"clientDataJSON": "e30", "authenticatorData": "AAAA", "signature": "AAAA", "userHandle": "MQ"},
}  # fmt: skip


# What programs send that are no browsers.
MALFORMED = {
    "unasked": UNASKED,
    "short": {"id": "AAAA"},
    "no response": UNASKED | {"response": {}},
    "response of another kind": UNASKED | {"response": "x"},
    "nobody's": UNASKED | {"response": {name: UNASKED["response"][name] for name in ("clientDataJSON", "signature")}},
    "without a person": UNASKED | {"response": UNASKED["response"] | {"userHandle": None}},
    "person of another kind": UNASKED | {"response": UNASKED["response"] | {"userHandle": 7}},
    "person who is no number": UNASKED | {"response": UNASKED["response"] | {"userHandle": "eHh4"}},
    "person beyond all numbers": UNASKED | {"response": UNASKED["response"] | {"userHandle": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}},
    "person with a null byte": UNASKED | {"response": UNASKED["response"] | {"userHandle": "AAAA"}},
    "a list": [1],
    "a number": 7,
}  # fmt: skip


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_passkey_that_is_refused_is_logged_by_network(
    client: Client, applicant: Applicant, caplog: pytest.LogCaptureFixture, kind: str
):
    client.get(reverse("mfa_login_webauthn"), headers={"X-Requested-With": "XMLHttpRequest"})

    client.post(reverse("mfa_login_webauthn"), {"credential": json.dumps(MALFORMED[kind])})

    [line] = [one for one in logged(caplog) if one["event"] == "passkey_refused"]
    assert (line["account"], len(line["client"]) >= 16) == (None, True)
    assert "_auth_user_id" not in client.session
    assert not AuditEvent.objects.filter(event="applicants.signed_in").exists()


def test_a_passkey_refused_after_the_password_names_the_account(
    client: Client, applicant: Applicant, caplog: pytest.LogCaptureFixture
):
    add_authenticators([applicant.user])
    give_password(client, applicant.user)

    client.post(reverse("mfa_authenticate"), {"credential": json.dumps(UNASKED)})

    assert [(one["event"], one["account"]) for one in logged(caplog)] == [("passkey_refused", applicant.user.pk)]
    assert events(applicant.user) == []


def test_a_passkey_refused_at_a_confirmation_names_the_account(
    client: Client, applicant: Applicant, caplog: pytest.LogCaptureFixture
):
    sign_in(client, applicant.user)
    Authenticator.objects.create(user=applicant.user, type="webauthn", data={"name": "Key", "credential": {}})

    client.post(reverse("mfa_reauthenticate_webauthn"), {"credential": json.dumps({"id": "AAAA"})})

    assert [(one["event"], one["account"]) for one in logged(caplog)] == [("passkey_refused", applicant.user.pk)]
