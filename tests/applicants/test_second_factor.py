"""The second factor: who must show it where, how it is set up, and that each code works once."""

import base64
import re
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from cryptography.fernet import Fernet
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.urls import reverse

from applicants.forms.second_factor import TOO_MANY_CODES
from applicants.models import ContactInformation
from applicants.second_factor import must_have_second_factor
from payments.models import Order
from sandbox.authenticator import code_of, secret_of
from tests.cvs.pages import physician
from tests.factories.applicants import PASSWORD, UserFactory
from tests.support.sign_in import add_authenticators, code_now, recovery_codes, sign_in

pytestmark = pytest.mark.django_db

GUARDED = ("order_details", "order_authorities", "order_review", "contact_details")


def asked_for(response):
    return response.status_code == 302 and response["Location"].startswith(f"{reverse('second_factor')}?next=")


def give_password(client, user):
    return client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})


def is_signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("name", GUARDED)
@pytest.mark.parametrize("method", ["get", "post"])
def test_physician_without_second_factor_is_asked_before_ordering_and_changing_details(client, applicant, name, method):
    sign_in(client, applicant.user, second_factor=False)
    before = ContactInformation.objects.count()

    response = getattr(client, method)(reverse(name), {"consent": "on", "total_cents": "0", "email": "a@example.org"})

    assert asked_for(response)
    assert not Order.objects.exists()
    assert ContactInformation.objects.count() == before


def test_physician_without_second_factor_may_look(client, applicant):
    sign_in(client, applicant.user, second_factor=False)

    assert [client.get(reverse(name)).status_code for name in ("dashboard", "reports", "account_home")] == [200] * 3


@pytest.mark.parametrize("path", ["/staff/", "/staff/applicants/applicant/", "/dashboard/", "/account/"])
def test_staff_without_second_factor_reach_no_private_page(client, staff_member, path):
    sign_in(client, staff_member, second_factor=False)

    assert asked_for(client.get(path))


def test_who_must_have_one(applicant, staff_member):
    official = UserFactory.create(username="registrar@school.example")

    assert [must_have_second_factor(user) for user in (applicant.user, staff_member, official)] == [False, True, True]
    assert not must_have_second_factor(AnonymousUser())


def test_poll_without_second_factor_reloads_the_page(client, staff_member):
    sign_in(client, staff_member, second_factor=False)

    response = client.get("/staff/", headers={"HX-Request": "true"})

    assert (response.status_code, response["HX-Refresh"]) == (204, "true")


def test_password_alone_does_not_open_an_account_that_has_a_second_factor(client, applicant):
    add_authenticators([applicant.user])

    response = give_password(client, applicant.user)

    assert response["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    assert client.get(reverse("dashboard"))["Location"].startswith(reverse("account_login"))


def test_code_of_the_app_signs_in_once(client, applicant):
    add_authenticators([applicant.user])
    with time_machine.travel(time.time(), tick=False):
        code = code_now(applicant.user)
        give_password(client, applicant.user)
        assert client.post(reverse("mfa_authenticate"), {"code": code})["Location"] == reverse("dashboard")
        client.logout()
        give_password(client, applicant.user)

        again = client.post(reverse("mfa_authenticate"), {"code": code})

    assert "code" in again.context["form"].errors
    assert not is_signed_in(client)


@pytest.mark.parametrize("later", [0, 35, 59])
def test_used_code_stays_refused_though_it_is_still_in_its_time_and_the_cache_has_forgotten(
    client, applicant, settings, later
):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    add_authenticators([applicant.user])
    begun = time.time() // 30 * 30
    code = code_of(applicant.user.username, begun)
    with time_machine.travel(begun, tick=False):
        give_password(client, applicant.user)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert is_signed_in(client)
        client.logout()
    with time_machine.travel(begun + later, tick=False):
        give_password(client, applicant.user)
        client.post(reverse("mfa_authenticate"), {"code": code})

    assert not is_signed_in(client)


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_code_of_a_neighbouring_half_minute_is_taken(client, applicant, steps, is_taken):
    add_authenticators([applicant.user])
    with time_machine.travel(time.time(), tick=False):
        give_password(client, applicant.user)
        client.post(reverse("mfa_authenticate"), {"code": code_of(applicant.user.username, time.time() + 30 * steps)})

    assert is_signed_in(client) is is_taken


def test_recovery_code_signs_in_once(client, applicant):
    add_authenticators([applicant.user])
    code = recovery_codes(applicant.user)[0]
    give_password(client, applicant.user)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert is_signed_in(client)
    client.logout()
    give_password(client, applicant.user)

    again = client.post(reverse("mfa_authenticate"), {"code": code})

    assert "code" in again.context["form"].errors
    assert not is_signed_in(client)
    assert len(recovery_codes(applicant.user)) == 9


def test_codes_are_limited_however_often_the_password_is_given_again(client, applicant):
    add_authenticators([applicant.user])
    for _ in range(5):
        give_password(client, applicant.user)
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    give_password(client, applicant.user)

    client.post(reverse("mfa_authenticate"), {"code": code_now(applicant.user)})

    assert not is_signed_in(client)


@pytest.mark.django_db(transaction=True)
def test_set_up_leads_back_to_what_the_person_wanted(client):
    applicant = physician(client)
    Authenticator.objects.filter(user=applicant.user).delete()
    sign_in(client, applicant.user, second_factor=False)
    asked = client.get(reverse("order_details"))
    assert "Set up a passkey" in client.get(asked["Location"]).content.decode()
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert "<svg" in page.content.decode()

    done = client.post(reverse("mfa_activate_totp"), {"code": app_code(secret)})
    codes = client.get(done["Location"])

    assert len(codes.context["unused_codes"]) == 10
    assert codes.context["can_view_codes"]
    assert client.get(reverse("second_factor"))["Location"] == reverse("order_details")
    assert client.get(reverse("order_details")).status_code == 200
    assert not client.get(reverse("mfa_view_recovery_codes")).context["can_view_codes"]


def app_code(secret):

    return auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30))


def test_session_of_before_is_asked_for_the_factor_that_was_set_up_elsewhere(client, applicant):
    sign_in(client, applicant.user, second_factor=False)
    add_authenticators([applicant.user])
    wanted = client.get(client.get(reverse("order_details"))["Location"])
    assert wanted["Location"].startswith(reverse("mfa_reauthenticate"))

    back = client.post(wanted["Location"], {"code": code_now(applicant.user)})
    forward = client.get(back["Location"])

    assert forward["Location"] == reverse("order_details")


def test_way_back_never_leaves_this_site(client, applicant):
    sign_in(client, applicant.user)

    response = client.get(reverse("second_factor"), {"next": "https://elsewhere.example/"})

    assert response["Location"] == reverse("account_home")


def test_losing_the_last_factor_ends_other_sessions_and_this_session_counts_as_one_without(client, applicant):
    other = type(client)()
    for browser in (client, other):
        add_authenticators([applicant.user]) if not Authenticator.objects.exists() else None
        give_password(browser, applicant.user)
        browser.post(reverse("mfa_authenticate"), {"code": recovery_codes(applicant.user)[0]})
    assert other.get(reverse("dashboard")).status_code == 200

    client.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.exists()
    assert other.get(reverse("dashboard")).status_code == 302
    assert client.get(reverse("dashboard")).status_code == 200
    assert asked_for(client.get(reverse("order_details")))


def test_staff_cannot_remove_the_only_factor(staff_client, staff_member):
    response = staff_client.post(reverse("mfa_deactivate_totp"))

    assert response.status_code == 200
    assert Authenticator.objects.filter(user=staff_member, type="totp").exists()


def test_sixty_codes_a_day_are_the_end_of_it_and_the_next_day_begins_anew(client, applicant):
    add_authenticators([applicant.user])
    midnight = time.time() // 86400 * 86400
    for number in range(61):
        with time_machine.travel(midnight + number * 400, tick=False):
            give_password(client, applicant.user)
            answer = client.post(reverse("mfa_authenticate"), {"code": "wrong"})
    assert answer.context["form"].errors["code"] == [TOO_MANY_CODES]
    with time_machine.travel(midnight + 61 * 400, tick=False):
        client.post(reverse("mfa_authenticate"), {"code": code_now(applicant.user)})
        assert not is_signed_in(client)

    with time_machine.travel(midnight + 86400 + 30, tick=False):
        give_password(client, applicant.user)
        client.post(reverse("mfa_authenticate"), {"code": code_now(applicant.user)})

    assert is_signed_in(client)


def test_dashboard_offers_protection_to_those_without_and_only_to_them(client, applicant_client, other_applicant):
    sign_in(client, other_applicant.user, second_factor=False)

    pages = [browser.get(reverse("dashboard")).content.decode() for browser in (client, applicant_client)]

    assert ["Protect your account" in page for page in pages] == [True, False]


def test_secrets_are_encrypted_at_rest_and_move_to_a_new_key(client, applicant, settings):
    add_authenticators([applicant.user])
    stored = {row.type: dict(row.data) for row in Authenticator.objects.all()}
    assert secret_of(applicant.user.username) not in str(stored)
    old, new = settings.FIELD_ENCRYPTION_KEYS, [Fernet.generate_key().decode()]
    settings.FIELD_ENCRYPTION_KEYS = [*new, *old]
    with pytest.raises(CommandError, match=r"mfa\.Authenticator: 2 rows"):
        call_command("rotate_encryption", check=True)

    call_command("rotate_encryption")
    settings.FIELD_ENCRYPTION_KEYS = new

    give_password(client, applicant.user)
    client.post(reverse("mfa_authenticate"), {"code": code_now(applicant.user)})
    assert is_signed_in(client)
    assert all(row.data != stored[row.type] for row in Authenticator.objects.all())


def test_last_passkey_of_staff_stays(client, staff_member):
    key = Authenticator.objects.create(user=staff_member, type="webauthn", data={"name": "Key", "credential": {}})
    sign_in(client, staff_member)

    client.post(reverse("mfa_remove_webauthn", args=[key.pk]))

    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_secrets_and_codes_are_long_and_no_two_accounts_have_the_same(client, applicant, other_applicant):
    secrets, codes = [], []
    for person in (applicant, other_applicant):
        sign_in(client, person.user, second_factor=False)
        secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
        done = client.post(reverse("mfa_activate_totp"), {"code": app_code(secret)})
        secrets.append(base64.b32decode(secret))
        codes.append(set(client.get(done["Location"]).context["unused_codes"]))

    # 160 bits, as long as the output of HMAC-SHA-1 (RFC 4226 section 4).
    assert [len(secret) for secret in secrets] == [20, 20]
    assert secrets[0] != secrets[1]
    assert [len(some) for some in codes] == [10, 10]
    assert not codes[0] & codes[1]
    assert all(re.fullmatch(r"\d{10}", code) for code in codes[0] | codes[1])
