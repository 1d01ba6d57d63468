"""Before and after the end of a session: how long it lasts, longer, and what was sent too late."""

import json
import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants import drafts
from applicants.models import Applicant, CorrectionRequest
from applicants.roles import Role
from tests.people import staff_in
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db
CLOCK = reverse("session_clock")
FORM = reverse("correction_new")
VALUES = {"topic": "other", "statement": "My school is another one."}


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


def later(minutes: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False)


def left(answer) -> int:
    return int(json.loads(answer.content)["seconds_left"])


def test_asking_how_long_a_session_lasts_does_not_make_it_longer_and_a_post_does(settings):
    settings.STAFF_IDLE_SECONDS = 1800
    client = Client()
    begun = timezone.now()
    with time_machine.travel(begun, tick=False):
        sign_in(client, staff_in(Role.EDITOR))
    with time_machine.travel(begun + timedelta(minutes=28), tick=False):
        assert left(client.get(CLOCK)) == 120
        assert left(client.get(CLOCK)) == 120
        assert left(client.post(CLOCK)) == 1800
    with time_machine.travel(begun + timedelta(minutes=57), tick=False):
        assert left(client.get(CLOCK)) == 60


def test_pages_carry_what_the_warning_needs(applicant_client: Client, staff_client: Client, client: Client):
    seconds = re.search(r'data-seconds="(\d+)"', applicant_client.get(reverse("reports")).content.decode())
    assert seconds is not None
    assert 7100 < int(seconds[1]) <= 7200
    assert "data-session" in staff_client.get(reverse("admin:index")).content.decode()
    assert "data-session" not in client.get(reverse("landing")).content.decode()


def too_late(client: Client, begun: datetime, path: str = FORM, **values: str) -> None:
    with time_machine.travel(begun + timedelta(minutes=121), tick=False):
        assert client.post(path, values or VALUES)["Location"].startswith(reverse("account_login"))


def test_a_form_sent_too_late_is_kept_and_sent_by_the_same_person(client: Client, applicant: Applicant):
    begun = timezone.now()
    sign_in(client, applicant.user)
    too_late(client, begun)
    assert not CorrectionRequest.objects.exists()

    with time_machine.travel(begun + timedelta(minutes=122), tick=False):
        sign_in(client, applicant.user)
        page = client.get(FORM).content.decode()
        again = client.get(FORM).content.decode()

    assert "your answers were kept" in page
    assert page.count("My school is another one.") == 2
    assert "your answers were kept" not in again
    assert not CorrectionRequest.objects.exists()


@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        ("http://testserver/account/", "/account/"),
        ("https://evil.example/x", FORM),
        ("http://testserver//evil.example/", FORM),
    ],
)
def test_leaving_it_leads_back_to_the_page_of_the_form_and_never_elsewhere(
    client: Client, applicant: Applicant, came_from: str, leads_to: str
):
    begun = timezone.now()
    sign_in(client, applicant.user)
    with time_machine.travel(begun + timedelta(minutes=121), tick=False):
        client.post(FORM, VALUES, headers={"referer": came_from})

    with time_machine.travel(begun + timedelta(minutes=122), tick=False):
        sign_in(client, applicant.user)
        page = client.get(FORM).content.decode()

    assert f'<a href="{leads_to}">Leave them' in page


def test_contact_details_are_kept(client: Client, applicant: Applicant):
    details, begun = reverse("contact_details"), timezone.now()
    sign_in(client, applicant.user)
    too_late(client, begun, details, city="Kumasi", postal_code="AK-039-5028")

    with time_machine.travel(begun + timedelta(minutes=122), tick=False):
        sign_in(client, applicant.user)
        assert "AK-039-5028" in client.get(details).content.decode()


def test_nobody_else_sees_it(client: Client, applicant: Applicant, other_applicant: Applicant):
    begun = timezone.now()
    sign_in(client, applicant.user)
    too_late(client, begun)

    with time_machine.travel(begun + timedelta(minutes=122), tick=False):
        sign_in(client, other_applicant.user)
        assert "another one" not in client.get(FORM).content.decode()


def test_it_is_kept_encrypted_and_not_for_long(client: Client, applicant: Applicant):
    begun = timezone.now()
    sign_in(client, applicant.user)
    too_late(client, begun)

    assert "school" not in cache.get(f"draft:{applicant.user.pk}")
    cache.delete(f"draft:{applicant.user.pk}")
    with time_machine.travel(begun + timedelta(minutes=122), tick=False):
        sign_in(client, applicant.user)
        assert "your answers were kept" not in client.get(FORM).content.decode()


@pytest.mark.parametrize("values", [{"password": "x"}, {"statement": "x" * (drafts.MOST_BYTES + 1)}, {"code": "1"}])
def test_secrets_and_what_is_too_long_are_not_kept(client: Client, applicant: Applicant, values: dict[str, str]):
    begun = timezone.now()
    sign_in(client, applicant.user)
    too_late(client, begun, **values)

    assert cache.get(f"draft:{applicant.user.pk}") is None


def test_what_another_site_forged_is_not_kept(applicant: Applicant):
    forger, begun = Client(enforce_csrf_checks=True), timezone.now()
    sign_in(forger, applicant.user)

    with time_machine.travel(begun + timedelta(minutes=121), tick=False):
        forger.post(FORM, VALUES)

    assert cache.get(f"draft:{applicant.user.pk}") is None


def test_a_decision_of_staff_survives_and_waits_for_the_second_factor():
    reviewer, client, begun = staff_in(Role.CREDENTIAL_REVIEWER), Client(), timezone.now()
    path = reverse("admin:applicants_correctionrequest_changelist")
    sign_in(client, reviewer)
    with time_machine.travel(begun + timedelta(minutes=31), tick=False):
        client.post(path, {"action": "declined", "words": "The diploma says otherwise."})
        sign_in(client, reviewer, second_factor=False)
        assert "diploma" not in client.get(path, follow=True).content.decode()
        sign_in(client, reviewer)
        assert "The diploma says otherwise." in client.get(path).content.decode()
