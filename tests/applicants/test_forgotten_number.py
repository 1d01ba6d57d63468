"""A forgotten number: the same answer for everybody, and the number only for who proves to be its person."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import MailedLink
from applicants.numbers import format_identification_number
from applicants.passwords import MOST
from portal.models import AuditEvent, OutgoingEmail
from tests.applicants.registering import last_link, nothing_happens
from tests.factories.applicants import PASSWORD

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def ask(client, email, born):
    day = {"birth_date_day": str(born.day), "birth_date_month": str(born.month), "birth_date_year": str(born.year)}
    return client.post(reverse("number_forgotten"), {"email": email} | day)


def test_the_number_is_shown_behind_the_link_and_the_password(client, applicant):
    ask(client, applicant.user.email.upper(), applicant.birth_date)
    link = last_link("forgotten_number")

    form = client.get(link).content.decode()
    shown = client.post(link, {"password": PASSWORD}).content.decode()

    number = applicant.identification_number
    assert number not in form
    assert format_identification_number(number) in shown
    assert "no-store" in client.get(link)["Cache-Control"]
    message = OutgoingEmail.objects.get()
    for text in (message.subject, message.text, message.html, link):
        assert number not in text
        assert format_identification_number(number) not in text
    assert AuditEvent.objects.filter(event="applicants.number_shown", person=applicant.pk).exists()


def test_the_longest_password_that_is_allowed_shows_the_number_too(client, applicant):
    longest = "a quiet heron, nine rivers; " * 9 + "four"
    assert len(longest) == MOST
    applicant.user.set_password(longest)
    applicant.user.save()
    ask(client, applicant.user.email, applicant.birth_date)

    shown = client.post(last_link("forgotten_number"), {"password": longest}).content.decode()

    assert format_identification_number(applicant.identification_number) in shown


def test_everybody_gets_the_same_page(client, applicant):
    born = applicant.birth_date
    answers = [
        ask(client, applicant.user.email, born),
        ask(client, applicant.user.email, born + timedelta(days=1)),
        ask(client, "nobody@example.org", born),
    ]

    assert {(answered.status_code, answered["Location"]) for answered in answers} == {(302, reverse("number_sent"))}
    assert OutgoingEmail.objects.count() == 3
    assert MailedLink.objects.count() == 1


def test_a_closed_account_gets_no_link(client, applicant):
    applicant.user.is_active = False
    applicant.user.save(update_fields=["is_active"])

    ask(client, applicant.user.email, applicant.birth_date)

    assert MailedLink.objects.count() == 0


def test_a_wrong_password_shows_nothing_and_keeps_the_link(client, applicant, enqueued):
    ask(client, applicant.user.email, applicant.birth_date)
    link = last_link("forgotten_number")

    with nothing_happens(enqueued):
        page = client.post(link, {"password": "not this password"})

    assert page.context["form"].errors == {"password": ["The password is not right."]}
    assert applicant.identification_number not in page.content.decode()
    assert client.post(link, {"password": PASSWORD}).status_code == 200


def test_passwords_are_counted_together_with_signing_in(client, applicant):
    ask(client, applicant.user.email, applicant.birth_date)
    link = last_link("forgotten_number")
    for _ in range(5):
        client.post(link, {"password": "not this password"})

    page = client.post(link, {"password": PASSWORD})

    assert format_identification_number(applicant.identification_number) not in page.content.decode()
    assert "too many attempts" in page.content.decode()


def test_the_password_of_another_person_shows_nothing(client, applicant, other_applicant):
    other_applicant.user.set_password("the password of somebody else")
    other_applicant.user.save(update_fields=["password"])
    ask(client, applicant.user.email, applicant.birth_date)

    page = client.post(last_link("forgotten_number"), {"password": "the password of somebody else"})

    assert page.context["form"].errors


def test_a_used_link_and_an_old_one_show_nothing(client, applicant, enqueued):
    ask(client, applicant.user.email, applicant.birth_date)
    used = last_link("forgotten_number")
    client.post(used, {"password": PASSWORD})
    ask(client, applicant.user.email, applicant.birth_date)
    old = last_link("forgotten_number")
    MailedLink.objects.filter(used_at=None).update(expires_at=timezone.now())

    with nothing_happens(enqueued):
        pages = [Client().post(link, {"password": PASSWORD}) for link in (used, old, "/number/nonsense/")]

    assert [page.status_code for page in pages] == [404, 404, 404]
    bodies = {TOKEN.sub("", page.content.decode()) for page in pages}
    assert len(bodies) == 1


def test_opening_the_link_uses_nothing_up(client, applicant, enqueued):
    ask(client, applicant.user.email, applicant.birth_date)
    link = last_link("forgotten_number")

    with nothing_happens(enqueued):
        client.get(link)
        client.head(link)


def test_messages_to_one_address_are_limited(client, applicant):
    answers = [ask(client, applicant.user.email, applicant.birth_date) for _ in range(7)]

    assert [answered.status_code for answered in answers] == [302] * 5 + [429] * 2
    assert OutgoingEmail.objects.count() == 5
