"""Messages to officials of medical schools, in the language of each."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import translation

from certification.models import SchoolOfficial
from portal import mail


def write_to_school(official: SchoolOfficial, template: str, context: Mapping[str, object], *, at: datetime) -> None:
    """Put the message `template` to `official` into the outbox. The subject holds nothing about a person."""
    values = {"language": official.language, "greeted": official.name, "title": official.title, **context}
    with translation.override(official.language):
        mail.queue_email(template=template, to_email=official.email, context=values, at=at)
