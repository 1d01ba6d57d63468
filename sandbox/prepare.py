"""Makes an empty sandbox ready to serve: tables, translations, static files, seal keys and sample data. Safe to repeat."""

import os
from io import StringIO
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from sandbox.sample_data import load_people, load_reference_data
from sandbox.static_files import collect_static_files


def main() -> None:
    """Bring database and files up to date; what is there already stays as it is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("compile_translations", stdout=StringIO())
    if not settings.DEBUG:
        collect_static_files(Path(settings.STATIC_ROOT))
    _make_or_renew_keys(Path(settings.SEAL_KEY_FILE))
    load_reference_data()
    load_people()


def _make_or_renew_keys(key: Path) -> None:
    # Revocation lists end after ninety days; a laptop may sleep for longer than that.
    options = {"renew_crl": True} if key.exists() else {}
    call_command("make_seal_keys", directory=key.parent, **options)


if __name__ == "__main__":
    main()
