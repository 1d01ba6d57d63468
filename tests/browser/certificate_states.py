"""States of the pages about a certificate."""

from tests.browser.seeding import BY_PATHWAY, CERTIFIED, HELD, NOT_CERTIFIED
from tests.browser.state import State, press_button

_OF_CERTIFICATE = "/verify/certificate/?number={certificate_number}&date={certificate_date}"
CERTIFICATES = [
    State("certificate-none", "/certificate/", "Not issued yet", NOT_CERTIFIED),
    State("certificate", "/certificate/", "Your certificate stays valid", CERTIFIED),
    State("certificate-by-pathway", "/certificate/", "through Pathway 3", BY_PATHWAY),
    State("certificate-request", "/certificate/request/lost/", "There is a fee", BY_PATHWAY),
    State(
        "certificate-request-error",
        "/certificate/request/training/",
        "Enter the name",
        BY_PATHWAY,
        press_button("Send the request"),
    ),
    State("notice", "/certificate/notice/", "Answer the notice", HELD),
    State("notice-error", "/certificate/notice/", "Write your answer", HELD, press_button("Send the answer")),
    State("verify-certificate", "/verify/certificate/", "Enter the number"),
    State("verify-certificate-error", "/verify/certificate/?number=&date=soon", "There is a problem"),
    State("verify-certificate-genuine", _OF_CERTIFICATE, "We issued this certificate and it is valid"),
    State("verify-certificate-unknown", "/verify/certificate/?number=C-1&date=2020-01-01", "We have no certificate"),
]
