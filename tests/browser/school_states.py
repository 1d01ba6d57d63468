"""States of the pages for medical schools."""

from playwright.sync_api import Page

from tests.browser.seeding import NOT_CERTIFIED
from tests.browser.state import State, press_button


def _in_french(page: Page) -> None:
    page.get_by_role("button", name="Français").click()


_LINK = "/school/answer/{school_link}/"
SCHOOLS = [
    State("school-link", _LINK, "Opening the request answers nothing"),
    State("school-answer", _LINK, "Your answer", steps=press_button("Open the request")),
    State("school-answer-error", "/school/requests/{school_request}/", "There is a problem", "official",
          press_button("Send the answer")),
    State("school-french", "/school/answer/x/", "Ce lien ne fonctionne pas", steps=_in_french, status=404),
    State("school-link-dead", "/school/answer/x/", "This link does not work", "official", status=404),
    State("school-link-used", "/school/answer/{school_used}/", "This request was answered", "official", status=410),
    State("school-list", "/school/", "Waiting for", "official"),
    State("school-people", "/school/people/", "Kwame Dean", "official"),
    State("school-waiting", "/credentials/schools/", "Most schools answer within", NOT_CERTIFIED),
]  # fmt: skip

STAFF_ABOUT_SCHOOLS = [
    State("staff-verifications", "/staff/certification/verificationrequest/", "Answered by the school", "staff"),
    State(
        "staff-verification",
        "/staff/certification/verificationrequest/{verification}/change/",
        "Accept the answer",
        "staff",
    ),
    State("staff-school-list", "/staff/certification/schoolofficial/add/", "Where the school told us", "staff"),
]
