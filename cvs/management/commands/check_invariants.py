"""`manage.py check_invariants`: asks the whole database whether what must never be false is true."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from applicants import invariants as people
from certification import invariants as certificates
from cvs import invariants as reports
from payments import invariants as money
from portal import invariants as ground_floor
from portal.uploads import invariants as uploads


class Command(BaseCommand):
    """Prints what is broken and ends with an error, or says that nothing is."""

    help = (
        "Check the invariants of the audit log, uploads, numbers, payments, requests, reports and certificates; run it "
        "nightly."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer to leave out the slow part."""
        parser.add_argument(
            "--skip-stored-bytes", action="store_true", help="Do not read stored reports and certificates."
        )

    def handle(self, *args: object, skip_stored_bytes: bool, **options: object) -> None:
        """Ask, and print."""
        broken = ground_floor.check() + uploads.check() + people.check() + money.check()
        broken += reports.check(stored=not skip_stored_bytes) + certificates.check(stored=not skip_stored_bytes)
        for line in broken:
            self.stderr.write(line)
        if broken:
            raise CommandError(f"{len(broken)} invariants are broken.")
        self.stdout.write("All invariants hold.")
