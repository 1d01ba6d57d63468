"""What happens to the ways to sign in is told in two places: by e-mail, and in the inbox, where no thief of mail deletes it."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, User
from applicants.services import security_notices
from portal.models import InboxMessage, OutgoingEmail
from tests.factories.applicants import PASSWORD
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db


def test_a_new_browser_stands_in_the_inbox_too(client: Client, applicant: Applicant):
    client.post(reverse("account_login"), {"login": applicant.identification_number, "password": PASSWORD})

    message = InboxMessage.objects.get(user=applicant.user)
    page = client.get(reverse("inbox_message", args=[message.pk])).content.decode()
    assert (message.title, message.emailed) == ("A change to how you sign in", True)
    assert "with a browser that had not been used for it before" in page
    assert f'href="{reverse("account_home")}"' in page
    assert OutgoingEmail.objects.get().to_email == applicant.user.email


def test_a_new_password_stands_in_the_inbox_of_staff_as_well(client: Client, staff_member: User):
    sign_in(client, staff_member)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "nine calm rivers at dusk", "password2": "nine calm rivers at dusk"},
    )

    assert "Your password was changed." in InboxMessage.objects.get(user=staff_member).text


@pytest.mark.parametrize("door", ["account_login", "staff_sign_in"])
def test_the_hour_is_in_utc_whichever_door_it_was(client: Client, staff_member: User, door: str):
    with time_machine.travel(datetime(2027, 1, 15, 2, 30, tzinfo=UTC), tick=False):
        client.post(reverse(door), {"login": staff_member.email, "password": PASSWORD})

    email, message = OutgoingEmail.objects.get(), InboxMessage.objects.get(user=staff_member)
    for told in (email.text, email.html, message.text):
        assert "This was on January 15, 2027 at 02:30 UTC." in told


def test_an_address_that_is_given_up_is_told_besides(applicant: Applicant):
    at = timezone.now()

    security_notices.tell(applicant.user, what="new_browser", at=at, to_email="former@example.org")

    told = OutgoingEmail.objects.filter(template="security_notice").values_list("to_email", flat=True)
    assert set(told) == {applicant.user.email, "former@example.org"}
    assert InboxMessage.objects.count() == 1
