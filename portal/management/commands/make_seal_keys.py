"""`manage.py make_seal_keys`: keys of the seal for a new installation, or fresh revocation lists."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.sealing import KeysExistError, make_keys, renew_crls
from portal.sealing.keys import ROOT_KEY


class Command(BaseCommand):
    """Makes the root, issuing and report seal keys, or renews the revocation lists."""

    help = "Make the keys and certificates of the report seal, or renew their revocation lists."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --directory and --renew-crl."""
        parser.add_argument("--directory", type=Path, required=True, help="Where the key files are, or are to be.")
        parser.add_argument("--renew-crl", action="store_true", help="Only write fresh revocation lists.")

    # Django hands options over untyped.
    def handle(self, *args: Any, directory: Path, renew_crl: bool, **options: Any) -> None:
        """Make or renew. Raises CommandError when keys exist, or when there is no key to renew with."""
        if renew_crl:
            self._renew(directory)
        else:
            self._make(directory)

    def _make(self, directory: Path) -> None:
        try:
            make_keys(directory, organization=settings.ORGANIZATION["name"], at=timezone.now())
        except KeysExistError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Keys, certificates and revocation lists are in {directory}.")
        self.stdout.write(f"Move {ROOT_KEY} to a place without a network; it is needed once a year and for new keys.")

    def _renew(self, directory: Path) -> None:
        renewed = renew_crls(directory, at=timezone.now())
        if not renewed:
            raise CommandError(f"{directory} holds no key that signs revocation lists.")
        self.stdout.write(f"Renewed in {directory}: {', '.join(renewed)}.")
