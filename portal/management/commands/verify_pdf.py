"""`manage.py verify_pdf FILE`: says whether a PDF carries our seal and is unchanged."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.sealing.check import SealCheck, check_seal, load_roots


class Command(BaseCommand):
    """Prints what the seal of a PDF says and fails when the file is not genuine."""

    help = "Check the seal of a PDF against the root certificate of this installation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the file and --root."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--root", type=Path, help="PEM file with the trusted root; default: the seal's own chain.")

    # Django hands options over untyped.
    def handle(self, *args: Any, file: Path, root: Path | None, **options: Any) -> None:
        """Print the check. Raises CommandError when a file cannot be read or the report is not genuine."""
        try:
            check = check_seal(file.read_bytes(), load_roots(root or Path(settings.SEAL_CHAIN_FILE)))
        except OSError as error:
            raise CommandError(str(error)) from error
        for line in _lines(check):
            self.stdout.write(line)
        if not check.genuine:
            raise CommandError("NOT genuine: do not rely on this file.")
        self.stdout.write("Genuine.")


def _lines(check: SealCheck) -> list[str]:
    answers = {
        "Bytes unchanged": check.intact,
        "Sealed with a trusted key": check.trusted,
        "Seal covers the whole document": check.covers_whole_document,
        "Certified, no changes allowed": check.certified_no_changes,
    }
    lines = [f"{question}: {'yes' if answer else 'NO'}" for question, answer in answers.items()]
    signed_at = check.signed_at.isoformat() if check.signed_at else "not known"
    return [*lines, f"Sealed by: {check.signer or 'not known'}", f"Sealed at: {signed_at}"]
