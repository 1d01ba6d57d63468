"""Messages to officials of medical schools, in the language of each, and to physicians about their credentials."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from certification.models import Credential, SchoolOfficial
from portal import inbox, mail


def write_to_school(official: SchoolOfficial, template: str, context: Mapping[str, object], *, at: datetime) -> None:
    """Put the message `template` to `official` into the outbox. The subject holds nothing about a person."""
    values = {"language": official.language, "greeted": official.name, "title": official.title, **context}
    with translation.override(official.language):
        mail.queue_email(template=template, to_email=official.email, context=values, at=at)


def tell_about_credential(credential: Credential, template: str, *, at: datetime) -> None:
    """Tell the physician what became of `credential`; the reason is in the inbox alone, never in the e-mail."""
    inbox.notify(
        user=credential.applicant.user,
        template=template,
        context={"page_url": f"{settings.BASE_URL}{reverse('credential', args=[credential.pk])}"},
        private={"reason": credential.return_reason},
        subject_object=credential,
        # The same document may be returned more than once.
        key=f"{template}:{credential.pk}:{at.isoformat()}",
        at=at,
    )
