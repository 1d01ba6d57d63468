"""Links of a registration: confirming the address, and going on with what was saved."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import MailedLink
from portal.models import OutgoingEmail
from tests.applicants.registering import (
    EMAIL,
    answer,
    draft_of,
    last_link,
    nothing_happens,
    up_to_email,
)

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def test_opening_the_link_confirms_nothing_and_pressing_the_button_does(client):
    up_to_email(client)
    answer(client, "email", {"email": EMAIL})
    link = last_link("registration_confirm")

    page = client.get(link)

    assert page.status_code == 200
    assert draft_of(client).email_confirmed_at is None
    assert MailedLink.objects.get().used_at is None
    client.post(link)
    assert draft_of(client).email_confirmed_at is not None


def test_link_is_kept_as_a_hash_only(client):
    up_to_email(client)
    answer(client, "email", {"email": EMAIL})

    token = last_link("registration_confirm").split("/")[-2]

    assert len(token) >= 40
    assert token not in str(list(MailedLink.objects.values()))


def test_link_works_once(client, enqueued):
    up_to_email(client)
    answer(client, "email", {"email": EMAIL})
    link = last_link("registration_confirm")
    client.post(link)

    with nothing_happens(enqueued):
        again = Client().post(link)

    assert again.status_code == 404
    assert "This link no longer works" in again.content.decode()


def test_old_link_is_refused(client, enqueued):
    up_to_email(client)
    answer(client, "email", {"email": EMAIL})
    MailedLink.objects.update(expires_at=timezone.now())

    with nothing_happens(enqueued):
        page = client.post(last_link("registration_confirm"))

    assert page.status_code == 404


def test_link_to_an_address_that_was_changed_is_refused(client):
    up_to_email(client)
    answer(client, "email", {"email": EMAIL})
    link = last_link("registration_confirm")
    answer(client, "email", {"email": "other@example.org"})

    assert client.post(link).status_code == 404
    assert draft_of(client).email_confirmed_at is None


def test_known_address_gets_the_same_page_and_another_message(client, applicant):
    up_to_email(client)
    known = answer(client, "email", {"email": applicant.user.email.upper()})
    other = Client()
    up_to_email(other)
    unknown = answer(other, "email", {"email": EMAIL})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    pages = [
        TOKEN.sub("", browser.get(known["Location"]).content.decode().replace(address, "X"))
        for browser, address in ((client, applicant.user.email.upper()), (other, EMAIL))
    ]
    assert pages[0] == pages[1]
    assert list(OutgoingEmail.objects.order_by("created_at").values_list("template", flat=True)) == [
        "registration_known_address",
        "registration_confirm",
    ]
    assert MailedLink.objects.filter(email__iexact=applicant.user.email).count() == 0


def test_a_saved_registration_is_gone_on_with_from_another_browser(client):
    up_to_email(client)
    answer(client, "email", {"email": EMAIL})
    client.post(last_link("registration_confirm"))
    elsewhere = Client()
    elsewhere.post(reverse("register_resume"), {"email": EMAIL.title()})

    link = last_link("registration_resume")
    assert elsewhere.get(link).status_code == 200
    assert "registration" not in elsewhere.session
    answered = elsewhere.post(link)

    assert answered["Location"] == reverse("register_password")
    assert draft_of(elsewhere) == draft_of(client)
    assert elsewhere.post(link).status_code == 404


def test_asking_for_a_saved_registration_tells_nothing(client):
    up_to_email(client)
    answer(client, "email", {"email": EMAIL})
    client.post(last_link("registration_confirm"))

    known = client.post(reverse("register_resume"), {"email": EMAIL})
    unknown = client.post(reverse("register_resume"), {"email": "nobody@example.org"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    to_nobody = OutgoingEmail.objects.get(to_email="nobody@example.org")
    assert "/register/resume/" not in to_nobody.text
    assert "Nothing is saved under this address" in to_nobody.text


def test_unconfirmed_address_gives_no_way_to_a_draft(client):
    up_to_email(client)
    answer(client, "email", {"email": EMAIL})

    client.post(reverse("register_resume"), {"email": EMAIL})

    assert "/register/resume/" not in OutgoingEmail.objects.get(template="registration_resume").text
