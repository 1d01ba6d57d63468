"""What a server with an https address does by its settings: cookies, HSTS, hosts, proxies, and secrets from files."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.server import Answering, on_a_server

ROOT = Path(__file__).resolve().parents[2]
# Everything that .env.example marks as secret.
SECRETS = re.findall(
    r"^# Secret[^\n]*\n(?:# [^\n]*[^=\n]\n)*# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE
)

# The files of styles and scripts are collected when a server is built, so here they get no names with a sum in them.
ASK = """
import json, sys, django
from django.conf import settings
from django.test import Client
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
django.setup()
for line in sys.stdin:
    asked = json.loads(line)
    answer = Client().generic("GET", asked["path"], secure=asked["secure"], headers=asked["headers"])
    print(json.dumps({
        "status": answer.status_code,
        "headers": dict(answer.headers),
        "cookies": [morsel.OutputString() for morsel in answer.cookies.values()],
    }), flush=True)
"""
# One server behind a proxy and one that is not, for all tests: starting one takes seconds.
_SERVERS: dict[bool, Answering] = {}


@pytest.fixture(scope="module", autouse=True)
def servers_that_end() -> Iterator[None]:
    """Whatever server was asked ends with this module."""
    yield
    for server in _SERVERS.values():
        server.stop()
    _SERVERS.clear()


def ask(path: str = "/accounts/login/", *, secure: bool = True, behind_proxy: bool = True, **headers: str):
    """The answer of a server at https://portal.example.org."""
    if behind_proxy not in _SERVERS:
        _SERVERS[behind_proxy] = Answering(ASK, BEHIND_PROXY=str(behind_proxy).lower())
    named = {"host": "portal.example.org", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return _SERVERS[behind_proxy].answer({"path": path, "secure": secure, "headers": named})


def test_cookies_belong_to_this_host_alone():
    [cookie] = ask()["cookies"]

    assert cookie.startswith("__Host-csrf=")
    for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert attribute in cookie
    assert "Domain" not in cookie


def test_the_session_cookie_is_named_and_guarded_alike():
    code = """
import json, django
django.setup()
from django.conf import settings
names = ["NAME", "SECURE", "HTTPONLY", "SAMESITE", "DOMAIN", "PATH"]
print(json.dumps({name: getattr(settings, "SESSION_COOKIE_" + name) for name in names}))
"""

    settings = json.loads(on_a_server(code).stdout)

    assert settings["NAME"] == "__Host-session"
    assert settings == {
        "NAME": "__Host-session", "SECURE": True, "HTTPONLY": True, "SAMESITE": "Lax", "DOMAIN": None, "PATH": "/",
    }  # fmt: skip


def test_browsers_are_told_to_come_by_https_only():
    assert ask()["headers"]["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"


def test_plain_http_is_led_to_https():
    answer = ask("/help/", secure=False, behind_proxy=False)

    assert (answer["status"], answer["headers"]["Location"]) == (301, "https://portal.example.org/help/")


@pytest.mark.parametrize(
    "host", ["evil.example", "portal.example.org.evil.example", "portal.example.org@evil.example", ""]
)
def test_a_forged_host_is_refused(host):
    answer = ask(host=host)

    assert answer["status"] == 400
    assert "evil" not in json.dumps(answer["headers"])


def test_forwarded_hosts_are_never_believed():
    answer = ask(
        "/help", x_forwarded_host="evil.example", forwarded="host=evil.example", x_original_host="evil.example"
    )

    assert answer["status"] in {301, 404}
    assert "evil" not in json.dumps(answer["headers"])


def test_a_forwarded_scheme_is_believed_behind_our_proxy_only():
    answers = [ask("/help/", secure=False, behind_proxy=behind, x_forwarded_proto="https") for behind in (False, True)]

    assert [answer["status"] for answer in answers] == [301, 200]


def test_django_finds_nothing_to_say_about_a_deployment():
    code = "import django; django.setup(); from django.core.management import call_command; call_command('check', deploy=True, fail_level='WARNING')"

    done = on_a_server(code)

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


def test_the_secrets_are_all_found():
    assert {"SECRET_KEY", "DATABASE_URL", "SMTP_PASSWORD", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"} <= set(SECRETS)


def values_of(secret: str) -> str:
    """A value that the settings take for `secret`, and that stands nowhere else."""
    if secret == "DATABASE_URL":
        return "postgresql://from:file@127.0.0.1:9/portal"
    if secret in {"FIELD_ENCRYPTION_KEYS", "BLIND_INDEX_KEYS"}:
        return "Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0Z2FycGw="
    return "from-a-file-" + "q7" * 30


@pytest.mark.parametrize("secret", SECRETS)
def test_each_secret_may_come_from_a_file(secret: str, tmp_path: Path):
    file = tmp_path / "secret"
    file.write_text(values_of(secret))
    code = """
import sys
sys.argv = ["x"]
import portal.settings as settings
import json
print(json.dumps({name: str(getattr(settings, name)) for name in dir(settings) if name.isupper()}))
"""

    done = on_a_server(f"import os; os.environ.pop({secret!r}, None)\n{code}", **{f"{secret}_FILE": str(file)})

    assert done.returncode == 0, done.stderr
    settings = json.loads(done.stdout)
    wanted = "127.0.0.1" if secret == "DATABASE_URL" else values_of(secret)
    assert any(wanted in value for value in settings.values())


@pytest.mark.parametrize("secret", ["SECRET_KEY", "DATABASE_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"])
def test_a_missing_secret_stops_the_start_and_is_named(secret: str):
    done = on_a_server(f"import os; os.environ.pop({secret!r}, None); import portal.settings")

    assert done.returncode != 0
    assert secret in done.stderr


def test_a_file_that_cannot_be_read_stops_the_start():
    done = on_a_server("import portal.settings", SECRET_KEY_FILE="/nowhere/secret")

    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr or "/nowhere/secret" in done.stderr
