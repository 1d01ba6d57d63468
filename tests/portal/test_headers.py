"""Headers and cookies of every answer: pages, files, errors, for everybody."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.core.cache import cache
from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import NoReverseMatch, reverse

from applicants.models import Applicant, User
from applicants.views.sessions import ALL_ENDED
from sandbox.checks import _PRODUCTION
from tests.factories.applicants import PASSWORD
from tests.support.access import patterns
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
SIGNED_OUT_THERE = frozenset({"account_logout", "admin:logout"})
NAMES = ("COOKIE_PREFIX", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "DEVICE_COOKIE_NAME", "MESSAGE_STORAGE")
WHAT_A_SERVER_HAS = f"""
import json
import portal.settings as settings
print(json.dumps({{name: getattr(settings, name) for name in {NAMES!r}}}))
"""


def plain_addresses() -> dict[str, str]:
    """Every address without parts: name → path."""
    found = {}
    for name, _ in patterns():
        if name in SIGNED_OUT_THERE:
            continue
        try:
            found[name] = reverse(name)
        except NoReverseMatch:
            continue
    return found


def faults_of(name: str, answer: HttpResponseBase) -> Iterator[str]:
    """What is wrong with the headers of an answer."""
    headers = answer.headers
    kind = headers.get("Content-Type", "").replace('"', "")
    policy = headers.get("Content-Security-Policy", "")
    checks = {
        "policy": all(
            f"{part} 'none'" in policy for part in ("default-src", "object-src", "base-uri", "frame-ancestors")
        ),
        "nosniff": headers.get("X-Content-Type-Options") == "nosniff",
        "for others": "Access-Control-Allow-Origin" not in headers,
        "charset": not kind.startswith("text/") or kind.lower().endswith("; charset=utf-8"),
        "kind": bool(kind) or (isinstance(answer, HttpResponse) and not answer.content),
    }
    return (f"{name}: {check}" for check, holds in checks.items() if not holds)


@pytest.mark.parametrize("who", ["stranger", "physician", "staff"])
def test_every_answer_has_its_headers_and_every_page_of_the_signed_in_a_way_out(
    who: str, applicant: Applicant, staff_member: User
):
    cache.clear()
    client = Client(raise_request_exception=False)
    if who != "stranger":
        sign_in(client, applicant.user if who == "physician" else staff_member)
    faults: list[str] = []
    ways_out = 0
    addresses = plain_addresses()
    for name, path in addresses.items():
        answer = client.get(path)
        faults += faults_of(name, answer)
        is_page = answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
        if who != "stranger" and is_page:
            page = answer.content.decode()
            has_one = any(f'action="{reverse(out)}"' in page for out in SIGNED_OUT_THERE)
            faults += [] if has_one else [f"{name}: no way out"]
            ways_out += has_one

    assert len(addresses) > 80
    assert faults == []
    assert who == "stranger" or ways_out > 15


@pytest.mark.parametrize("path", ["/static/js/portal.js", "/static/no-such-file.js", "/no/such/page", "/healthz"])
def test_files_and_errors_have_the_same_headers(client: Client, path: str):
    answer = client.get(path)

    # What is streamed from a file leaves it open otherwise.
    answer.close()
    assert answer.status_code == (404 if "no" in path else 200)
    assert list(faults_of(path, answer)) == []


def test_a_form_without_a_token_is_refused_with_the_same_headers():
    answer = Client(enforce_csrf_checks=True).post(reverse("account_login"))

    assert answer.status_code == 403
    assert list(faults_of("csrf", answer)) == []


def settings_of_a_server() -> dict[str, str]:
    """Names of cookies and where notices are kept, as a server with an https address reads them."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WHAT_A_SERVER_HAS],
        cwd=ROOT,
        # Nothing of the environment of the tests, which name stand-ins.
        env={name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
        | _PRODUCTION,
        capture_output=True,
        text=True,
        check=True,
    )
    read: dict[str, str] = json.loads(done.stdout)
    return read


def test_every_cookie_of_a_server_with_tls_belongs_to_its_host_alone(applicant: Applicant, settings: Any):
    # Any: pytest-django's settings take every name.
    for name, value in settings_of_a_server().items():
        setattr(settings, name, value)
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client()
    answers = [
        client.get(reverse("account_login"), secure=True),
        client.post(reverse("order_authorities"), {"authority": "X", "continue": "1"}, secure=True),
        client.post(
            reverse("account_login"),
            {"login": applicant.identification_number, "password": PASSWORD},
            secure=True,
        ),
        client.post(reverse("sessions"), secure=True),
    ]
    notice = client.get(reverse("sessions"), secure=True)
    answers += [notice, client.post(reverse("account_logout"), secure=True), client.get("/", secure=True)]

    cookies = [cookie for answer in answers for cookie in answer.cookies.values()]
    assert ALL_ENDED in notice.content.decode()
    assert {cookie.key for cookie in cookies} == {
        "__Host-session", "__Host-csrf", "__Host-device", "__Host-kept_choices",
    }  # fmt: skip
    for cookie in cookies:
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "") or not cookie.value
    assert portal_settings.MESSAGE_STORAGE == "django.contrib.messages.storage.session.SessionStorage"
