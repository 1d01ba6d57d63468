"""The environment in which the portal runs on a laptop, in tests and in the demo."""

import base64
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from sandbox.servers.places import make_private_directory

# A web process must run without these: only workers of the queue `render` may read the seal key.
SEAL_VARIABLES = ("SEAL_KEY_PATH", "SEAL_CHAIN_PATH", "SEAL_CRL_PATHS")


def _encryption_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


# Letters and digits only after the prefix of Stripe's, as in the real ones: the double refuses anything else.
_SECRETS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_hex(32),
    "FIELD_ENCRYPTION_KEYS": _encryption_key,
    "BLIND_INDEX_KEYS": _encryption_key,
    "STRIPE_SECRET_KEY": lambda: f"sk_test_{secrets.token_hex(32)}",
    "STRIPE_WEBHOOK_SECRET": lambda: f"whsec_{secrets.token_hex(32)}",
}


def sandbox_environment(
    *, database_url: str, redis_url: str, base_url: str, stripe_api_base: str, smtp_port: int, var_dir: Path
) -> dict[str, str]:
    """Every variable that `portal.settings` needs, with addresses of the stand-ins.

    `stripe_api_base` is the Stripe double's address and `smtp_port` the mailbox's on 127.0.0.1. Reports, static files
    and keys live below `var_dir`; its secrets are made once and kept in a file only the current user can read.
    Makes the directories named. Raises `UnsafeDirectoryError` when `var_dir` belongs to, or can be written by, others.
    """
    var_dir = var_dir.resolve()
    var_dir.parent.mkdir(parents=True, exist_ok=True)
    make_private_directory(var_dir, mode=0o711)
    return {
        "DEMO": "true",
        "BASE_URL": base_url,
        "UPLOADS_ORIGIN": uploads_origin(base_url),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "STRIPE_API_BASE": stripe_api_base,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(smtp_port),
        "SMTP_SECURITY": "none",
        **_kept_secrets(var_dir / "secrets.json"),
        **_directories(var_dir),
        **_organization(),
    }


def uploads_origin(base_url: str) -> str:
    """Return where page images are shown: the same server under the other name of this machine, another host to browsers."""
    address = urlsplit(base_url)
    other = "127.0.0.1" if address.hostname == "localhost" else "localhost"
    return f"{address.scheme}://{other}:{address.port}" if address.port else f"{address.scheme}://{other}"


def _kept_secrets(path: Path) -> dict[str, str]:
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    # A sandbox made before a secret existed gets it now.
    missing = {name: make() for name, make in _SECRETS.items() if name not in kept}
    if missing:
        path.touch(mode=0o600)
        path.write_text(json.dumps(kept | missing))
    return kept | missing


def _directories(var_dir: Path) -> dict[str, str]:
    keys, reports, certificates, uploads, imports, exports, audit, static = (
        make_private_directory(var_dir / name, mode=mode)
        for name, mode in (
            ("keys", 0o700),
            ("reports", 0o700),
            ("certificates", 0o700),
            ("uploads", 0o700),
            ("imports", 0o700),
            ("exports", 0o700),
            ("audit", 0o700),
            ("static", 0o755),
        )
    )
    return {
        "REPORTS_DIR": str(reports),
        "CERTIFICATES_DIR": str(certificates),
        "UPLOADS_DIR": str(uploads),
        "IMPORTS_DIR": str(imports),
        "EXPORTS_DIR": str(exports),
        "AUDIT_CHECKPOINT_DIR": str(audit),
        "STATIC_ROOT": str(static),
        "BEAT_SCHEDULE_FILE": str(var_dir / "beat-schedule"),
        "SEAL_KEY_PATH": str(keys / "seal-key.pem"),
        "SEAL_CHAIN_PATH": str(keys / "seal-chain.pem"),
        "SEAL_CRL_PATHS": f"{keys / 'root.crl'},{keys / 'issuing.crl'}",
    }


def _organization() -> dict[str, str]:
    return {
        "DEFAULT_FROM_EMAIL": "portal@commission.example",
        "REPORTS_FROM_EMAIL": "reports@commission.example",
        "STAFF_ALERT_EMAIL": "alerts@commission.example",
        "ORGANIZATION_NAME": "Example Certification Commission",
        "ORGANIZATION_ADDRESS": "100 Example Street, Philadelphia, PA 19100, United States",
        "ORGANIZATION_EMAIL": "help@commission.example",
        "ORGANIZATION_PHONE": "+1 215 555 0100",
        "REPORT_SIGNATORY": "Jordan Example",
        "REPORT_SIGNATORY_TITLE": "Director of Verification",
    }
