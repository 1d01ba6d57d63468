"""`manage.py verify_audit`: says whether the audit log is as it was written."""

from django.core.management.base import BaseCommand, CommandError

from portal.audit_checkpoints import CheckpointsDamagedError, kept_checkpoints
from portal.audit_verification import verify


class Command(BaseCommand):
    """Prints the first break and ends with status 1, or the counts of what was read."""

    help = "Verify the hash chain of the audit log against the events and the checkpoints kept outside the database."

    def handle(self, *args: object, **options: object) -> None:
        """Read the checkpoints first: what is sealed meanwhile must not look like a missing end."""
        try:
            verified = verify(kept_checkpoints())
        except CheckpointsDamagedError as error:
            raise CommandError(f"BROKEN: {error}") from error
        if verified.found:
            raise CommandError(f"BROKEN: {verified.found}")
        self.stdout.write(
            f"OK: {verified.links} events linked, {verified.unsealed} not linked yet, "
            f"{verified.checkpoints} checkpoints agree."
        )
        if not verified.checkpoints and verified.links:
            self.stdout.write("No checkpoint was found, so a cut at the end would not have been noticed.")
