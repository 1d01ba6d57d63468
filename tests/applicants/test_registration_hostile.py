"""What hostile visitors of the registration get: neutral refusals, and nothing written."""

import pytest
from django.test import Client
from django.urls import reverse

from applicants.models import Applicant, MailedLink, Registration
from applicants.services.registration import limits
from portal.models import OutgoingEmail
from tests.applicants.registering import (
    AGREED,
    BIRTH,
    EARLIER,
    EMAIL,
    NAME,
    PASSWORD,
    SCHOOL,
    answer,
    answer_name,
    draft_of,
    last_link,
    nothing_happens,
    up_to_check,
    up_to_email,
)

pytestmark = pytest.mark.django_db
ACTING = ["earlier", "name", "birth", "school", "email", "email_sent", "password", "check", "later", "resume"]


def fresh(client, **headers):
    """Return the client as a browser that was never here; a new one each time would read every static file again."""
    client.cookies.clear()
    client.defaults |= headers
    return client


def test_five_hundred_sign_ups_from_one_address_are_bounded(client):
    answers = [answer(fresh(client), "earlier", EARLIER) for _ in range(500)]

    assert [answered.status_code for answered in answers[: limits.STARTS.most]] == [302] * limits.STARTS.most
    assert {answered.status_code for answered in answers[limits.STARTS.most :]} == {429}
    assert Registration.objects.count() == limits.STARTS.most
    assert "Your answers are kept" in answers[-1].content.decode()


def test_sign_ups_from_many_addresses_are_not(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    answers = [answer(fresh(client, HTTP_X_FORWARDED_FOR=f"192.0.2.{n}"), "earlier", EARLIER) for n in range(60)]

    assert {answered.status_code for answered in answers} == {302}


def test_messages_to_one_address_are_limited(client, enqueued):
    up_to_email(client)
    for _ in range(limits.MESSAGES_TO_ONE.most):
        answer(client, "email", {"email": EMAIL})

    with nothing_happens(enqueued):
        refused = answer(client, "email", {"email": EMAIL.upper()})
        again = client.post(reverse("register_email_sent"))

    assert refused.status_code == 429
    assert 'value="AMINA.DIALLO@EXAMPLE.ORG"' in refused.content.decode()
    assert again["Location"] == reverse("register_email_sent")
    assert OutgoingEmail.objects.count() == limits.MESSAGES_TO_ONE.most


def test_links_cannot_be_tried_without_end(client):
    for _ in range(limits.LINKS.most):
        client.get(reverse("register_confirm", args=["guess"]))
    up_to_email(client)
    answer(client, "email", {"email": EMAIL})

    assert client.post(last_link("registration_confirm")).status_code == 404
    assert draft_of(client).email_confirmed_at is None


def test_fields_of_other_topics_and_tables_are_ignored(client):
    extra = {
        "is_staff": "on",
        "is_superuser": "on",
        "identification_number": "00000001",
        "state": "completed",
        "email_confirmed_at": "2026-01-01",
        "email": "attacker@example.org",
        "password": "planted password of fifteen",
        "applicant": "1",
        "applicant_id": "1",
        "id": "00000000-0000-0000-0000-000000000000",
        "decided_by": "user:1",
    }
    answer(client, "earlier", EARLIER | extra)
    draft = draft_of(client)
    answer(client, "birth", BIRTH | extra)
    page = answer(client, "name", NAME | extra)
    answer(client, "name", NAME | extra | {"seen": page.context["seen"]})
    answer(client, "birth", BIRTH | extra)
    answer(client, "school", SCHOOL | extra)

    draft.refresh_from_db()
    assert (draft.state, draft.email, draft.email_confirmed_at, draft.password) == ("draft", "", None, "")
    assert draft.applicant_id is None
    answer(client, "email", {"email": EMAIL} | {key: value for key, value in extra.items() if key != "email"})
    client.post(last_link("registration_confirm"), extra)
    answer(client, "password", extra | {"password": PASSWORD})
    answer(client, "check", AGREED | extra)

    applicant = Applicant.objects.get()
    assert applicant.identification_number != "00000001"
    assert not applicant.user.is_staff
    assert not applicant.user.is_superuser
    assert applicant.user.email == EMAIL
    assert applicant.user.check_password(PASSWORD)


@pytest.mark.parametrize("step", ACTING)
def test_opening_a_page_changes_nothing(client, step, enqueued):
    up_to_check(client)

    with nothing_happens(enqueued):
        client.get(reverse(f"register_{step}"), AGREED | {"email": "new@example.org", "password": "something long 123"})


@pytest.mark.parametrize("step", [*ACTING, "forgotten"])
def test_forms_without_a_token_change_nothing(client, step, enqueued):
    up_to_check(client)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    values = EARLIER | NAME | BIRTH | SCHOOL | AGREED | {"email": EMAIL, "password": PASSWORD}

    with nothing_happens(enqueued):
        refused = strict.post(reverse("number_forgotten" if step == "forgotten" else f"register_{step}"), values)

    assert refused.status_code == 403


def test_links_need_a_token_of_the_form(client, enqueued):
    up_to_email(client)
    answer(client, "email", {"email": EMAIL})
    link = last_link("registration_confirm")

    with nothing_happens(enqueued):
        refused = Client(enforce_csrf_checks=True).post(link)

    assert refused.status_code == 403


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_are_refused(client, method, enqueued):
    with nothing_happens(enqueued):
        refused = getattr(client, method)(reverse("register_earlier"))

    assert refused.status_code == 405


@pytest.mark.parametrize(
    ("step", "field", "text"),
    [
        ("earlier", "earlier_number", "1" * 1_000_000),
        ("earlier", "earlier_number", "0482\x001375"),
        ("earlier", "earlier_name", "😀"),
        ("earlier", "had_number", "maybe"),
        ("school", "school_name", "x" * 1_000_000),
        ("school", "school_name", "Medical\x00School"),
        ("school", "school_country", "ZZ"),
        ("school", "graduation_year", "1e9"),
        ("school", "graduation_year", "9" * 5000),
        ("birth", "birth_country", "<script>"),
        ("birth", "citizenship", "\x00"),
        ("email", "email", "a@b\r\nBcc: all@example.org"),
        ("email", "email", "x" * 1_000_000 + "@example.org"),
        ("email", "email", "a\x00@example.org"),
        ("password", "password", "p" * 1_000_000),
        ("password", "password", "null\x00byte in a long password"),
    ],
)
def test_monstrous_values_are_answered_and_kept_out(client, step, field, text, enqueued):
    valid = {"earlier": EARLIER, "school": SCHOOL, "birth": BIRTH, "email": {"email": EMAIL}, "password": {}}
    up_to_check(client)

    with nothing_happens(enqueued):
        page = answer(client, step, valid[step] | {field: text})

    assert page.status_code == 200
    assert field in page.context["form"].errors


def test_a_planted_registration_of_another_browser_cannot_be_opened(client):
    up_to_check(client)
    stranger = Client()
    answer(stranger, "earlier", EARLIER)

    assert draft_of(stranger) != draft_of(client)
    assert stranger.get(reverse("register_check"))["Location"] == reverse("register_name")


def test_next_and_hosts_lead_nowhere_else(client):
    up_to_email(client)

    answered = answer(client, "email", {"email": EMAIL, "next": "https://evil.example/"})
    forged = Client(headers={"host": "evil.example"}).get(reverse("register"))

    assert answered["Location"] == reverse("register_email_sent")
    assert forged.status_code == 400
    assert "evil.example" not in OutgoingEmail.objects.get().text
    assert MailedLink.objects.count() == 1


def test_markup_in_answers_is_shown_as_text(client):
    answer(client, "earlier", EARLIER)
    answer_name(client)
    answer(client, "birth", BIRTH)
    answer(client, "school", SCHOOL | {"school_name": "<script>alert(1)</script> School"})

    page = client.get(reverse("register_school")).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; School" in page


def test_words_of_a_template_are_only_words(client):
    typed = "{{ 7|add:7 }}{% load static %}{{ settings.SECRET_KEY }}"
    up_to_check(client)
    answer(client, "school", SCHOOL | {"school_name": typed})

    page = client.get(reverse("register_check")).content.decode()

    assert typed in page
