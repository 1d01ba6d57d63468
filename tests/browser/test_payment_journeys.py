"""Ways through the payment page, and around it: every one of them charges once, or not at all."""

import re

import pytest
from playwright.sync_api import expect

from cvs.models import IssuedReport, ReportRequest
from cvs.states import RequestState
from payments.models import Payment, StripeEvent
from payments.states import PaymentState
from tests.browser.support import (
    CALIFORNIA,
    DECLINED_CARD,
    TEXAS,
    agree,
    fill_sign_in,
    go_to_payment_page,
    heading,
    make_person,
    order_up_to_review,
    pay_by_bank,
    pay_by_card,
    press_continue,
    sign_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NOT_CHARGED = "You have not been charged."


@pytest.fixture
def review(watched_page, person):
    """The review of an order for California, with the basket stored."""
    order_up_to_review(watched_page, person.identification_number, [CALIFORNIA])
    return watched_page


def sessions_made(site):
    """How many payment pages we asked the payment provider for."""
    asked = site.double.control.requests("/v1/checkout/sessions")
    return sum(request["method"] == "POST" for request in asked)


def assert_charged_once(site):
    """One payment of $66.00, one charge for it, one funded request."""
    payment = Payment.objects.get()
    assert (payment.state, payment.due_cents) == (PaymentState.PAID, 6600)
    assert site.charged_cents() == [6600]
    assert ReportRequest.objects.get().state == RequestState.FUNDED


def assert_not_charged(site, state):
    """One payment in `state`, no charge, and a request that nobody has funded."""
    assert Payment.objects.get().state == state
    assert site.charged_cents() == []
    assert ReportRequest.objects.get().state != RequestState.FUNDED


def test_declined_card_can_be_replaced_on_the_same_page(review, site, watch):
    watch.allowed.add(422)
    go_to_payment_page(review, site)
    address = review.url

    pay_by_card(review, DECLINED_CARD)
    expect(review.get_by_role("alert")).to_contain_text("declined")
    assert_not_charged(site, PaymentState.OPEN)
    assert review.url == address
    pay_by_card(review)

    expect(heading(review)).to_have_text("Payment received")
    assert_charged_once(site)
    assert sessions_made(site) == 1


def test_back_and_cancel_charge_nothing_and_keep_the_choices(review, site):
    go_to_payment_page(review, site)

    review.get_by_role("link", name="Back").click()

    expect(heading(review)).to_have_text("Your payment is not finished")
    expect(review.locator("main")).to_contain_text(NOT_CHARGED)
    assert_not_charged(site, PaymentState.OPEN)
    review.get_by_role("button", name="Cancel the payment").click()
    # Contact information is confirmed for every order that is placed, so also for the next attempt.
    expect(heading(review)).to_have_text("Are these contact details correct?")
    expect(review.locator("main")).to_contain_text(NOT_CHARGED)
    assert_not_charged(site, PaymentState.CANCELED)
    review.get_by_role("button", name="Yes, continue").click()
    expect(review.locator("ul.chosen li > span")).to_have_text([CALIFORNIA])
    press_continue(review)
    expect(review.locator("main")).to_contain_text(f"You left the payment page. {NOT_CHARGED}")
    go_to_payment_page(review, site)
    pay_by_card(review)

    expect(heading(review)).to_have_text("Payment received")
    assert set(Payment.objects.values_list("state", flat=True)) == {PaymentState.CANCELED, PaymentState.PAID}
    assert site.charged_cents() == [6600]


def test_payment_page_opens_again_after_the_back_link(review, site):
    go_to_payment_page(review, site)
    address = review.url
    review.get_by_role("link", name="Back").click()

    review.get_by_role("button", name="Continue to payment").click()
    expect(review).to_have_url(address)
    pay_by_card(review)

    expect(heading(review)).to_have_text("Payment received")
    assert_charged_once(site)
    assert sessions_made(site) == 1


def test_webhook_alone_funds_the_order_when_the_tab_is_closed(review, site, work_off):
    go_to_payment_page(review, site)

    def send_and_hide_the_answer(route):
        route.fetch(max_redirects=0)
        route.abort()

    review.route(re.compile(f"^{re.escape(site.double.base_url)}/"), send_and_hide_the_answer)
    with review.expect_event("requestfailed"):
        pay_by_card(review)
    review.close()
    site.double.control.wait_for_webhooks()
    assert Payment.objects.get().state == PaymentState.OPEN
    assert ReportRequest.objects.get().state == RequestState.PAYMENT_PENDING
    work_off()

    assert Payment.objects.get().state == PaymentState.PAID
    assert site.charged_cents() == [6600]
    assert StripeEvent.objects.filter(type="checkout.session.completed", processed_at__isnull=False).count() == 1
    assert ReportRequest.objects.get().state == RequestState.DISPATCHED


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["with script", "without script"])
def test_double_click_on_pay_opens_one_payment(open_page, site, person, java_script_enabled):
    page = open_page(java_script_enabled=java_script_enabled)
    order_up_to_review(page, person.identification_number, [CALIFORNIA])
    agree(page)

    page.get_by_role("button", name="Pay $66.00").dblclick()
    expect(page).to_have_url(re.compile(f"^{re.escape(site.double.base_url)}/"))
    pay_by_card(page)

    expect(heading(page)).to_have_text("Payment received")
    assert_charged_once(site)


def test_bank_payment_waits_and_funds_when_the_money_arrives(review, site, work_off):
    go_to_payment_page(review, site)

    pay_by_bank(review)
    expect(heading(review)).to_have_text("Your bank payment is on its way")
    expect(review.locator("main")).to_contain_text("Bank payments take 3 to 5 business days.")
    expect(review.locator("main")).to_contain_text("Do not pay again.")
    assert_not_charged(site, PaymentState.PROCESSING)
    address = review.url
    review.goto("/orders/review/")
    expect(review).to_have_url(address)
    site.double.control.settle_debit(Payment.objects.get().payment_intent_id)
    site.double.control.wait_for_webhooks()
    work_off()
    review.reload()

    expect(heading(review)).to_have_text("Payment received")
    assert Payment.objects.get().state == PaymentState.PAID
    assert site.charged_cents() == [6600]
    assert ReportRequest.objects.get().state == RequestState.DISPATCHED


def test_return_before_the_webhook_is_paid_and_the_webhook_adds_nothing(review, site, work_off):
    site.double.control.pause_webhooks()
    go_to_payment_page(review, site)

    pay_by_card(review)
    expect(heading(review)).to_have_text("Payment received")
    assert not StripeEvent.objects.exists()
    assert_charged_once(site)
    site.double.control.resume_webhooks()
    site.double.control.wait_for_webhooks()
    assert StripeEvent.objects.exists()
    work_off()

    assert not StripeEvent.objects.filter(processed_at__isnull=True).exists()
    assert Payment.objects.get().state == PaymentState.PAID
    assert site.charged_cents() == [6600]
    assert IssuedReport.objects.count() == 1


def test_back_button_after_paying_offers_nothing_to_pay(review, site):
    go_to_payment_page(review, site)
    pay_by_card(review)
    expect(heading(review)).to_have_text("Payment received")

    review.go_back()
    expect(heading(review)).to_have_text("This payment is already complete")
    review.goto("/orders/review/")

    expect(review.get_by_role("button", name="Pay $")).to_have_count(0)
    expect(heading(review)).to_have_text("Are these contact details correct?")
    assert_charged_once(site)


def test_bookmark_of_the_confirmation_is_for_its_owner_only(review, site, open_page, watch, password_hash):
    go_to_payment_page(review, site)
    pay_by_card(review)
    expect(heading(review)).to_have_text("Payment received")
    bookmark, number = review.url, review.locator(".panel .ref").inner_text()

    later = open_page()
    later.goto(bookmark)
    expect(heading(later)).to_have_text("Sign in")
    fill_sign_in(later, "04821375")
    expect(heading(later)).to_have_text("Payment received")
    expect(later.locator(".panel .ref")).to_have_text(number)
    make_person(4821376, password_hash)
    watch.allowed.add(404)
    stranger = open_page()
    sign_in(stranger, "04821376")
    stranger.goto(bookmark)

    expect(stranger.get_by_text(number)).to_have_count(0)
    expect(heading(stranger)).to_have_text("Page not found")
    assert_charged_once(site)


def test_two_tabs_pay_once(review, site, watch):
    other = review.context.new_page()
    other.goto("/orders/review/")
    go_to_payment_page(review, site)
    agree(other)
    other.get_by_role("button", name="Pay $").click()

    expect(other).to_have_url(review.url)
    pay_by_card(review)
    expect(heading(review)).to_have_text("Payment received")
    pay_by_card(other)

    expect(heading(other)).to_have_text("Payment received")
    assert_charged_once(site)
    assert sessions_made(site) == 1


def test_tab_that_still_shows_the_old_choices_cannot_order_twice(review, site):
    other = review.context.new_page()
    other.goto("/reports/new/authorities/")
    go_to_payment_page(review, site)
    pay_by_card(review)
    expect(heading(review)).to_have_text("Payment received")

    other.locator("label.picker__row", has_text=TEXAS).click()
    other.get_by_role("complementary").get_by_role("button", name="Continue").click()

    expect(heading(other)).to_have_text("Are these contact details correct?")
    assert_charged_once(site)
