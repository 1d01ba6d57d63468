"""`manage.py grant_rights ROLE`: what the application's database role may do, and nothing more."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal.database_rights import UnfitRoleError, grant_rights


class Command(BaseCommand):
    """Makes the role if it is missing, gives it its rights, and says which tables it can only add to."""

    help = "Give a database role the least rights that the portal works with. Run it as owner, after each migration."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the role, and the file with its password."""
        parser.add_argument("role", help="Name of the role that web, workers and scheduler connect as.")
        parser.add_argument("--password-file", type=Path, help="Set the password that stands in this file.")

    def handle(self, *args: object, role: str, password_file: Path | None, **options: object) -> None:
        """Grant, and print."""
        try:
            password = password_file.read_text().strip() if password_file else ""
            evidence = grant_rights(role, password=password)
        except OSError as error:
            raise CommandError(f"The password cannot be read: {error}") from error
        except UnfitRoleError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{role} may add to and read, and not change: {', '.join(evidence)}.")
