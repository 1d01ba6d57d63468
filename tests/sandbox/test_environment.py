"""The sandbox's environment is complete for the settings and keeps its secrets to itself."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.environment import sandbox_environment

ROOT = Path(__file__).resolve().parents[2]
PRINT_SETTINGS = (
    "from portal import settings as s;"
    "print(s.DATABASES['default']['HOST'], s.DATABASES['default']['USER'], s.CELERY_BROKER_URL, s.EMAIL_PORT,"
    " s.CHECKOUT_ORIGIN, s.ALLOWED_HOSTS, len(s.SEAL_CRL_FILES))"
)


def environment(var_dir: Path) -> dict[str, str]:
    return sandbox_environment(
        database_url="postgresql://portal@%2Ftmp%2Fsockets/portal",
        redis_url="unix:///tmp/sockets/valkey.sock",
        base_url="http://127.0.0.1:8000",
        stripe_api_base="http://127.0.0.1:12111",
        smtp_port=2525,
        var_dir=var_dir,
    )


@pytest.mark.slow
def test_settings_load_with_nothing_but_this_environment(tmp_path: Path) -> None:
    variables = environment(tmp_path / "var")

    loaded = subprocess.run(
        [sys.executable, "-c", PRINT_SETTINGS], cwd=ROOT, env=variables, capture_output=True, text=True, check=True
    )

    assert loaded.stdout.strip() == (
        "/tmp/sockets portal redis+socket:///tmp/sockets/valkey.sock 2525 http://127.0.0.1:12111 ['127.0.0.1', 'localhost'] 2"
    )


def test_secrets_stay_the_same_and_private(tmp_path: Path) -> None:
    first = environment(tmp_path / "var")

    second = environment(tmp_path / "var")

    assert second == first
    assert stat.S_IMODE((tmp_path / "var" / "secrets.json").stat().st_mode) == 0o600
    assert first["STRIPE_SECRET_KEY"].startswith("sk_test_")
    assert first["STRIPE_WEBHOOK_SECRET"].startswith("whsec_")


def test_two_sandboxes_share_no_secret(tmp_path: Path) -> None:
    one, other = environment(tmp_path / "one"), environment(tmp_path / "other")

    names = ("SECRET_KEY", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")
    assert {one[name] for name in names} & {other[name] for name in names} == set()


def test_every_address_uses_a_reserved_domain(tmp_path: Path) -> None:
    addresses = [value for value in environment(tmp_path / "var").values() if "@" in value and "://" not in value]

    assert len(addresses) == 4
    assert all(address.endswith(".example") for address in addresses)
