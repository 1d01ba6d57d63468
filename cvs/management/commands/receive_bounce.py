"""`manage.py receive_bounce < MESSAGE`: the mail server pipes bounces of reports into this."""

import sys
from email import message_from_binary_file, policy

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cvs.services.bounces import NotABounceError, read_notification, record_bounce
from portal.states import IllegalMoveError


class Command(BaseCommand):
    """Reads one delivery status notification (RFC 3464) from standard input."""

    help = "Record that a report came back, from the notification on standard input."

    def handle(self, *args: object, **options: object) -> None:
        """Read, match, record. Ends with an error for a message that is no such notification; nothing is written then."""
        message = message_from_binary_file(sys.stdin.buffer, policy=policy.default)
        try:
            message_id, detail = read_notification(message)
            job = record_bounce(message_id=message_id, detail=detail, at=timezone.now())
        except (NotABounceError, IllegalMoveError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Recorded for dispatch job {job.pk}.")
