"""Django's own e-mail door, led into the outbox: password resets of allauth take the same road as all other mail."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from portal.mail import store_email


def _html_of(message: EmailMessage) -> str:
    if not isinstance(message, EmailMultiAlternatives):
        return ""
    return next((str(content) for content, mimetype in message.alternatives if mimetype == "text/html"), "")


class OutboxEmailBackend(BaseEmailBackend):
    """Stores each message once per recipient; `portal.mail.deliver` sends it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Put `email_messages` into the outbox and return how many messages there were. Attachments are refused."""
        for message in email_messages:
            if message.attachments:
                raise ValueError("The outbox sends no attachments; documents go through their own dispatch.")
            at = timezone.now()
            for recipient in message.recipients():
                store_email(
                    template="django",
                    to_email=recipient,
                    subject=str(message.subject),
                    text=str(message.body),
                    html=_html_of(message),
                    at=at,
                    from_email=message.from_email,
                    # Only links for a new password come this way.
                    works_until=at + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
                )
        return len(email_messages)
