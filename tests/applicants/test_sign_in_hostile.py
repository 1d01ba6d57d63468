"""What strangers throw at the doors: lists of leaked passwords, forged headers, and ways to another site."""

import time

import pytest
import time_machine
from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.urls import reverse

from applicants.adapter import TOO_MANY_ATTEMPTS
from portal.models import AuditEvent, OutgoingEmail
from tests.factories.applicants import PASSWORD
from tests.support.sign_in import add_authenticators, code_now

pytestmark = pytest.mark.django_db
PAIRS, IN_FIVE_MINUTES = 10_000, 10
# Checks what is stored, and costs nothing for accounts that do not exist.
CHEAP_HASHES = ["django.contrib.auth.hashers.MD5PasswordHasher", "django.contrib.auth.hashers.Argon2PasswordHasher"]
ELSEWHERE = ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "/\\elsewhere.example"]


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.slow
def test_of_ten_thousand_pairs_few_are_looked_at_and_the_right_one_is_not(applicant, settings):
    """One pair a second, where passwords are checked; the page has a limit of its own in front of this one."""
    settings.PASSWORD_HASHERS = CHEAP_HASHES
    adapter, request = get_adapter(), RequestFactory().post(reverse("account_login"))
    pairs = [(f"{20_000_000 + number}", f"leaked password {number}") for number in range(PAIRS)]
    pairs[PAIRS // 2] = (applicant.identification_number, PASSWORD)
    opened, looked_at = [], 0

    with time_machine.travel(time.time(), tick=False) as clock:
        for username, password in pairs:
            try:
                opened.append(adapter.authenticate(request, username=username, password=password))
                looked_at += 1
            except ValidationError as error:
                assert error.messages == [TOO_MANY_ATTEMPTS]  # noqa: PT017 - any other message is a failure
            clock.shift(1)

    assert set(opened) == {None}
    assert looked_at <= IN_FIVE_MINUTES * (PAIRS // 300 + 1)
    assert not AuditEvent.objects.exists()
    assert not OutgoingEmail.objects.exists()


def test_both_doors_count_together(staff_member):
    doors = (reverse("account_login"), reverse("staff_sign_in"))
    with time_machine.travel(time.time(), tick=False):
        answers = [
            Client(REMOTE_ADDR=f"203.0.113.{number}").post(
                doors[number % 2], {"login": staff_member.email, "password": "not the password"}
            )
            for number in range(7)
        ]

    assert [TOO_MANY_ATTEMPTS in answer.content.decode() for answer in answers] == [False] * 5 + [True] * 2


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP"])
def test_forged_addresses_of_clients_buy_no_further_attempts(client, settings, name):
    settings.PASSWORD_HASHERS = CHEAP_HASHES
    with time_machine.travel(time.time(), tick=False):
        answers = [
            client.post(
                reverse("account_login"),
                {"login": f"{20_000_000 + number}", "password": "leaked password"},
                headers={name: f"203.0.113.{number}"},
            )
            for number in range(IN_FIVE_MINUTES + 2)
        ]

    refused = [TOO_MANY_ATTEMPTS in answer.content.decode() for answer in answers]
    assert refused == [False] * IN_FIVE_MINUTES + [True] * 2


@pytest.mark.parametrize("page", ["account_login", "staff_sign_in", "account_reset_password"])
def test_forged_host_is_refused_and_no_link_is_sent(client, applicant, page):
    values = {"login": applicant.identification_number, "password": PASSWORD, "email": applicant.user.email}

    response = client.post(reverse(page), values, headers={"Host": "elsewhere.example"})

    assert response.status_code == 400
    assert not is_signed_in(client)
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Host", "Forwarded"])
def test_links_and_ways_on_stay_here_whatever_headers_say(client, applicant, name):
    forged = {name: "host=elsewhere.example" if name == "Forwarded" else "elsewhere.example"}
    values = {"login": applicant.identification_number, "password": PASSWORD}

    client.post(reverse("account_reset_password"), {"email": applicant.user.email}, headers=forged)
    link = OutgoingEmail.objects.get()
    answer = client.post(reverse("account_login"), values, headers=forged)

    assert "http://127.0.0.1:8000/accounts/password/reset/key/" in link.text
    assert "elsewhere" not in link.text + link.html
    assert answer["Location"] == reverse("dashboard")


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_next_leads_nowhere_else_from_the_door_of_staff(client, staff_member, elsewhere):
    add_authenticators([staff_member])

    client.post(reverse("staff_sign_in"), {"login": staff_member.email, "password": PASSWORD, "next": elsewhere})
    response = client.post(reverse("mfa_authenticate"), {"code": code_now(staff_member)})

    assert is_signed_in(client)
    assert response["Location"] == reverse("admin:index")
