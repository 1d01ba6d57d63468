"""Signing in, and a forgotten password."""

import re

import pytest
from django.urls import reverse

from applicants.adapter import SIGN_IN_FAILED
from portal.cache import SturdyRedisCache
from portal.models import OutgoingEmail
from tests.factories.applicants import PASSWORD

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "another long password for tests"


def sign_in(client, number, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": number, "password": password})


def is_signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("typed", ["{}", "{0[0]}-{0[1]}{0[2]}{0[3]}-{0[4]}{0[5]}{0[6]}-{0[7]}", " {} "])
def test_number_signs_in_with_and_without_dashes(client, applicant, typed):
    response = sign_in(client, typed.format(applicant.identification_number))

    assert response.status_code == 302
    assert response["Location"] == reverse("dashboard")
    assert is_signed_in(client)


@pytest.mark.parametrize("case", ["wrong password", "unknown number", "closed account", "not a number"])
def test_every_failure_gives_the_same_answer_and_keeps_only_the_number(client, applicant, case):
    number, password = applicant.identification_number, PASSWORD
    if case == "wrong password":
        password = "not this password"
    elif case == "closed account":
        applicant.user.is_active = False
        applicant.user.save(update_fields=["is_active"])
    else:
        number = {"unknown number": "99999999", "not a number": "hello"}[case]

    response = sign_in(client, number, password)

    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == [SIGN_IN_FAILED]
    assert not is_signed_in(client)
    page = response.content.decode()
    assert number in page
    assert password not in page


def test_sign_in_fields_help_password_managers(client):
    page = client.get(reverse("account_login")).content.decode()

    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


def test_after_five_failures_even_the_right_password_waits(client, applicant):
    for _ in range(5):
        sign_in(client, applicant.identification_number, "not this password")

    response = sign_in(client, applicant.identification_number)

    assert response.context["form"].non_field_errors() == ["There were too many attempts. Try again in 5 minutes."]
    assert not is_signed_in(client)


@pytest.fixture
def no_cache_server(settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "portal.cache.SturdyRedisCache",
            "LOCATION": "redis://127.0.0.1:9/0",
            "OPTIONS": {"socket_timeout": 1},
        }
    }
    SturdyRedisCache("redis://127.0.0.1:9/0", {}).clear()


def test_sign_in_works_without_the_cache_server(client, applicant, no_cache_server):
    response = sign_in(client, applicant.identification_number)

    assert response.status_code == 302
    assert is_signed_in(client)


def test_attempts_are_still_counted_without_the_cache_server(client, applicant, no_cache_server):
    for _ in range(5):
        sign_in(client, applicant.identification_number, "not this password")

    response = sign_in(client, applicant.identification_number)

    assert response.context["form"].non_field_errors() == ["There were too many attempts. Try again in 5 minutes."]
    assert not is_signed_in(client)


def test_staff_are_led_to_their_work(client, staff_member):
    response = sign_in(client, staff_member.username)

    assert response["Location"] == reverse("admin:index")


def test_nobody_opens_an_account(client):
    response = client.post(
        reverse("account_signup"),
        {"username": "12345678", "email": "a@example.org", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )

    assert "account/signup_closed.html" in [template.name for template in response.templates]


def reset_link(email):
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", email.text)
    assert found is not None
    return found[1]


def test_forgotten_password_is_replaced_through_the_link_in_the_outbox(client, applicant):
    client.post(reverse("account_reset_password"), {"email": applicant.user.email})
    email = OutgoingEmail.objects.get(to_email=applicant.user.email)

    form = client.get(reset_link(email), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    applicant.user.refresh_from_db()
    assert applicant.user.check_password(NEW_PASSWORD)
    assert sign_in(client, applicant.identification_number, NEW_PASSWORD).status_code == 302


def test_link_works_once(client, applicant):
    client.post(reverse("account_reset_password"), {"email": applicant.user.email})
    link = reset_link(OutgoingEmail.objects.get(to_email=applicant.user.email))
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    client.logout()

    again = client.get(link, follow=True)

    assert again.context["token_fail"] is True


def test_unknown_address_gets_the_same_page_as_a_known_one(client, applicant):
    known = client.post(reverse("account_reset_password"), {"email": applicant.user.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})

    assert (unknown.status_code, unknown["Location"]) == (known.status_code, known["Location"])
