"""A first-time user's way through the pages, from nothing to one number for life."""

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, Registration, User
from applicants.numbers import format_identification_number, is_new_style
from applicants.passwords import MOST
from applicants.states import RegistrationState
from portal import retention
from portal.legal import version_of
from portal.models import AuditEvent, OutgoingEmail
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
    nothing_happens,
    up_to_check,
    up_to_email,
)
from tests.factories.certification import MedicalSchoolFactory

pytestmark = pytest.mark.django_db


def finish(client):
    return answer(client, "check", AGREED)


def test_a_person_registers_and_sees_one_number(client):
    up_to_check(client)

    done = client.get(finish(client)["Location"])

    applicant = Applicant.objects.get()
    assert (applicant.family_name, applicant.given_names) == ("Diallo", "Amina Fatou")
    assert applicant.birth_date == date(1994, 3, 27)
    assert is_new_style(applicant.identification_number)
    assert format_identification_number(applicant.identification_number) in done.content.decode()
    user = applicant.user
    assert (user.username, user.email) == (applicant.identification_number, EMAIL)
    assert user.check_password(PASSWORD)
    assert not user.is_staff
    assert EmailAddress.objects.get(user=user).verified
    registration = Registration.objects.get()
    assert (registration.state, registration.applicant, registration.password) == ("completed", applicant, "")
    assert registration.terms_version == version_of("terms")
    assert registration.privacy_version == version_of("privacy")
    assert registration.agreed_at is not None
    events = list(AuditEvent.objects.order_by("id").values_list("event", flat=True))
    assert events == [
        "applicants.registration_started",
        "applicants.registration_email_confirmed",
        "applicants.account_opened",
    ]


def test_no_message_page_address_or_event_carries_the_number(client):
    up_to_check(client)
    finish(client)

    number = Applicant.objects.get().identification_number
    written = [number, format_identification_number(number)]
    texts = [email.subject + email.text + email.html for email in OutgoingEmail.objects.all()]
    events = [str(event) for event in AuditEvent.objects.values()]
    assert len(texts) == 2
    assert not [text for text in texts + events if any(form in text for form in written)]


def test_the_number_leaves_the_page_after_a_while(client):
    up_to_check(client)
    finish(client)
    number = format_identification_number(Applicant.objects.get().identification_number)
    Registration.objects.update(submitted_at=timezone.now() - timedelta(hours=1))

    page = client.get(reverse("register_done")).content.decode()

    assert number not in page
    assert "Sign in to see your identification number" in page


def test_the_number_is_shown_in_no_other_browser(client):
    up_to_check(client)
    finish(client)

    assert Client().get(reverse("register_done"))["Location"] == reverse("register")


def test_name_is_shown_as_printed_before_it_is_saved(client):
    answer(client, "earlier", EARLIER)

    page = answer(client, "name", NAME | {"native_script_name": "Амина"})

    assert page.context["printed"] == ("Diallo, Amina Fatou", "Амина")
    assert "Diallo, Amina Fatou" in page.content.decode()
    assert draft_of(client).family_name == ""


def test_a_name_changed_after_the_preview_is_shown_again(client):
    answer(client, "earlier", EARLIER)
    seen = answer(client, "name", NAME).context["seen"]

    page = answer(client, "name", NAME | {"given_names": "Aminata", "seen": seen})

    assert page.context["printed"] == ("Diallo, Aminata",)
    assert draft_of(client).family_name == ""


def test_a_person_with_one_name_says_so(client):
    answer(client, "earlier", EARLIER)

    refused = answer(client, "name", NAME | {"given_names": ""})
    both = answer(client, "name", NAME | {"has_one_name": "on"})
    answer_name(client, family_name="Suharto", given_names="", has_one_name="on")

    assert refused.context["form"].errors == {"given_names": ["Enter your given names, or tick “I have only one name”"]}
    assert "given_names" in both.context["form"].errors
    draft = draft_of(client)
    assert (draft.family_name, draft.given_names) == ("Suharto", "")


def test_topics_are_answered_in_order(client):
    answer(client, "earlier", EARLIER)

    for step in ("birth", "school", "email", "password", "check"):
        assert client.get(reverse(f"register_{step}"))["Location"] == reverse("register_name")
    assert client.post(reverse("register_check"), AGREED)["Location"] == reverse("register_name")
    assert Applicant.objects.count() == 0


@pytest.mark.parametrize("step", ["name", "birth", "school", "email", "password", "check"])
def test_without_a_draft_every_topic_leads_to_the_start(client, step, enqueued):
    with nothing_happens(enqueued):
        assert client.get(reverse(f"register_{step}"))["Location"] == reverse("register")
        assert client.post(reverse(f"register_{step}"), BIRTH)["Location"] == reverse("register")


def test_answers_are_kept_and_shown_again(client):
    up_to_email(client)

    page = client.get(reverse("register_name")).content.decode()
    birth = client.get(reverse("register_birth")).content.decode()

    assert 'value="Amina Fatou"' in page
    assert 'value="1994"' in birth
    assert '<option value="SN" selected>' in birth


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"birth_date_day": "31", "birth_date_month": "2"}, "Enter a real date with day, month and year as numbers"),
        ({"birth_date_year": "94"}, "You must be between 16 and 110 years old. Check the year"),
        (
            {"birth_date_year": str(timezone.now().year - 15)},
            "You must be between 16 and 110 years old. Check the year",
        ),
        ({"birth_date_year": "99999999999999999999"}, "Enter a real date with day, month and year as numbers"),
        ({"birth_date_day": "", "birth_date_month": "", "birth_date_year": ""}, "Enter your date of birth"),
        ({"birth_date_month": "March"}, "Enter a real date with day, month and year as numbers"),
        ({"birth_date_day": "2\x007"}, "Null characters"),
    ],
)
def test_wrong_birth_date_is_answered_with_the_remedy(client, changes, message, enqueued):
    answer(client, "earlier", EARLIER)
    answer_name(client)

    with nothing_happens(enqueued):
        page = answer(client, "birth", BIRTH | changes)

    assert page.context["form"].errors["birth_date"][0].startswith(message)


def test_listed_schools_are_offered_once_and_the_own_words_may_stay(client):
    MedicalSchoolFactory.create(name="University of Lagos College of Medicine", country="NG")
    answer(client, "earlier", EARLIER)
    answer_name(client)
    answer(client, "birth", BIRTH)
    typed = SCHOOL | {"school_name": "Lagos", "school_country": "NG"}

    offered = answer(client, "school", typed)
    answer(client, "school", typed | {"shown_for": "Lagos", "chosen": "University of Lagos College of Medicine"})
    chosen = draft_of(client).school_name
    answer(client, "school", typed | {"shown_for": "Lagos"})

    assert offered.context["suggestions"] == ["University of Lagos College of Medicine"]
    assert chosen == "University of Lagos College of Medicine"
    assert draft_of(client).school_name == "Lagos"


def test_session_gets_a_new_name_with_the_draft(client):
    client.get(reverse("register"))
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["session"] = session.session_key
    before = session.session_key

    answer(client, "earlier", EARLIER)

    assert client.session.session_key != before


def test_a_person_deletes_the_answers(client):
    up_to_email(client)

    client.get(reverse("register_later"))
    assert Registration.objects.count() == 1
    client.post(reverse("register_later"))

    assert Registration.objects.count() == 0
    assert AuditEvent.objects.latest("id").event == "applicants.registration_deleted"


def test_drafts_end(client, settings):
    up_to_check(client)
    other = Client()
    up_to_email(other)
    now = timezone.now()
    rules = [rule for rule in retention.table.carried_out_here if rule.key.startswith("registration-")]

    def ended(**after):
        return sum(retention.purge(rules, at=now + timedelta(**after)).values())

    assert ended(days=1) == 0
    assert ended(days=2, minutes=1) == 1
    assert ended(days=settings.REGISTRATION_DRAFT_DAYS - 1) == 0
    assert ended(days=settings.REGISTRATION_DRAFT_DAYS, minutes=1) == 1
    assert Registration.objects.count() == 0
    assert answer(client, "check", AGREED)["Location"] == reverse("register")


def test_a_registration_is_finished_once(client, enqueued):
    up_to_check(client)
    draft = draft_of(client)
    finish(client)
    session = client.session
    session["registration"] = str(draft.pk)
    session.save()

    with nothing_happens(enqueued):
        again = finish(client)

    assert again["Location"] == reverse("register")
    assert Applicant.objects.count() == 1


@pytest.mark.parametrize("missing", ["is_true", "agrees"])
def test_nothing_is_opened_without_agreement(client, missing, enqueued):
    up_to_check(client)

    with nothing_happens(enqueued):
        page = answer(client, "check", {name: value for name, value in AGREED.items() if name != missing})

    assert missing in page.context["form"].errors


def test_who_is_signed_in_has_an_account(applicant_client, enqueued):
    with nothing_happens(enqueued):
        page = applicant_client.post(reverse("register_earlier"), EARLIER)

    assert "You have an account" in page.content.decode()


def test_old_address_of_the_sign_up_leads_here(client):
    page = client.get(reverse("account_signup")).content.decode()

    assert f'href="{reverse("register")}"' in page


def test_weak_password_is_refused_with_its_reason(client, enqueued):
    up_to_check(client)

    with nothing_happens(enqueued):
        own_name = answer(client, "password", {"password": "amina.diallo@example"})
        short = answer(client, "password", {"password": "short"})

    assert own_name.status_code == short.status_code == 200
    assert short.context["form"].errors["password"]
    assert 'value="amina.diallo@example"' not in own_name.content.decode()


def test_the_longest_password_is_the_one_that_accounts_may_have(client, enqueued):
    up_to_check(client)
    longest = "Seven quiet herons; nine rivers, " * 8
    assert len(longest) > MOST

    with nothing_happens(enqueued):
        refused = answer(client, "password", {"password": longest})
    taken = answer(client, "password", {"password": longest[:MOST]})

    assert refused.context["form"].errors["password"] == [f"Use at most {MOST} characters"]
    assert taken.status_code == 302
    assert check_password(longest[:MOST], draft_of(client).password)


def test_states_are_those_of_the_machine():
    assert set(RegistrationState.values) == {"draft", "under_review", "completed", "closed"}
    assert User.objects.count() == 0
