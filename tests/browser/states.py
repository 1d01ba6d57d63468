"""Every state in which a page can be seen: who looks, where, and what is done there first."""

from urllib.parse import urlencode

from playwright.sync_api import FilePayload, Page

from cvs.codes import new_short_code
from portal.lookups import MOST_MISSES
from sandbox.sample_data.identity import RENAMED
from sandbox.sample_data.identity import RETURNED as IDENTITY_RETURNED
from sandbox.sample_data.identity import WAITING as IDENTITY_WAITING
from tests.browser.certificate_states import CERTIFICATES
from tests.browser.school_states import SCHOOLS, STAFF_ABOUT_SCHOOLS
from tests.browser.seeding import (
    BY_BANK,
    BY_PATHWAY,
    CERTIFIED,
    CHOOSING,
    HELD,
    NEW,
    NOT_CERTIFIED,
    PAYING,
    PRICE_CHANGED,
    REPORT_FILE,
)
from tests.browser.seeding_applications import NONE, READY, RETURNED, STOPPED, WAITING, WARNED
from tests.browser.state import State, Steps, press_button

EMAIL = "/account/details/email"
REPORT_DATE = "June 3, 2026"


def _sign_in_wrongly(page: Page) -> None:
    page.get_by_label("Identification number").fill("0-482-137-5")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()


def _send_wrong_details(page: Page) -> None:
    page.get_by_label("E-mail address").fill("nobody")
    page.get_by_label("Phone number").fill("0801")
    page.get_by_label("City").fill("")
    page.get_by_role("button", name="Save", exact=True).click()


def _wrong_what_if(page: Page) -> None:
    page.get_by_label("Step 2 CK passed").fill("0202-05-20")
    page.get_by_role("button", name="Show how I would stand").click()


def _filter(page: Page) -> None:
    page.get_by_label("Find an authority").fill("california")
    page.get_by_text("authorities shown").wait_for()


def _pay_another_total(page: Page) -> None:
    # The style sheet draws the boxes; the ones that are ticked lie outside the window.
    for box in page.get_by_role("checkbox").all():
        box.dispatch_event("click")
    page.locator("#id_total_cents").evaluate("field => { field.value = '100'; }")
    page.get_by_role("button", name="Pay ").click()


def _press_pay(page: Page) -> None:
    page.get_by_role("button", name="Pay ").click()


def _compare(content: bytes) -> Steps:
    def compare(page: Page) -> None:
        file: FilePayload = {"name": "report.pdf", "mimeType": "application/pdf", "buffer": content}
        page.get_by_label("The PDF you received").set_input_files(file)
        page.get_by_role("button", name="Compare the file").click()

    return compare


def _forget_token(page: Page) -> None:
    page.locator("main form:not(#mfa_login) [name=csrfmiddlewaretoken]").evaluate("field => field.remove()")
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()


def _act_with_reason(page: Page) -> None:
    page.locator("tbody input[type=checkbox]").first.check()
    page.locator("select[name=action]").select_option("hold")
    page.locator("[name=index]").click()


def _look_up(code: str, date: str = REPORT_DATE) -> str:
    return f"/verify/?{urlencode({'code': code, 'date': date}, safe='{}')}"


def _try_too_often(page: Page) -> None:
    for _ in range(MOST_MISSES):
        page.request.get(page.url)
    page.reload()


NOT_ISSUED = new_short_code()

PUBLIC = [
    State("landing", "/", "Certification"),
    State("fees", "/fees/", "Status report"),
    State("help", "/help/", "identification number"),
    State("contact", "/help/contact/", "help@commission.example"),
    State("accessibility", "/accessibility/", "WCAG"),
    State("privacy", "/privacy/", "Privacy"),
    State("terms", "/terms/", "Terms"),
    State("site-map", "/site-map/", "Site map"),
    State("eligibility", "/eligibility/", "Graduation date"),
    State("eligibility-yes", "/eligibility/?school=Lagos&year=2021", "Lagos"),
    State("eligibility-no", "/eligibility/?school=Lagos&year=1950", "Lagos"),
    State("eligibility-unknown", "/eligibility/?school=Nowhereatall&year=2021", "World Directory"),
    State("eligibility-guess", "/eligibility/?school=Lgaos&year=2021", "Did you mean one of these?"),
    State(
        "eligibility-many", "/eligibility/?school=Lagos&year=2021&month=11&day=12", "graduation on November 12, 2021"
    ),
    State("schools", "/schools/", "How to search"),
    State("schools-country", "/schools/?country=NG", "Schools in Nigeria"),
    State("schools-former-name", "/schools/?q=University+of+Ife", "Formerly University of Ife"),
    State("schools-guess", "/schools/?q=Univeristy+of+Ibdaan", "Did you mean one of these?"),
    State("schools-none", "/schools/?q=xyzzyx&country=NG", "No school found"),
    State("schools-error", "/schools/?q=Lagos&country=QQ", "There is a problem"),
    State("school", "/schools/S000003/", "Former names"),
    State("school-closed", "/schools/S000294/", "closed in 1994"),
    State("eligibility-error", "/eligibility/?school=La&year=21", "There is a problem"),
    State("sign-in", "/accounts/login/", "First time here?"),
    State("sign-in-wrong", "/accounts/login/", "There is a problem", steps=_sign_in_wrongly),
    State("password-forgotten", "/accounts/password/reset/", "password"),
]

READING = [
    State("newsletter", "/newsletter/", "Get it by e-mail"),
    State("newsletter-issue", "/newsletter/{newsletter}/", "In this issue"),
    State("newsletter-sign-up", "/newsletter/sign-up/", "you need no account"),
    State("newsletter-sign-up-error", "/newsletter/sign-up/", "There is a problem", steps=press_button("Sign up")),
    State("newsletter-sign-up-sent", "/newsletter/sign-up/sent/", "Look into your mailbox"),
    State("newsletter-confirm-dead", "/newsletter/confirm/x/", "This link does not work", status=404),
    State("newsletter-leave", "/newsletter/unsubscribe/{leaving}/", "we stop sending"),
    State("newsletter-leave-dead", "/newsletter/unsubscribe/x/", "This link does not work", status=404),
]

PRIVATE = [
    State("dashboard-not-certified", "/dashboard/", "Okonkwo", NOT_CERTIFIED),
    State("dashboard-certified", "/dashboard/", "Ferreira Lima", CERTIFIED),
    State("dashboard-by-pathway", "/dashboard/", "Yılmaz", BY_PATHWAY),  # noqa: RUF001 - the name
    State("dashboard-hold", "/dashboard/", "Rahman", HELD),
    State("requirement-open", "/certification/skills/", "Whose turn", NOT_CERTIFIED),
    State("requirement-met", "/certification/examinations/", "Step 1, passed", CERTIFIED),
    State("what-if", "/certification/what-if/", "Latest safe days", NOT_CERTIFIED),
    State("what-if-error", "/certification/what-if/", "There is a problem", NOT_CERTIFIED, _wrong_what_if),
    State("details", "/account/details/", "Phone number", CERTIFIED),
    State("details-waiting", "/account/details/", "new@example.org", BY_PATHWAY),
    State("email-confirm", f"{EMAIL}/confirm/{{new_email}}/", "Use this address", BY_PATHWAY),
    State("email-confirm-dead", f"{EMAIL}/confirm/x/", "This link does not work here", BY_PATHWAY, status=404),
    State("email-stop", f"{EMAIL}/stop/{{old_email}}/", "Stop the change"),
    State("email-stop-dead", f"{EMAIL}/stop/x/", "This link no longer works", status=404),
    State("activity-none", "/account/activity/", "Nobody has opened your record", NEW),
    State("activity-changes", "/account/activity/?show=changes", "Order paid", CERTIFIED),
    State("details-errors", "/account/details/", "There is a problem", CERTIFIED, _send_wrong_details),
    State("order-details", "/reports/new/details/", "Yes, continue", BY_PATHWAY),
    State("authorities-none", "/reports/new/authorities/", "Nothing selected yet.", CHOOSING),
    State("authorities-three", "/reports/new/authorities/", "$198.00", NOT_CERTIFIED),
    State("authorities-error", "/reports/new/authorities/", "Select at least one", CHOOSING, press_button("Continue")),
    State("authorities-filtered", "/reports/new/authorities/", "authorities shown", CHOOSING, _filter),
    State("review-not-certified", "/orders/review/", "Certified: No", NOT_CERTIFIED),
    State("review-certified", "/orders/review/", "Certified", CERTIFIED),
    State("review-error", "/orders/review/", "There is a problem", NOT_CERTIFIED, _press_pay),
    State("review-total-changed", "/orders/review/", "The total is now", CERTIFIED, _pay_another_total),
    State("review-price-changed", "/orders/review/", "The fee has changed", PRICE_CHANGED),
    State("payment-under-way", "/orders/review/", "Your payment is not finished", PAYING),
    State("payment-paused", "/orders/review/", "payment", PAYING, press_button("Continue to payment"), status=503),
    State("payment-confirming", "/payments/{payment}/return/", "Do not pay again", BY_BANK),
    State("confirmation-credit", "/orders/{sent}/confirmation/", "Order placed", CERTIFIED),
    State("confirmation-bank", "/orders/{by_bank}/confirmation/", "Do not pay again", BY_BANK),
    State("tracking-prepared", "/reports/{prepared}/", "Being prepared", CERTIFIED),
    State("tracking-sent", "/reports/{sent}/", "Sent, not opened yet", CERTIFIED),
    State("tracking-opened", "/reports/{opened}/", "Opened", CERTIFIED),
    State("tracking-problem", "/reports/{problem}/", "Delivery problem", CERTIFIED),
    State("tracking-hold", "/reports/{held}/", "On hold", CERTIFIED),
    State("tracking-bank", "/reports/{by_bank}/", "Waiting for your bank", BY_BANK),
    State("reports-empty", "/reports/", "report", NEW),
    State("reports-list", "/reports/", "2 of 2 sent", CERTIFIED),
    State("reports-basket", "/reports/", "You have an order that is not paid", PRICE_CHANGED),
    State("record", "/reports/record/", "Ferreira Lima", CERTIFIED),
    State("receipt", "/payments/{sent}/receipt/", "$132.00", CERTIFIED),
    State("identity-waiting", "/account/identity/", "We are checking your document", IDENTITY_WAITING),
    State("identity-returned", "/account/identity/", "All four corners must be in the picture.", IDENTITY_RETURNED),
    State(
        "identity-error",
        "/account/identity/",
        "There is a problem",
        IDENTITY_RETURNED,
        press_button("Send for checking"),
    ),
    State("order-without-identity", "/reports/new/details/", "Confirm who you are first", IDENTITY_RETURNED),
    State("names", "/account/name/", "Your names", CERTIFIED),
    State("names-requested", "/account/name/", "Rossi De Luca", RENAMED),
    State("name-change", "/account/name/change/", "7 business days", CERTIFIED),
    State(
        "name-change-error",
        "/account/name/change/",
        "There is a problem",
        CERTIFIED,
        press_button("Ask for the change"),
    ),
    State("birth-date", "/account/birth-date/", "Ask for a correction", CERTIFIED),
    State(
        "birth-date-error",
        "/account/birth-date/",
        "There is a problem",
        CERTIFIED,
        press_button("Send for checking"),
    ),
    State("former-name", "/account/name/former/", "Verify a former name", CERTIFIED),
    State("sign-out", "/accounts/logout/", "Sign out", CERTIFIED),
    State("password-change", "/accounts/password/change/", "15 characters", CERTIFIED),
    State("account", "/account/", "Signing in", CERTIFIED),
    State("account-sessions", "/account/sessions/", "Where you are signed in", CERTIFIED),
    State("second-factor", "/accounts/second-factor/", "Recovery codes", CERTIFIED),
    State("second-factor-missing", "/account/second-factor/", "Protect your account", NEW),
    State("dashboard-unprotected", "/dashboard/", "Protect your account", NEW),
    State("app-new", "/accounts/second-factor/app/add/", "Code from the app", NEW),
    State("app-error", "/accounts/second-factor/app/add/", "Enter the code", NEW, press_button("Set up")),
    State("app-remove", "/accounts/second-factor/app/remove/", "Remove the authenticator app", CERTIFIED),
    State("passkeys-none", "/accounts/second-factor/passkeys/", "You have none", CERTIFIED),
    State("passkey-new", "/accounts/second-factor/passkeys/add/", "Set up a passkey", CERTIFIED),
    State("recovery-codes", "/accounts/second-factor/recovery-codes/", "Recovery codes", CERTIFIED),
    State("recovery-codes-new", "/accounts/second-factor/recovery-codes/new/", "Get new recovery codes", CERTIFIED),
    State("confirm-by-password", "/accounts/reauthenticate/", "Confirm that it is you", CERTIFIED),
    State("confirm-by-code", "/accounts/second-factor/reauthenticate/", "Confirm that it is you", CERTIFIED),
    State("confirm-error", "/accounts/reauthenticate/", "There is a problem", CERTIFIED, press_button("Continue")),
]

VERIFYING = [
    State("verify", "/verify/", "Enter the code"),
    State("verify-error", _look_up("7Q4K", "soon"), "There is a problem"),
    State("verify-genuine", _look_up("{genuine}"), "This report is genuine"),
    State("verify-replaced", _look_up("{replaced}"), "was replaced"),
    State("verify-file", "/verify/", "byte for byte, the one we issued", steps=_compare(REPORT_FILE)),
    State("verify-other-file", "/verify/", "We did not issue this file", steps=_compare(b"%PDF-1.7 another")),
    State("verify-not-found", _look_up(NOT_ISSUED), "We have no report with this code and date"),
    State("acknowledge-after", "/acknowledge/{acknowledged}/", "Receipt was confirmed"),
    State("acknowledge-before", "/acknowledge/{acknowledge}/", "Did you receive this report?"),
    State("acknowledge-unknown", "/acknowledge/nothing/", "We do not know this link", status=404),
    State("verify-too-many", _look_up(NOT_ISSUED), "Too many tries", steps=_try_too_often, status=429),
]


PATHWAYS = [
    State("pathways", "/pathways/", "Pathways", NOT_CERTIFIED),
    State("pathways-not-needed", "/pathways/", "You cannot apply for a Pathway", CERTIFIED),
    State("pathways-under-way", "/pathways/", "Your application for Pathway 6", PAYING),
    State("pathway-start", "/pathways/start/", "One question first", NOT_CERTIFIED),
    State("pathway-start-error", "/pathways/start/", "There is a problem", NOT_CERTIFIED, press_button("Continue")),
    State("pathway-draft", "/pathways/{pathway_draft}/", "Go on with the application", BY_BANK),
    State("pathway-registration", "/pathways/{pathway_draft}/registration/", "Correct the day", BY_BANK),
    State("pathway-license", "/pathways/{pathway_draft}/license/", "Copy of the license", BY_BANK),
    State(
        "pathway-license-error",
        "/pathways/{pathway_draft}/license/",
        "There is a problem",
        BY_BANK,
        press_button("Save and continue"),
    ),
    State("pathway-school", "/pathways/{pathway_draft}/school/", "Your medical school", BY_BANK),
    State("pathway-encounters", "/pathways/{pathway_draft}/encounters/", "Who may evaluate", BY_BANK),
    State("pathway-check", "/pathways/{pathway_draft}/check/", "Something is missing", BY_BANK),
    State("pathway", "/pathways/{pathway}/", "What we wait for", PAYING),
    State("evaluator-invite", "/pathways/{pathway}/evaluators/", "Invite a physician", PAYING),
    State(
        "evaluator-invite-error",
        "/pathways/{pathway}/evaluators/",
        "There is a problem",
        PAYING,
        press_button("Send the invitation"),
    ),
    State("evaluate", "/evaluate/{evaluator_invited}/", "Do you agree?"),
    State(
        "evaluate-agree-error", "/evaluate/{evaluator_invited}/", "There is a problem", steps=press_button("I agree")
    ),
    State("evaluate-form", "/evaluate/{evaluator_agreed}/", "Evaluation 1 of 2"),
    State(
        "evaluate-form-error",
        "/evaluate/{evaluator_agreed}/",
        "There is a problem",
        steps=press_button("Send evaluation 1"),
    ),
    State("evaluate-no-link", "/evaluate/nothing/", "This link does not work", status=404),
    State(
        "staff-pathway",
        "/staff/certification/pathwayapplication/{pathway_to_decide}/change/",
        "What the rules say",
        "staff",
    ),
]

TROUBLE = [
    State("error-404", "/nowhere/", "not", status=404),
    State("error-404-signed-in", "/reports/CV-1999-000001/", "not", CERTIFIED, status=404),
    State("error-403", "/staff/cvs/reportrequest/", "You do not have access", "trainee", status=403),
    State("error-403-form", "/accounts/login/", "form", steps=_forget_token, status=403),
    State("error-500", "/v/{broken}/", "there is a problem with the service", status=500),
]


def _give_purpose(page: Page) -> None:
    page.get_by_label("To look into the delivery of a report").check()
    page.get_by_role("button", name="Open the record").click()


STAFF = [
    State("staff-sign-in", "/staff/login/", "Password"),
    State("staff-index", "/staff/", "Waiting longest", "staff"),
    State("staff-requests", "/staff/cvs/reportrequest/", "Delivery problem", "staff"),
    State("staff-purpose", "/staff/cvs/reportrequest/{request}/change/", "Why are you opening this record?", "staff"),
    State(
        "staff-purpose-missing",
        "/staff/cvs/reportrequest/{request}/change/",
        "Choose a purpose",
        "staff",
        press_button("Open the record"),
        status=422,
    ),
    State("staff-request", "/staff/cvs/reportrequest/{request}/change/", "Dispatch", "staff", _give_purpose),
    State("staff-history", "/staff/cvs/reportrequest/{request}/history/", "Record opened", "staff"),
    State("staff-identity", "/staff/applicants/identitycheck/", "business day", "staff"),
    State(
        "staff-review",
        "/staff/applicants/identitycheck/{identity_check}/change/",
        "Compare with the applicant",
        "staff",
    ),
    State(
        "staff-review-taken",
        "/staff/applicants/identitycheck/{identity_check}/change/",
        "Read from the document",
        "staff",
        press_button("Review this"),
    ),
    State("staff-name-review", "/staff/applicants/namerequest/{name_request}/change/", "Rossi De Luca", "staff"),
    State("staff-newsletters", "/staff/portal/newsletterissue/", "Draft", "staff"),
    State("staff-newsletter-draft", "/staff/portal/newsletterissue/{draft}/change/", "Send at", "staff"),
    State("staff-newsletter-new", "/staff/portal/newsletterissue/add/", "Markdown", "staff"),
    State("staff-imports", "/staff/certification/fileimport/", "results.csv", "staff"),
    State("staff-import-new", "/staff/certification/fileimport/add/", "Columns of each kind", "staff"),
    State("staff-import", "/staff/certification/fileimport/{import_ready}/change/", "Tell the people", "staff"),
    State("staff-import-faulty", "/staff/certification/fileimport/{import_faulty}/change/", "is not known", "staff"),
    State("staff-reason", "/staff/cvs/reportrequest/", "Reason", "staff", _act_with_reason),
]

# Looking up is slowed down for this address once verify-too-many was reached, so a fault on that path comes before.
_APPLICATION = "/certification/application/"
APPLICATIONS = [
    State("application-none", _APPLICATION, "Start the application", NONE),
    State("application-on-record", _APPLICATION, "You do not need to apply again", CERTIFIED),
    State("application-draft", _APPLICATION, "We keep your answers until", WARNED),
    State("application-stopped", _APPLICATION, "Your school is in the United States", STOPPED),
    State("application-returned", _APPLICATION, "There is a gap in your history", RETURNED),
    State("application-waiting", _APPLICATION, "It is our turn", WAITING),
    State("application-details", f"{_APPLICATION}details/", "Name of record", WARNED),
    State("application-schools", f"{_APPLICATION}education/", "not found in our list", WARNED),
    State("application-school-new", f"{_APPLICATION}education/new/", "Credit years earned", WARNED),
    State(
        "application-school-error",
        f"{_APPLICATION}education/new/",
        "There is a problem",
        WARNED,
        press_button("Save this school"),
    ),
    State("application-school", f"{_APPLICATION}education/{{attendance}}/", "Change a medical school", WARNED),
    State("application-school-remove", f"{_APPLICATION}education/{{attendance}}/remove/", "never attended it", WARNED),
    State("application-degree", f"{_APPLICATION}degree/", "We kept what you had typed", WARNED),
    State("application-booklet", f"{_APPLICATION}booklet/", "Who may apply", WARNED),
    State("application-purpose", f"{_APPLICATION}purpose/", "sign them with your name", WARNED),
    State("application-check", f"{_APPLICATION}check/", "Go on to payment", WARNED),
    State("application-check-stopped", f"{_APPLICATION}check/", "cannot be submitted", STOPPED),
    State("application-withdraw", f"{_APPLICATION}withdraw/", "cannot be undone", WARNED),
    State("application-fee", "/orders/review/", "What you are paying for", READY),
    State("staff-application", "/staff/certification/application/{application}/change/", "What was signed", "staff"),
]

STATES = [
    *PUBLIC, *READING, *PRIVATE, *CERTIFICATES, *PATHWAYS, *APPLICATIONS, *TROUBLE, *VERIFYING, *SCHOOLS, *STAFF,
    *STAFF_ABOUT_SCHOOLS,
]  # fmt: skip
