"""Collects static files under hashed names, and only when one has changed: compressing them takes half a minute."""

import fcntl
import hashlib
import os
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

_STAMP = "collected-from.txt"


def collect_static_files(target: Path) -> None:
    """Bring `target`, the STATIC_ROOT of the settings, up to date. Two callers at once take turns."""
    target.mkdir(parents=True, exist_ok=True)
    stamp = target / _STAMP
    with (target / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fingerprint = _fingerprint()
        if not stamp.exists() or stamp.read_text() != fingerprint:
            call_command("collectstatic", interactive=False, verbosity=0)
            stamp.write_text(fingerprint)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    collect_static_files(Path(settings.STATIC_ROOT))
