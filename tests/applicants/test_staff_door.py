"""The door of staff: who gets in, on which host, for how long."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.forms.sign_in import STAFF_SIGN_IN_FAILED
from applicants.models import User
from applicants.roles import Role
from tests.factories.applicants import PASSWORD
from tests.people import staff_in
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db
DOOR = reverse("staff_sign_in")
WORK = reverse("admin:index")


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_nobody_is_led_to_the_door_of_staff(client: Client):
    assert client.get(WORK, follow=True).redirect_chain[-1] == (f"{DOOR}?next=%2Fstaff%2F", 302)


def test_staff_sign_in_by_address_and_are_asked_for_a_second_factor(client: Client):
    editor = staff_in(Role.EDITOR)

    client.post(DOOR, {"login": editor.email.upper(), "password": PASSWORD})

    assert is_signed_in(client)
    assert client.get(WORK)["Location"].startswith(reverse("second_factor"))


@pytest.mark.parametrize("case", ["physician", "wrong password", "unknown", "closed"])
def test_everybody_else_gets_one_answer(client: Client, applicant, case: str):
    editor, login, password = staff_in(Role.EDITOR), applicant.identification_number, PASSWORD
    if case == "wrong password":
        login, password = editor.email, "not this password"
    elif case == "unknown":
        login = "nobody@portal.example"
    elif case == "closed":
        User.objects.filter(pk=editor.pk).update(is_active=False)
        login = editor.email

    page = client.post(DOOR, {"login": login, "password": password})

    assert page.status_code == 200
    assert page.context["form"].non_field_errors() == [STAFF_SIGN_IN_FAILED]
    assert not is_signed_in(client)
    assert password not in page.content.decode()


def test_for_a_physician_there_is_no_staff_door(applicant_client: Client):
    assert applicant_client.get(WORK, follow=True).status_code == 404
    assert applicant_client.get(DOOR)["Location"] == reverse("dashboard")


def test_with_a_host_of_their_own_staff_pages_exist_nowhere_else(client: Client, settings):
    settings.STAFF_HOST = "staff.portal.example"
    settings.ALLOWED_HOSTS = ["*"]

    assert client.get(DOOR).status_code == 404
    assert client.get(WORK).status_code == 404
    assert client.get(DOOR, headers={"host": "staff.portal.example"}).status_code == 200
    hidden = client.get(WORK, secure=True)
    assert "default-src 'none'" in hidden["Content-Security-Policy"]
    assert hidden["X-Content-Type-Options"] == "nosniff"
    assert hidden["Content-Type"] == "text/html; charset=utf-8"


def test_a_session_of_staff_ends_sooner_than_one_of_a_physician(client: Client, applicant, settings):
    settings.STAFF_IDLE_SECONDS = 1800
    other = Client()
    sign_in(client, staff_in(Role.EDITOR))
    sign_in(other, applicant.user)

    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert client.get(WORK, follow=True).redirect_chain[-1] == (f"{DOOR}?next=%2Fstaff%2F", 302)
        assert not is_signed_in(client)
        assert other.get(reverse("reports")).status_code == 200


def test_requests_keep_a_session_until_its_lifetime_is_over(client: Client, settings):
    settings.STAFF_IDLE_SECONDS, settings.SESSION_LIFETIME_SECONDS = 1800, 7200
    sign_in(client, staff_in(Role.EDITOR))
    begun = timezone.now()

    answers = []
    for minutes in range(20, 141, 20):
        with time_machine.travel(begun + timedelta(minutes=minutes)):
            answers.append(client.get(WORK).status_code)

    assert answers == [200, 200, 200, 200, 200, 302, 302]


@pytest.mark.parametrize(("minutes", "status"), [(119, 200), (121, 302)])
def test_a_physicians_session_ends_after_two_hours_without_a_request(client: Client, applicant, minutes, status):
    sign_in(client, applicant.user)

    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        answer = client.get(reverse("dashboard"))

    assert answer.status_code == status
    assert answer.headers.get("Location", "").startswith(reverse("account_login")) is (status == 302)
    assert is_signed_in(client) is (status == 200)
