"""The first two pages of an order: confirm the contact information, choose licensing authorities."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from cvs.models import LicensingAuthority, ReportRequest
from payments.models import Order
from payments.states import OrderState
from tests.cvs.pages import authorities, choose, confirm_details, nothing_happens, physician
from tests.support.orders import pay_with_credit
from tests.support.sign_in import code_now, sign_in
from tests.support.wake_ups import WakeUp

pytestmark = pytest.mark.django_db

DETAILS, AUTHORITIES, REVIEW = reverse("order_details"), reverse("order_authorities"), reverse("order_review")


def chosen_codes(page: str) -> list[str]:
    """Return the codes of ticked boxes and hidden fields."""
    boxes = re.findall(r'name="authority" value="([^"]+)"( checked)?', page)
    hidden = re.findall(r'type="hidden" name="authority" value="([^"]+)"', page)
    return sorted([code for code, ticked in boxes if ticked] + hidden)


def basket_codes() -> list[str]:
    """Return what is in the only basket, in its order."""
    return list(ReportRequest.objects.order_by("position").values_list("authority__code", flat=True))


def test_details_are_shown_and_confirmed_in_this_session(client: Client):
    physician(client, family_name="Okonkwo", given_names="Amara")

    page = client.get(DETAILS).content.decode()

    assert "Amara Okonkwo" in page
    assert "0-482-137-5" in page
    assert "+1 215 555 0100" in page
    assert "Nigeria" in page
    assert f"?next={DETAILS.replace('/', '%2F')}" in page


def test_nothing_on_file_leads_straight_to_the_details_form(client: Client):
    physician(client).contacts.all().delete()

    answer = client.get(DETAILS)

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{reverse('contact_details')}?next=%2Freports%2Fnew%2Fdetails%2F"


def test_details_that_changed_in_another_tab_must_be_read_again(client: Client, enqueued: list[WakeUp]):
    physician(client)

    with nothing_happens(enqueued):
        answer = client.post(DETAILS, {"contact": "00000000-0000-0000-0000-000000000000"})

    assert answer.status_code == 200
    assert "Your contact details changed meanwhile" in answer.content.decode()
    assert client.get(AUTHORITIES).headers["Location"] == DETAILS


@pytest.mark.parametrize(("address", "step"), [(AUTHORITIES, DETAILS), (REVIEW, AUTHORITIES)])
def test_unconfirmed_details_lead_back_to_the_first_page(
    client: Client, address: str, step: str, enqueued: list[WakeUp]
):
    physician(client)
    (authority,) = authorities(1)

    with nothing_happens(enqueued):
        shown = client.get(address)
        sent = client.post(
            address, {"authority": authority.code, "continue": "1", "consent": "on", "total_cents": "6600"}
        )

    assert shown.headers["Location"] == step
    assert sent.headers["Location"] == step
    assert client.get(AUTHORITIES).headers["Location"] == DETAILS


def test_list_is_in_order_of_jurisdiction_with_total_and_instructions(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    applicant = physician(client)
    first, second = authorities(2)
    LicensingAuthority.objects.filter(pk=second.pk).update(special_instructions="Send form B first.")
    confirm_details(client, applicant)
    choose(client, second, first)

    with django_assert_max_num_queries(12):
        page = client.get(AUTHORITIES).content.decode()

    assert page.index(first.name) < page.index(second.name)
    assert chosen_codes(page) == [first.code, second.code]
    assert "Send form B first." in page
    assert 'data-fee-cents="6600"' in page
    assert "$132.00" in page


def test_ninety_five_authorities_cost_no_more_queries_than_two(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    applicant = physician(client)
    many = authorities(95)
    confirm_details(client, applicant)
    choose(client, *many)

    with django_assert_max_num_queries(12):
        page = client.get(AUTHORITIES).content.decode()

    assert len(chosen_codes(page)) == 95


def test_continue_with_nothing_chosen_says_so_and_writes_nothing(client: Client, enqueued: list[WakeUp]):
    applicant = physician(client)
    authorities(2)
    confirm_details(client, applicant)

    with nothing_happens(enqueued):
        answer = client.post(AUTHORITIES, {"continue": "1"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("Select at least one licensing authority") == 2
    assert "<title>Error: " in page
    assert '<a href="#list">' in page


def test_filter_keeps_hidden_choices_and_stores_them(client: Client):
    applicant = physician(client)
    first, second = authorities(2)
    LicensingAuthority.objects.filter(pk=second.pk).update(jurisdiction="São Paulo")
    confirm_details(client, applicant)

    answer = client.post(AUTHORITIES, {"authority": [first.code], "q": "sao paulo", "filter": "1"}, follow=True)

    page = answer.content.decode()
    assert basket_codes() == [first.code]
    assert f'<input type="hidden" name="authority" value="{first.code}">' in page
    assert "1 of 2 authorities match “sao paulo”" in page
    assert second.name in page


def test_filter_that_matches_nothing_helps(client: Client):
    applicant = physician(client)
    authorities(2)
    confirm_details(client, applicant)

    page = client.get(AUTHORITIES, {"q": "atlantis"}).content.decode()

    assert "0 of 2 authorities match" in page
    assert '<p class="picker__none flush">No authority matches.' in page


def test_remove_takes_one_out_and_the_last_one_closes_the_basket(client: Client):
    applicant = physician(client)
    first, second = authorities(2)
    confirm_details(client, applicant)
    choose(client, first, second)

    client.post(AUTHORITIES, {"authority": [first.code, second.code], "remove": first.code})
    after_one = basket_codes()
    client.post(AUTHORITIES, {"authority": [second.code], "remove": second.code})

    assert after_one == [second.code]
    assert basket_codes() == []
    assert not Order.objects.filter(state=OrderState.BASKET).exists()


def test_filter_before_choosing_writes_nothing(client: Client, enqueued: list[WakeUp]):
    applicant = physician(client)
    authorities(2)
    confirm_details(client, applicant)

    with nothing_happens(enqueued):
        answer = client.post(AUTHORITIES, {"q": "test 001", "filter": "1"})

    assert answer.headers["Location"] == f"{AUTHORITIES}?q=test+001"


def test_unknown_authority_is_refused(client: Client, enqueued: list[WakeUp]):
    applicant = physician(client)
    (known,) = authorities(1)
    confirm_details(client, applicant)

    with nothing_happens(enqueued):
        answer = client.post(AUTHORITIES, {"authority": [known.code, "NOWHERE"], "continue": "1"})

    page = answer.content.decode()
    assert "NOWHERE cannot receive reports. Choose another licensing authority" in page
    assert chosen_codes(page) == [known.code]


def test_closed_authority_is_refused_by_name_and_not_listed(client: Client, enqueued: list[WakeUp]):
    applicant = physician(client)
    closed, _ = authorities(2)
    LicensingAuthority.objects.filter(pk=closed.pk).update(closed_on=date(2026, 1, 1))
    confirm_details(client, applicant)

    with nothing_happens(enqueued):
        answer = client.post(AUTHORITIES, {"authority": closed.code, "continue": "1"})

    page = answer.content.decode()
    assert f"{closed.name} cannot receive reports" in page
    assert f'value="{closed.code}"' not in page


def test_same_authority_twice_is_one_report(client: Client):
    applicant = physician(client)
    (authority,) = authorities(1)
    confirm_details(client, applicant)

    client.post(AUTHORITIES, {"authority": [authority.code, authority.code], "continue": "1"})

    assert basket_codes() == [authority.code]


def test_authority_with_a_paid_unsent_report_says_so(client: Client):
    applicant = physician(client)
    first, _ = authorities(2)
    pay_with_credit(applicant, [first])
    confirm_details(client, applicant)

    page = client.get(AUTHORITIES).content.decode()

    assert page.count("A report you paid for is still on its way there") == 1


def test_basket_of_somebody_else_is_not_shown(client: Client):
    other = Client()
    their = physician(other, 11111111)
    (authority,) = authorities(1)
    confirm_details(other, their)
    choose(other, authority)
    applicant = physician(client)
    confirm_details(client, applicant)

    page = client.get(AUTHORITIES).content.decode()

    assert chosen_codes(page) == []


def test_session_that_ended_in_mid_form_keeps_the_choices(client: Client, enqueued: list[WakeUp]):
    applicant = physician(client)
    applicant.user.set_password("correct horse battery staple")
    applicant.user.save()
    first, second, _ = authorities(3)
    client.logout()

    with nothing_happens(enqueued):
        sent = client.post(AUTHORITIES, {"authority": [first.code, second.code], "continue": "1"})
    credentials = {"login": applicant.user.username, "password": "correct horse battery staple", "next": AUTHORITIES}
    client.post(reverse("account_login"), credentials)
    signed_in = client.post(reverse("mfa_authenticate"), {"code": code_now(applicant.user)})
    first_page = client.get(signed_in.headers["Location"])
    confirm_details(client, applicant)
    page = client.get(AUTHORITIES).content.decode()

    assert sent.headers["Location"] == f"{reverse('account_login')}?next={AUTHORITIES}"
    assert signed_in.headers["Location"] == AUTHORITIES
    assert first_page.headers["Location"] == DETAILS
    assert chosen_codes(page) == [first.code, second.code]
    assert not ReportRequest.objects.exists()


def test_kept_choices_are_forgotten_once_they_are_in_the_basket(client: Client):
    applicant = physician(client)
    first, second = authorities(2)
    client.logout()
    client.post(AUTHORITIES, {"authority": [first.code], "continue": "1"})
    sign_in(client, applicant.user)
    confirm_details(client, applicant)

    choose(client, second)

    assert client.cookies["kept_choices"].value == ""
    assert chosen_codes(client.get(AUTHORITIES).content.decode()) == [second.code]


def test_with_tls_kept_choices_lie_in_a_cookie_of_this_host_alone(client: Client, settings: Settings):
    settings.COOKIE_PREFIX, settings.SESSION_COOKIE_SECURE = "__Host-", True
    applicant = physician(client)
    first, second = authorities(2)
    client.logout()

    kept = client.post(AUTHORITIES, {"authority": [first.code], "continue": "1"}).cookies["__Host-kept_choices"]
    sign_in(client, applicant.user)
    confirm_details(client, applicant)
    forgotten = client.post(AUTHORITIES, {"authority": [second.code], "continue": "1"}).cookies["__Host-kept_choices"]

    assert kept.value
    assert (forgotten.value, forgotten["max-age"]) == ("", 0)
    for cookie in (kept, forgotten):
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


def test_forged_kept_choices_are_ignored(client: Client):
    applicant = physician(client)
    (first,) = authorities(1)
    confirm_details(client, applicant)
    client.cookies["kept_choices"] = f'["{first.code}"]:forged:signature'

    page = client.get(AUTHORITIES).content.decode()

    assert chosen_codes(page) == []


def test_expired_session_without_a_form_keeps_nothing(client: Client):
    answer = client.post(reverse("order_review"), {"authority": ["TEST-1"]})

    assert answer.status_code == 302
    assert "kept_choices" not in client.cookies


def test_basket_shows_how_long_it_is_kept(client: Client):
    applicant = physician(client)
    confirm_details(client, applicant)
    choose(client, *authorities(2))
    Order.objects.update(touched_at=timezone.now().replace(microsecond=0))

    page = client.get(reverse("reports")).content.decode()

    assert "2 authorities chosen" in page
    assert "We keep your choices for 29 more days." in page
    assert "You have not ordered any reports yet" not in page
