"""`manage.py receive_bounce < MESSAGE`: the mail server pipes into this what comes back."""

import sys
from datetime import datetime
from email import message_from_binary_file, policy

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cvs.services.bounces import record_bounce
from portal import undelivered
from portal.newsletter import bounces
from portal.returned_mail import NotABounceError, Notification, read_notification
from portal.states import IllegalMoveError


class Command(BaseCommand):
    """Reads one delivery status notification (RFC 3464) or complaint (RFC 5965) from standard input."""

    help = "Record that a report, a newsletter or another message came back, from the notification on standard input."

    def handle(self, *args: object, **options: object) -> None:
        """Read, match, record. Ends with an error for a message that is no such notification; nothing is written then."""
        message = message_from_binary_file(sys.stdin.buffer, policy=policy.default)
        try:
            done = self._record(read_notification(message), at=timezone.now())
        except (NotABounceError, IllegalMoveError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Recorded for {done}.")

    def _record(self, notification: Notification, *, at: datetime) -> str:
        delivery = bounces.record_notification(notification, at=at)
        if delivery is not None:
            return f"newsletter delivery {delivery.pk}"
        if notification.is_complaint:
            raise NotABounceError("No newsletter was sent under this Message-ID.")
        try:
            email = undelivered.record_bounce(message_id=notification.message_id, detail=notification.detail, at=at)
        except undelivered.UnknownMessageError:
            job = record_bounce(message_id=notification.message_id, detail=notification.detail, at=at)
            return f"dispatch job {job.pk}"
        return f"message {email.pk}"
