"""`manage.py compile_translations`: make the catalogs that Django reads, when an environment or an image is set up."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.translations import compile_catalogs


class Command(BaseCommand):
    """Compiles what was changed since the last time."""

    help = "Compile the catalogs of translated words below locale/."
    requires_system_checks = []

    def handle(self, **_: object) -> None:
        """Compile and say how many catalogs were written."""
        written = [path for folder in settings.LOCALE_PATHS for path in compile_catalogs(Path(folder))]
        self.stdout.write(f"{len(written)} catalogs compiled.")
