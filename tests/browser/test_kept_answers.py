"""What is typed into the Application for Certification is there again after the person has left."""

import pytest
from playwright.sync_api import expect

from certification.models import Application, MedicalEducation
from tests.browser.support import sign_in
from tests.certification.applications import complete
from tests.faults.scenes import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGE = "/certification/application/degree/"
TITLE = "Médico Cirujano y Par"


def test_what_is_typed_is_kept_while_it_is_typed_and_when_the_page_is_left(watched_page, person):
    page = watched_page
    MedicalEducation.objects.filter(applicant=person).delete()
    complete(person)
    sign_in(page, person.identification_number)
    page.goto(PAGE)

    page.get_by_label("Title of the degree").fill(TITLE)
    expect(page.get_by_role("status")).to_contain_text("What you typed is kept")
    page.get_by_label("Month").first.fill("")
    page.get_by_label("Day").first.fill("17")
    page.goto("/dashboard/")
    # What is sent while a page is left arrives when it may.
    wait_until(lambda: "'17'" in str(Application.objects.get().typed), "the answers arrived")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your certification")
    page.goto(PAGE)

    expect(page.get_by_text("We kept what you had typed")).to_be_visible()
    expect(page.get_by_label("Title of the degree")).to_have_value(TITLE)
    expect(page.get_by_label("Day").first).to_have_value("17")
    expect(page.get_by_label("Month").first).to_have_value("")
