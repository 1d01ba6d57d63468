"""Every state in which pages of credentials can be seen."""

from tests.browser.seeding import NOT_CERTIFIED
from tests.browser.state import State, press_button

CREDENTIALS = [
    State("credentials", "/credentials/", "Your credentials", NOT_CERTIFIED),
    State("credential-upload", "/credentials/upload/", "A good scan", NOT_CERTIFIED),
    State(
        "credential-upload-error",
        "/credentials/upload/",
        "There is a problem",
        NOT_CERTIFIED,
        press_button("Upload document"),
    ),
    State("credential-draft", "/credentials/{credential}/", "Still missing", NOT_CERTIFIED),
    State(
        "credential-incomplete",
        "/credentials/{credential}/",
        "There is a problem",
        NOT_CERTIFIED,
        press_button("Send for review"),
    ),
    State("credential-printed", "/credentials/{credential}/printed/", "What is printed on the document", NOT_CERTIFIED),
    State(
        "credential-printed-error",
        "/credentials/{credential}/printed/",
        "There is a problem",
        NOT_CERTIFIED,
        press_button("Save"),
    ),
    State("credential-replace", "/credentials/{credential}/files/{document}/replace/", "Replace a file", NOT_CERTIFIED),
    State("staff-credentials", "/staff/certification/credential/", "business day", "staff"),
    State("staff-credential", "/staff/certification/credential/{waiting_credential}/change/", "Review this", "staff"),
    State(
        "staff-credential-taken",
        "/staff/certification/credential/{waiting_credential}/change/",
        "Accept for verification with the school",
        "staff",
        press_button("Review this"),
    ),
    State(
        "staff-credential-error",
        "/staff/certification/credential/{waiting_credential}/change/",
        "Nothing was decided.",
        "staff",
        press_button("Return to applicant"),
    ),
]
