"""What stands against guessing, probing and stolen sessions at the sign-in (OWASP ASVS 5.0, chapters 6 and 7)."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import time_machine
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applicants.adapter import SIGN_IN_FAILED, TOO_MANY_ATTEMPTS
from applicants.models import ContactInformation, User
from portal.models import AuditEvent, OutgoingEmail
from tests.factories.applicants import PASSWORD, ApplicantFactory, UserFactory
from tests.support.sign_in import add_authenticators, code_now, sign_in

pytestmark = pytest.mark.django_db
PAIRS = 300
NEW_PASSWORD = "purple bicycle under seven lamps"


def give(client, login, password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": login, "password": password, **more})


def is_signed_in(client):
    return "_auth_user_id" in client.session


@pytest.fixture
def hashes(monkeypatch) -> list[str]:
    """Every computation of a password hash, by what it was for."""
    done: list[str] = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def counted_encode(self, *args):
        done.append("encode")
        return encode(self, *args)

    def counted_verify(self, *args):
        done.append("verify")
        return verify(self, *args)

    monkeypatch.setattr(Argon2PasswordHasher, "encode", counted_encode)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", counted_verify)
    return done


@contextmanager
def counted_queries() -> Iterator[list[int]]:
    found: list[int] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found.append(len(captured))


KINDS = ("wrong password", "unknown number", "unknown address", "closed account", "address of two", "known address")


def login_of(kind, applicant):
    if kind == "closed account":
        User.objects.filter(pk=applicant.user.pk).update(is_active=False)
    if kind == "address of two":
        UserFactory.create(email=applicant.user.email)
    return {
        "unknown number": "99999999",
        "unknown address": "nobody@example.org",
        "known address": applicant.user.email,
        "address of two": applicant.user.email,
    }.get(kind, applicant.identification_number)


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_is_the_same_in_words_status_and_work(client, applicant, hashes, kind):
    login = login_of(kind, applicant)

    response = give(client, login, "not the password of anybody")

    assert (response.status_code, response.context["form"].non_field_errors()) == (200, [SIGN_IN_FAILED])
    assert len(hashes) == 1
    assert not is_signed_in(client)
    assert not OutgoingEmail.objects.exists()


def test_refusals_ask_the_database_equally_often(applicant):
    asked = {}
    for kind in ("wrong password", "unknown number"):
        with counted_queries() as count:
            give(Client(), login_of(kind, applicant), "not the password of anybody")
        asked[kind] = count[0]
    for kind in ("known address", "unknown address"):
        with counted_queries() as count:
            give(Client(), login_of(kind, applicant), "not the password of anybody")
        asked[kind] = count[0]

    assert asked["wrong password"] == asked["unknown number"]
    assert asked["known address"] == asked["unknown address"]


@pytest.mark.parametrize("typed", ["{}", "{}".upper(), " {} "])
def test_address_signs_in_when_one_account_has_it(client, applicant, typed):
    give(client, typed.format(applicant.user.email).upper() if typed.isupper() else typed.format(applicant.user.email))

    assert is_signed_in(client)


def test_address_of_several_accounts_signs_in_to_none(client, applicant):
    UserFactory.create(email=applicant.user.email.upper())

    response = give(client, applicant.user.email)

    assert response.context["form"].non_field_errors() == [SIGN_IN_FAILED]
    assert not is_signed_in(client)


def test_staff_sign_in_with_their_address_even_when_a_physician_gave_the_same(client, staff_member):
    ApplicantFactory.create(user__email=staff_member.email)

    give(client, staff_member.email)

    assert client.session["_auth_user_id"] == str(staff_member.pk)


def test_address_with_a_letter_that_only_looks_the_same_to_the_database_is_nobodys(client, applicant):
    User.objects.filter(pk=applicant.user.pk).update(email="kofi@example.org")

    assert User.objects.with_address("kof\u0131@example.org") == []
    client.post(reverse("account_reset_password"), {"email": "kofi@ex\u0430mple.org"})
    assert not OutgoingEmail.objects.filter(text__contains="/password/reset/key/").exists()


def test_stuffed_credentials_are_stopped_at_the_address_and_counted(client, applicant, hashes, caplog):
    with time_machine.travel(time.time(), tick=False):
        answers = [give(client, f"{20_000_000 + number}", f"leaked password {number}") for number in range(PAIRS)]

    refused = [
        answer for answer in answers if answer.status_code == 429 or TOO_MANY_ATTEMPTS in answer.content.decode()
    ]
    assert len(refused) == PAIRS - 10
    assert len(hashes) == 10
    assert not is_signed_in(client)
    assert not OutgoingEmail.objects.exists()
    assert not AuditEvent.objects.exists()


def test_many_addresses_cannot_try_one_account_faster(applicant, hashes):
    with time_machine.travel(time.time(), tick=False):
        for number in range(40):
            browser = Client(REMOTE_ADDR=f"203.0.113.{number}")
            give(browser, applicant.identification_number, f"guess number {number}")

    assert len(hashes) == 5


def test_address_and_number_of_an_account_are_counted_together(applicant, hashes):
    logins = [applicant.identification_number, applicant.user.email] * 5
    for number, login in enumerate(logins):
        give(Client(REMOTE_ADDR=f"203.0.113.{number}"), login, "not the password of anybody")

    assert len(hashes) == 5


def test_nobody_can_lock_a_person_out_of_a_browser_that_the_account_knows(client, applicant):
    give(client, applicant.identification_number)
    client.post(reverse("account_logout"))
    for number in range(8):
        give(Client(REMOTE_ADDR=f"203.0.113.{number}"), applicant.identification_number, "not the password")
    stranger = Client(REMOTE_ADDR="203.0.113.99")
    assert TOO_MANY_ATTEMPTS in give(stranger, applicant.identification_number).content.decode()

    give(client, applicant.identification_number)

    assert is_signed_in(client)
    assert not is_signed_in(stranger)


def test_lock_out_ends_by_itself(client, applicant):
    now = time.time()
    with time_machine.travel(now, tick=False):
        for _ in range(6):
            give(client, applicant.identification_number, "not the password")
        assert not is_signed_in(client)
    with time_machine.travel(now + 301, tick=False):
        give(client, applicant.identification_number)

    assert is_signed_in(client)


@pytest.mark.parametrize("value", ["", "forged", "a.b.c:1abc:xyz"])
def test_forged_mark_of_a_browser_counts_for_nothing(applicant, value):
    for number in range(6):
        browser = Client(REMOTE_ADDR=f"203.0.113.{number}")
        browser.cookies["device"] = value
        response = give(browser, applicant.identification_number, "not the password")

    assert TOO_MANY_ATTEMPTS in response.content.decode()


def test_session_given_by_somebody_else_is_left_behind_at_sign_in(applicant):
    add_authenticators([applicant.user])
    attacker, victim = Client(), Client()
    attacker.get(reverse("account_login"))
    session = attacker.session
    session["planted"] = "by the attacker"
    session.save()
    given = str(session.session_key)
    victim.cookies["session"] = given
    give(victim, applicant.identification_number)
    victim.post(reverse("mfa_authenticate"), {"code": code_now(applicant.user)})
    assert is_signed_in(victim)

    attacker.cookies["session"] = given

    assert victim.session.session_key != given
    assert attacker.get(reverse("dashboard")).status_code == 302


@pytest.mark.parametrize(
    "elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "/\\elsewhere.example"]
)
def test_next_leads_nowhere_else(client, applicant, elsewhere):
    response = give(client, applicant.identification_number, next=elsewhere)

    assert response["Location"] == reverse("dashboard")


def links():
    return re.findall(r"http://127\.0\.0\.1:8000(/accounts/password/reset/key/\S+)", OutgoingEmail.objects.get().text)


def choose(client, link):
    form = client.get(link, follow=True)
    return client.post(form.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})


def test_link_for_a_new_password_ends_every_session_and_asks_for_the_second_factor_still(client, applicant):
    sign_in(client, applicant.user)
    stranger = Client()
    stranger.post(reverse("account_reset_password"), {"email": applicant.user.email})

    choose(stranger, links()[0])

    assert client.get(reverse("dashboard")).status_code == 302
    assert give(stranger, applicant.identification_number, NEW_PASSWORD)["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(stranger)
    told = OutgoingEmail.objects.filter(subject="A change to how you sign in")
    assert [email.to_email for email in told] == [applicant.user.email]


@pytest.mark.parametrize("case", ["used", "expired", "address changed", "made up"])
def test_dead_link_changes_nothing(client, applicant, case):
    client.post(reverse("account_reset_password"), {"email": applicant.user.email})
    link = links()[0]
    # After the link was made: on a busy machine that takes longer than the second by which it is late.
    now = time.time()
    if case == "used":
        choose(client, link)
        applicant.user.refresh_from_db()
    elif case == "address changed":
        User.objects.filter(pk=applicant.user.pk).update(email="new@example.org")
    elif case == "made up":
        link = re.sub(r"-[^-/]+/$", "-" + "0" * 32 + "/", link)
    before = User.objects.get(pk=applicant.user.pk).password
    with time_machine.travel(now + (3700 if case == "expired" else 1), tick=False):
        page = Client().get(link, follow=True)

    assert page.context["token_fail"] is True
    assert User.objects.get(pk=applicant.user.pk).password == before


def test_asking_for_a_link_is_the_same_work_for_every_address(applicant, hashes):
    asked, stored = [], []
    for email in (applicant.user.email, "nobody@example.org"):
        with counted_queries() as count:
            answer = Client().post(reverse("account_reset_password"), {"email": email})
        asked.append((answer.status_code, answer["Location"], count[0]))
        stored.append(OutgoingEmail.objects.filter(to_email=email).count())

    assert asked[0] == asked[1]
    assert stored == [1, 1]
    assert hashes == []


def test_links_are_limited_for_an_address_whether_it_is_known_or_not(applicant):
    for email in (applicant.user.email, "nobody@example.org"):
        answers = [
            Client(REMOTE_ADDR=f"203.0.113.{number}").post(reverse("account_reset_password"), {"email": email})
            for number in range(7)
        ]
        assert [answer.status_code for answer in answers] == [302] * 5 + [429] * 2
        assert OutgoingEmail.objects.filter(to_email=email).count() == 5


def test_unknown_browser_is_told_of_once(client, applicant):
    for _ in range(2):
        give(client, applicant.identification_number)
        client.post(reverse("account_logout"))
    email = OutgoingEmail.objects.get()
    assert (email.to_email, email.subject) == (applicant.user.email, "A change to how you sign in")

    give(Client(), applicant.identification_number)

    assert OutgoingEmail.objects.count() == 2


def test_mark_of_a_browser_is_signed_hidden_from_scripts_and_without_personal_data(client, applicant):
    give(client, applicant.identification_number)

    cookie = client.cookies["device"]

    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 180 * 86400)
    assert not {applicant.identification_number, str(applicant.user.pk), applicant.user.email} & set(
        re.split(r"[.:]", cookie.value)
    )


def old_session(client, user):
    sign_in(client, user)
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**record, "at": record["at"] - 601} for record in records]
    session.save()


SENSITIVE = (
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_add_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes",
)


@pytest.mark.parametrize("name", SENSITIVE)
def test_sensitive_pages_ask_again_after_ten_minutes(client, applicant, name):
    old_session(client, applicant.user)

    for _ in range(2):
        response = client.get(reverse(name), follow=True)
        if response.redirect_chain and response.redirect_chain[-1][0].startswith(reverse("account_reauthenticate")):
            break

    assert response.redirect_chain[-1][0].startswith(reverse("account_reauthenticate"))


def test_changed_address_is_asked_for_again_and_the_form_is_not_lost(client, applicant):
    old_session(client, applicant.user)
    old = applicant.user.email
    contact = applicant.contacts.get()
    values = {"email": "new@example.org", "phone": contact.phone, "line1": contact.line1, "city": contact.city}
    asked = client.post(reverse("contact_details"), {**values, "country": "GH"})
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert ContactInformation.objects.count() == 1

    assert not OutgoingEmail.objects.exists()

    client.post(asked["Location"], {"password": PASSWORD})

    told = set(OutgoingEmail.objects.values_list("to_email", "subject"))
    assert told == {
        (old, "Somebody asked to change your e-mail address"),
        ("new@example.org", "Confirm your new e-mail address"),
    }


def test_wrong_password_at_the_second_asking_is_limited(client, applicant, hashes):
    old_session(client, applicant.user)
    for _ in range(12):
        client.post(reverse("account_reauthenticate"), {"password": "not the password"})

    assert len(hashes) == 5


def test_other_pages_of_the_package_are_not_there(client, applicant):
    sign_in(client, applicant.user)

    paths = ("/accounts/email/", "/accounts/confirm-email/", "/accounts/login/code/confirm/", "/accounts/2fa/")

    assert [client.get(path).status_code for path in paths] == [404] * 4
