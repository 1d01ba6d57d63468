"""A physician shows a passport, staff look at it and accept it, and the order opens."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from applicants.models import Applicant, IdentityCheck, User
from tests.browser.conftest import OpenPage
from tests.browser.identity_steps import check_the_file, review, send_passport
from tests.browser.support import Site, heading, sign_in
from tests.support.sign_in import sign_in as sign_in_without_page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
REVIEWER = "reviewer@portal.example"


@pytest.fixture
def newcomer(person: Applicant) -> Applicant:
    """Ada Testperson, whose identity nobody has checked."""
    person.family_name, person.identity_checked_on = "Testperson", None
    person.save(update_fields=["family_name", "identity_checked_on"])
    return person


@pytest.fixture
def staff_page(open_page: OpenPage, site: Site) -> Callable[..., Page]:
    """Opens a page in which a reviewer is signed in; keyword arguments are those of `open_page`."""

    def open_as_staff(**options: Any) -> Page:  # Any: as in `open_page`
        client = Client()
        sign_in_without_page(client, User.objects.create_superuser(REVIEWER, REVIEWER))
        page = open_page(**options)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site.base_url}])
        return page

    return open_as_staff


def test_a_passport_is_sent_reviewed_and_accepted_and_the_order_opens(open_page, staff_page, newcomer):
    page = open_page()
    sign_in(page, "0-482-137-5")
    expect(page.get_by_text("Your turn")).to_be_visible()
    page.goto("/reports/new/details/")
    expect(page.get_by_text("Confirm who you are first")).to_be_visible()
    send_passport(page)
    check_the_file()
    page.goto("/account/identity/")
    expect(heading(page)).to_have_text("We are checking your document")

    review(staff_page(), newcomer.birth_date)

    page.goto("/dashboard/")
    page.get_by_role("link", name="Order status reports").first.click()
    expect(heading(page)).to_have_text("Are these contact details correct?")


def test_without_javascript_a_document_is_returned_with_a_standard_reason(open_page, staff_page, newcomer):
    page = open_page(java_script_enabled=False)
    sign_in(page, "0-482-137-5")
    page.goto("/account/identity/")
    send_passport(page)
    check_the_file()
    staff = staff_page(java_script_enabled=False)
    staff.goto(f"/staff/applicants/identitycheck/{IdentityCheck.objects.get().pk}/change/")
    staff.get_by_role("button", name="Review this").click()
    staff.get_by_label("Corner or line cut off").check()
    staff.get_by_role("button", name="Return to applicant").click()
    expect(staff.get_by_text("Returned. The person was told")).to_be_visible()

    page.goto("/account/identity/")

    expect(heading(page)).to_have_text("We returned your document")
    expect(page.get_by_text("All four corners must be in the picture.").first).to_be_visible()


def test_a_standard_reason_is_written_into_the_text(open_page, staff_page, newcomer):
    page = open_page()
    sign_in(page, "0-482-137-5")
    page.goto("/account/identity/")
    send_passport(page)
    check_the_file()
    staff = staff_page()
    staff.goto(f"/staff/applicants/identitycheck/{IdentityCheck.objects.get().pk}/change/")
    staff.get_by_role("button", name="Review this").click()
    text = staff.get_by_label("Shown to the applicant")

    staff.get_by_label("Expired", exact=True).check()
    expect(text).to_have_value(re.compile("The passport is expired"))
    staff.get_by_label("Expired", exact=True).uncheck()

    expect(text).to_have_value("")
