"""Choosing licensing authorities from the list of all that take reports."""

import re

import pytest
from playwright.sync_api import expect

from cvs.models import LicensingAuthority, ReportRequest
from cvs.states import RequestState
from payments.models import Order, Payment
from tests.browser.support import (
    CALIFORNIA,
    TEXAS,
    confirm_details,
    go_to_payment_page,
    heading,
    order_up_to_review,
    pay_by_card,
    press_continue,
    row,
    sign_in,
    tick,
)
from tests.support.orders import PRICE_CENTS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

QUEBEC = "College des medecins du Quebec"


@pytest.fixture
def picker(watched_page, person):
    """The list of a person who has just confirmed the details."""
    sign_in(watched_page, person.identification_number)
    confirm_details(watched_page)
    return watched_page


def shown(page):
    """The names in the rows that the filter leaves."""
    return page.locator("label.picker__row:visible b")


def chosen_names():
    """Names of the authorities in the stored basket."""
    return set(ReportRequest.objects.values_list("authority__name", flat=True))


def test_filter_finds_without_regard_to_accents_and_case(picker):
    search = picker.get_by_label("Find an authority")

    for words in ("quebec", "QUÉBEC", "médecins montréal"):
        search.fill(words)
        expect(shown(picker)).to_have_text([QUEBEC])
        expect(picker.locator("[data-live]")).to_have_text("1 authority shown")
    search.fill("nowhere at all")
    expect(shown(picker)).to_have_count(0)
    expect(picker.get_by_text("No authority matches.")).to_be_visible()
    search.fill("")

    expect(shown(picker)).to_have_count(LicensingAuthority.objects.count())
    assert not Order.objects.exists()


def test_choices_survive_filter_back_link_and_back_button(picker):
    search = picker.get_by_label("Find an authority")
    tick(picker, TEXAS)
    search.fill("calif")
    expect(row(picker, TEXAS)).to_be_hidden()
    tick(picker, CALIFORNIA)
    expect(picker.locator("ul.chosen li > span")).to_have_text([CALIFORNIA, TEXAS])

    press_continue(picker)
    expect(heading(picker)).to_have_text("Check your order before you pay")
    assert chosen_names() == {CALIFORNIA, TEXAS}
    picker.locator("a.back").click()
    expect(picker.get_by_role("checkbox", checked=True)).to_have_count(2)
    picker.go_back()
    expect(heading(picker)).to_have_text("Check your order before you pay")
    picker.go_back()

    expect(picker).to_have_url(re.compile("/reports/new/authorities/"))
    expect(picker.locator("ul.chosen li > span")).to_have_text([CALIFORNIA, TEXAS])
    assert chosen_names() == {CALIFORNIA, TEXAS}


def test_remove_unticks_the_box_and_lowers_the_total(picker):
    tick(picker, CALIFORNIA, TEXAS)
    expect(picker.get_by_role("complementary").locator("[data-total]")).to_have_text("$132.00")

    picker.get_by_role("button", name=f"Remove {CALIFORNIA}").click()

    expect(row(picker, CALIFORNIA).get_by_role("checkbox")).not_to_be_checked()
    expect(picker.get_by_role("complementary").locator("[data-total]")).to_have_text("$66.00")
    expect(picker.get_by_role("heading", name="Your selection")).to_be_focused()
    press_continue(picker)
    expect(heading(picker)).to_have_text("Check your order before you pay")
    assert chosen_names() == {TEXAS}


def test_choosing_nothing_is_refused_with_the_way_to_the_list(picker):
    press_continue(picker)

    summary = picker.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("listitem")).to_have_text(["Select at least one licensing authority"])
    expect(picker.locator("#list-error")).to_have_text("Error: Select at least one licensing authority")
    expect(picker).to_have_title(re.compile("^Error: "))
    summary.get_by_role("link").click()
    expect(picker.get_by_role("checkbox").first).to_be_focused()
    assert not Order.objects.exists()
    assert not ReportRequest.objects.exists()


def test_all_authorities_are_paid_in_one_order(watched_page, site, person):
    page = watched_page
    names = list(LicensingAuthority.objects.values_list("name", flat=True))
    assert len(names) == 95

    order_up_to_review(page, person.identification_number, names)
    expect(page.get_by_role("button", name="Pay $6,270.00")).to_be_visible()
    expect(page.locator("aside tbody tr")).to_have_count(95)
    go_to_payment_page(page, site)
    expect(page.get_by_role("button", name="Pay $6,270.00")).to_be_visible()
    pay_by_card(page)

    expect(heading(page)).to_have_text("Payment received")
    expect(page.get_by_role("complementary")).to_contain_text("$6,270.00")
    assert Payment.objects.get().due_cents == 95 * PRICE_CENTS
    assert ReportRequest.objects.filter(state=RequestState.FUNDED).count() == 95
