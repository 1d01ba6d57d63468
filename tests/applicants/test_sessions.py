"""The list of where somebody is signed in."""

import re
import string
import time

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from tests.factories.applicants import PASSWORD
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db


def signed_in(applicant, agent="Test browser"):
    client = Client(HTTP_USER_AGENT=agent)
    client.post(reverse("account_login"), {"login": applicant.identification_number, "password": PASSWORD})
    return client


def is_in(client):
    return client.get(reverse("dashboard")).status_code == 200


def test_list_shows_own_sessions_only(applicant, other_applicant):
    here, _ = signed_in(applicant), signed_in(applicant, "Another browser")
    signed_in(other_applicant, "Browser of a stranger")

    page = here.get(reverse("sessions")).content.decode()

    assert "Test browser" in page
    assert "Another browser" in page
    assert "stranger" not in page


def test_one_session_is_ended(applicant):
    here, there, third = signed_in(applicant), signed_in(applicant), signed_in(applicant)
    entry = UserSession.objects.get(session_key=there.session.session_key)

    here.post(reverse("sessions"), {"session": entry.pk})

    assert [is_in(client) for client in (here, there, third)] == [True, False, True]


def test_all_others_are_ended(applicant):
    here, there, third = signed_in(applicant), signed_in(applicant), signed_in(applicant)

    here.post(reverse("sessions"))

    assert [is_in(client) for client in (here, there, third)] == [True, False, False]
    assert UserSession.objects.count() == 1


@pytest.mark.parametrize("value", ["{}", "-1", "9" * 30, "x\x00", "½"])
def test_session_of_somebody_else_cannot_be_ended(applicant, other_applicant, value):
    here, stranger = signed_in(applicant), signed_in(other_applicant)
    entry = UserSession.objects.get(session_key=stranger.session.session_key)

    response = here.post(reverse("sessions"), {"session": value.format(entry.pk)})

    assert response.status_code == 302
    assert is_in(stranger)
    assert is_in(here)


def test_opening_an_address_ends_nothing(applicant):
    here, there = signed_in(applicant), signed_in(applicant)

    here.get(reverse("sessions"), {"session": UserSession.objects.last().pk})

    assert is_in(there)


def test_ended_sessions_leave_the_list_at_the_next_sign_in(applicant):
    first = signed_in(applicant)
    first.post(reverse("account_logout"))

    signed_in(applicant)

    assert UserSession.objects.count() == 1


def test_confirming_renews_the_key_of_the_session_and_ends_no_other(client, applicant):
    there = signed_in(applicant)
    here = signed_in(applicant)
    before = here.session.session_key
    session = here.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 601}]
    session.save()
    asked = here.post(reverse("sessions"), {})

    here.post(asked["Location"], {"password": PASSWORD})

    assert here.session.session_key != before
    assert is_in(here)
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = before
    assert not is_in(stolen)
    assert here.session.session_key in UserSession.objects.values_list("session_key", flat=True)
    assert not UserSession.objects.filter(session_key=before).exists()
    assert not is_in(there)


def test_ending_sessions_asks_again_after_ten_minutes(client, applicant):
    there = signed_in(applicant)
    sign_in(client, applicant.user, fresh_seconds=-601)
    entry = UserSession.objects.get(session_key=there.session.session_key)

    asked = [client.post(reverse("sessions"), values) for values in ({}, {"session": entry.pk})]

    assert all(answer["Location"].startswith(reverse("account_reauthenticate")) for answer in asked)
    assert is_in(there)
    assert client.get(reverse("sessions")).status_code == 200
    client.post(asked[1]["Location"], {"password": PASSWORD})
    assert not is_in(there)


def test_signing_out_ends_the_session_on_the_server(applicant):
    client = signed_in(applicant)
    kept = client.cookies["session"].value
    assert Session.objects.filter(session_key=kept).exists()

    client.post(reverse("account_logout"))
    client.cookies["session"] = kept

    assert client.get(reverse("dashboard"))["Location"].startswith(reverse("account_login"))
    assert not Session.objects.filter(session_key=kept).exists()


def test_keys_of_sessions_cannot_be_guessed():
    keys: set[str] = set()
    for _ in range(200):
        session = SessionStore()
        session.create()
        keys.add(session.session_key or "")

    assert len(keys) == 200
    # 32 characters of 36 are 165 bits; ASVS asks for 128.
    assert all(re.fullmatch(r"[a-z0-9]{32}", key) for key in keys)
    assert set("".join(keys)) == set(string.ascii_lowercase + string.digits)
