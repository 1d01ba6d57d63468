"""Every address of the portal, tried by a stranger, a physician and staff: headers, hostile parameters, looking, tokens."""

from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client

from applicants.models import Applicant, User
from tests.support.orders import make_authority, pay_with_credit
from tests.support.sign_in import sign_in
from tests.support.walk import Address, Forms, every_address, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enqueued")]

ADDRESSES = every_address()
# Bytes, as they arrive in an address; the second are no UTF-8. A fuzzer draws the rest (tests/hostile).
HOSTILE = {"null": b"a\x00b", "surrogate": b"\xed\xa0\x80\xff", "huge": b"9" * 4000}
HOSTILE_FIELDS = {"null": "\x00", "inside": "a\x00b", "1MB": "x" * 1_000_000, "emoji": "\U0001f600" * 50}
MOST_IN_AN_ADDRESS = 5000
PARAMETERS = [
    "q", "page", "p", "next", "before", "topic", "state", "seen", "code", "date", "school", "year", "o", "e", "all",
    "purpose", "format", "_popup", "_to_field", "id", "pk", "kind", "search", "folder", "unread", "key", "token", "user",
]  # fmt: skip

HOSTILE_PLACE = "hostile-place"

# Looking writes here, as is its purpose: who looked up a report, where one is signed in, what was opened by staff.
NOTED_ON_LOOKING = ("cvs.VerificationLookup", "sessions.Session", "usersessions.UserSession", "portal.RecordReading")
# Pressed by programs: one proves itself by a signature over the body, the other by the key of a reader (RFC 8058).
WITHOUT_TOKEN = {"stripe_webhook", "newsletter_unsubscribe"}


@pytest.fixture(autouse=True)
def fresh_counters():
    cache.clear()


def client_of(user: User | None, *, enforce_csrf_checks: bool = False) -> Client:
    client = Client(raise_request_exception=False, enforce_csrf_checks=enforce_csrf_checks)
    if user is not None:
        sign_in(client, user)
    return client


@pytest.fixture(params=["stranger", "physician", "staff"])
def who(request: pytest.FixtureRequest, applicant: Applicant, staff_member: User) -> User | None:
    """Each kind of visitor in turn; None is a stranger."""
    pay_with_credit(applicant, [make_authority(1)])
    return {"stranger": None, "physician": applicant.user, "staff": staff_member}[request.param]


def leaves(address: Address) -> bool:
    """Whether looking at the address ends the session of the visitor."""
    return address.name in {"account_logout", "admin:logout"}


def test_the_walk_reaches_the_addresses_that_there_are():
    names = {address.name for address in ADDRESSES}

    assert len(ADDRESSES) > 100
    assert {"landing", "dashboard", "order_tracking", "admin:index", "own_data_download", "verify_code"} <= names
    assert all("<" not in address.path for address in ADDRESSES)


def test_every_answer_carries_the_policy_and_is_kept_by_nobody_who_should_not(who):
    client = client_of(who)
    faults = []
    for address in ADDRESSES:
        answer = client.get(address.path)
        policy = answer.headers.get("Content-Security-Policy", "")
        checks = {
            "policy": "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy,
            "nosniff": answer.headers.get("X-Content-Type-Options") == "nosniff",
            "frame": answer.headers.get("X-Frame-Options") == "DENY",
            "opener": answer.headers.get("Cross-Origin-Opener-Policy") == "same-origin",
            "referrer": answer.headers.get("Referrer-Policy") == "same-origin",
            "no-store": who is None or "no-store" in answer.headers.get("Cache-Control", ""),
            "no error of ours": answer.status_code < 500 or address.name == "readyz",
        }
        faults += [f"{address.name} {address.path}: {name}" for name, holds in checks.items() if not holds]
        if leaves(address):
            client = client_of(who)

    assert faults == []


def test_looking_changes_nothing(who):
    client = client_of(who)
    before = stored(*NOTED_ON_LOOKING)
    for address in ADDRESSES:
        # Signing in and out leads on; recovery codes are shown once, and that they were is noted.
        if address.name in {"admin:login", "account_login", "mfa_view_recovery_codes"}:
            continue
        client.get(address.path)
        client.head(address.path)
    after = stored(*NOTED_ON_LOOKING)

    assert [label for label in after if after[label] != before[label]] == []


@pytest.mark.parametrize("kind", HOSTILE)
def test_nothing_hostile_in_path_or_parameters_is_an_error_of_ours(who, kind):
    client = client_of(who)
    text = quote(HOSTILE[kind], safe="")
    query = "&".join(f"{name}={text}" for name in PARAMETERS)
    paths = {address.path: address for address in every_address(HOSTILE_PLACE)}
    faults = []
    for path, address in paths.items():
        asked = [f"{address.path}?{query}"] if HOSTILE_PLACE not in path else [path.replace(HOSTILE_PLACE, text)]
        faults += [
            f"{address.name}: {answer.status_code}"
            for answer in (client.get(one) for one in asked)
            if answer.status_code >= 500 and address.name != "readyz"
        ]
        if leaves(address):
            client = client_of(who)

    assert faults == []


def forms_for(client: Client) -> dict[tuple[str, str], dict[str, str]]:
    """Every form that the visitor is shown: (method, action) → its fields."""
    found = {}
    for address in ADDRESSES:
        answer = client.get(address.path)
        if answer.status_code != 200 or "text/html" not in answer.headers.get("Content-Type", ""):
            continue
        for form in Forms(answer.content.decode()).forms:
            found[form.method, form.action or address.path] = form.fields
    return found


def test_no_form_breaks_over_a_hostile_field(who):
    client = client_of(who)
    forms = {
        (method, action): fields
        for (method, action), fields in forms_for(client).items()
        if "logout" not in action and action.startswith("/")
    }
    faults = [
        f"{method} {action} {kind}: {status}"
        for kind, text in HOSTILE_FIELDS.items()
        for (method, action), fields in forms.items()
        if (status := send_hostile(client, method, action, fields, text)) >= 500
    ]

    assert len(forms) >= 4
    assert faults == []


def send_hostile(client: Client, method: str, action: str, fields: dict[str, str], text: str) -> int:
    """Send the form as the visitor was shown it, with `text` in each field but the token; returns the status."""
    # What is meant here are forms, not how often one may send them.
    cache.clear()
    send, most = (client.post, len(text)) if method == "post" else (client.get, MOST_IN_AN_ADDRESS)
    given = {name: text[:most] for name in fields if name != "csrfmiddlewaretoken"}
    return send(action.partition("?")[0], given).status_code


def test_without_a_token_no_form_is_taken_and_nothing_changes(who):
    client = client_of(who, enforce_csrf_checks=True)
    before = stored(*NOTED_ON_LOOKING)
    faults = []
    for address in ADDRESSES:
        answer = client.post(address.path, {"confirmation": "delete", "confirmed": "1", "words": "x", "action": "x"})
        # 302 leads a stranger to the sign-in page; Django looks at the token first where somebody is signed in.
        allowed = {302, 403, 404, 405} if who is None else {403, 404, 405}
        if answer.status_code not in allowed and address.name not in WITHOUT_TOKEN:
            faults.append(f"{address.name}: {answer.status_code}")

    assert faults == []
    assert stored(*NOTED_ON_LOOKING) == before


def test_views_that_take_forms_without_a_token_are_those_listed():
    exempt = {address.name for address in ADDRESSES if address.is_csrf_exempt}

    assert exempt == WITHOUT_TOKEN
