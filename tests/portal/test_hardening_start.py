"""What a server refuses to start with, and the cost of its passwords."""

import pytest

from tests.support.server import on_a_server

READ_SETTINGS = "import portal.settings"


def test_settings_of_production_start():
    done = on_a_server(READ_SETTINGS)

    assert done.returncode == 0, done.stderr


def test_developers_error_pages_are_refused_on_a_server_that_people_use():
    done = on_a_server(READ_SETTINGS, DEBUG="true")

    assert done.returncode != 0
    assert "ImproperlyConfigured: DEBUG" in done.stderr


def test_developers_error_pages_are_allowed_on_a_laptop():
    laptop = {"BASE_URL": "http://127.0.0.1:8000", "UPLOADS_ORIGIN": "http://localhost:8000"}

    done = on_a_server(READ_SETTINGS, DEBUG="true", **laptop)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("host", ["smtp.example.org", "10.0.0.5", "localhost.example.org", ""])
def test_mail_without_tls_is_refused_unless_the_relay_is_on_the_same_machine(host: str):
    done = on_a_server(READ_SETTINGS, SMTP_SECURITY="none", SMTP_HOST=host)

    assert done.returncode != 0
    assert "ImproperlyConfigured: SMTP_SECURITY" in done.stderr


@pytest.mark.parametrize("allowed", [{"SMTP_HOST": "localhost"}, {"SMTP_HOST": "::1"}, {"DEMO": "true"}])
def test_mail_without_tls_is_allowed_to_this_machine_and_in_a_demonstration(allowed: dict[str, str]):
    done = on_a_server(READ_SETTINGS, SMTP_SECURITY="none", **allowed)

    assert done.returncode == 0, done.stderr


def test_passwords_are_hashed_by_argon2id_at_the_cost_that_the_documents_name():
    code = "import django; django.setup(); from django.contrib.auth.hashers import make_password; print(make_password('x'))"

    done = on_a_server(code)

    # 100 MiB, two rounds, eight lanes: above RFC 9106's second recommended option and OWASP's least.
    assert done.stdout.startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$"), done.stderr
