"""Which passwords are taken (NIST SP 800-63B-4 section 3.1.1.2), and that changing one ends other sessions."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from applicants.models import User
from applicants.passwords import MOST
from portal.models import AuditEvent, OutgoingEmail
from tests.applicants.registering import answer, last_link, up_to_email
from tests.factories.applicants import PASSWORD
from tests.support.sign_in import add_authenticators, sign_in

pytestmark = pytest.mark.django_db
GOOD = "purple bicycle under seven lamps"
COMPOSED, DECOMPOSED = "straße café naïve", "straße cafe\u0301 nai\u0308ve"


def codes(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {one.code for one in error.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "nohinfvljyurbqa",
        "пароль которого нет нигде",
        "紫の自転車と七つのランプの下で会う",
        "🦔🌵🛶🪁🧲🪴🦦🧶🪗🥏🛼🪀🧩🎐🪬",
        "x7 9f!kq2@ z&v4#",
        "lower case only with no digits",
        "a " * 8 + "very odd password of sixty-four characters and then some words",
    ],
)
def test_any_kind_of_characters_is_taken(applicant, password):
    assert codes(password, applicant.user) == set()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short of fifte", "password_too_short"),
        ("x" * 5 + "y z" * MOST, "password_too_long"),
        ("passwordpassword", "password_too_common"),
        ("Password12345678!", "password_too_common"),
        ("MONKEYMONKEYMONKEY", "password_too_common"),
        ("  baseball  1234567", "password_too_common"),
        ("aaaaaaaaaaaaaaaaaaaa", "password_too_simple"),
        ("abcdefghijklmnopqrst", "password_too_simple"),
        ("0987654321qwertyuiop", "password_too_simple"),
        ("xyxyxyxyxyxyxyxyxyxy", "password_too_simple"),
        ("certification2026!!", "password_of_this_site"),
        ("my ecfmg password 1", "password_of_this_site"),
    ],
)
def test_what_attackers_try_first_is_refused(applicant, password, code):
    assert code in codes(password, applicant.user)


@pytest.mark.parametrize("part", ["number", "family name", "mailbox", "accents", "birth date"])
def test_the_persons_own_words_are_refused(applicant, part):
    applicant.family_name = "Núñez"
    words = {
        "number": applicant.identification_number,
        "family name": "NÚÑEZ",
        "mailbox": applicant.user.email.partition("@")[0],
        "accents": "nunez",
        "birth date": "19900314",
    }
    applicant.user.applicant = applicant

    assert "password_too_similar" in codes(f"seven lamps {words[part]} purple", applicant.user)


def test_eight_characters_are_enough_beside_a_second_factor(applicant):
    assert codes("vq7 hkzt", applicant.user) == {"password_too_short"}

    add_authenticators([applicant.user])

    assert codes("vq7 hkzt", applicant.user) == set()
    assert codes("vq7 hkz", applicant.user) == {"password_too_short"}
    assert "password_too_common" in codes("trustno1", applicant.user)


def test_recovery_codes_alone_are_no_second_factor(applicant):
    add_authenticators([applicant.user])
    Authenticator.objects.filter(type="totp").delete()

    assert codes("vq7 hkzt", applicant.user) == {"password_too_short"}


def test_second_factor_stays_while_the_password_is_short(client, applicant):
    sign_in(client, applicant.user)
    applicant.user.set_password("vq7 hkzt")
    applicant.user.save()
    sign_in(client, applicant.user)

    client.post(reverse("mfa_deactivate_totp"))

    assert Authenticator.objects.filter(user=applicant.user, type="totp").exists()


@pytest.mark.parametrize(
    ("kept", "typed"), [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED), ("\uff46ull\u3000width", "full width")]
)
def test_password_is_the_same_from_every_keyboard(kept, typed):
    user = User(username="12345678")
    user.set_password(kept)

    assert user.check_password(typed)
    assert not user.check_password(typed.upper())


def change(client, new, old=PASSWORD):
    return client.post(reverse("account_change_password"), {"oldpassword": old, "password1": new, "password2": new})


def test_new_password_renews_this_session_and_ends_the_others(client, applicant, django_capture_on_commit_callbacks):
    other = Client()
    for browser in (client, other):
        sign_in(browser, applicant.user)
    before = client.session.session_key

    response = change(client, GOOD)

    assert response.status_code == 302
    assert client.session.session_key != before
    assert client.get(reverse("dashboard")).status_code == 200
    assert other.get(reverse("dashboard")).status_code == 302
    applicant.user.refresh_from_db()
    assert applicant.user.check_password(GOOD)
    assert AuditEvent.objects.filter(event="applicants.password_changed").count() == 1
    email = OutgoingEmail.objects.get()
    assert (email.to_email, email.subject) == (applicant.user.email, "A change to how you sign in")
    assert "password was changed" in email.text


@pytest.mark.parametrize(("new", "old"), [("tiny", PASSWORD), (GOOD, "not the password of now")])
def test_refused_change_changes_nothing_and_prints_no_password(client, applicant, new, old):
    sign_in(client, applicant.user)

    response = change(client, new, old)

    assert response.status_code == 200
    assert response.context["form"].errors
    assert new not in response.content.decode()
    applicant.user.refresh_from_db()
    assert applicant.user.check_password(PASSWORD)
    assert not OutgoingEmail.objects.exists()
    assert not AuditEvent.objects.exists()


def test_rule_is_said_before_anything_is_typed(client, applicant):
    sign_in(client, applicant.user)

    page = client.get(reverse("account_change_password")).content.decode()

    assert "Use 15 characters or more, or 8 once" in page
    assert page.count("Show password") == 3


def password_pages(client, applicant) -> dict[str, str]:
    """Every page on which a password is typed: its name → its HTML."""
    browser = Client()
    # At first, because a link for a new password ends with the next sign-in.
    sign_in(browser, applicant.user)
    up_to_email(client)
    answer(client, "email", {"email": "new@example.org"})
    client.post(last_link("registration_confirm"))
    birth = dict(zip(("day", "month", "year"), applicant.birth_date.strftime("%d %m %Y").split(), strict=True))
    born = {f"birth_date_{part}": value for part, value in birth.items()}
    stranger = Client()
    stranger.post(reverse("number_forgotten"), {"email": applicant.user.email} | born)
    stranger.post(reverse("account_reset_password"), {"email": applicant.user.email})
    reset = re.search(r"/accounts/password/reset/key/\S+", OutgoingEmail.objects.latest("created_at").text)
    assert reset is not None
    pages = {
        "account_login": stranger.get(reverse("account_login")),
        "staff_sign_in": stranger.get(reverse("staff_sign_in")),
        "number_link": stranger.get(last_link("forgotten_number")),
        "account_reset_password_from_key": stranger.get(reset[0], follow=True),
        "register_password": client.get(reverse("register_password")),
        "account_change_password": browser.get(reverse("account_change_password")),
        "account_reauthenticate": browser.get(reverse("account_reauthenticate")),
    }
    assert {page.status_code for page in pages.values()} == {200}
    return {name: page.content.decode() for name, page in pages.items()}


def test_every_field_for_a_password_hides_it_and_lets_managers_fill_it(client, applicant):
    pages = password_pages(client, applicant)

    for name, page in pages.items():
        fields = re.findall(r'<input [^>]*name="[^"]*password[^"]*"[^>]*>', page)
        assert fields, name
        for field in fields:
            assert 'type="password"' in field, (name, field)
            is_new = name in {"register_password", "account_reset_password_from_key"} or re.search(
                '"password[12]"', field
            )
            assert f'autocomplete="{"new" if is_new else "current"}-password"' in field, (name, field)
            assert all(int(most) >= 64 for most in re.findall(r'maxlength="(\d+)"', field)), (name, field)
