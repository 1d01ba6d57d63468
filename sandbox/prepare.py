"""Makes an empty sandbox ready to serve: tables, static files, seal keys and sample data. Safe to repeat."""

import hashlib
import os
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from sandbox.sample_data import load_people, load_reference_data


def main() -> None:
    """Bring database and files up to date; what is there already stays as it is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    if not settings.DEBUG:
        _collect_static_files(Path(settings.STATIC_ROOT) / "collected-from.txt")
    _make_or_renew_keys(Path(settings.SEAL_KEY_FILE))
    load_reference_data()
    load_people()


def _collect_static_files(stamp: Path) -> None:
    # Compressing them all takes longer than everything else together, and they seldom change.
    fingerprint = _static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(fingerprint)


def _static_fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _make_or_renew_keys(key: Path) -> None:
    # Revocation lists end after ninety days; a laptop may sleep for longer than that.
    options = {"renew_crl": True} if key.exists() else {}
    call_command("make_seal_keys", directory=key.parent, **options)


if __name__ == "__main__":
    main()
