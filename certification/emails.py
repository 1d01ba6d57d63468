"""Messages to officials of medical schools, in the language of each; to physicians and evaluators about their matters."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from certification.models import Credential, Evaluator, PathwayApplication, SchoolOfficial
from portal import inbox, mail
from portal.eastern import eastern_date


def write_to_school(
    official: SchoolOfficial,
    template: str,
    context: Mapping[str, object],
    *,
    at: datetime,
    works_until: datetime | None = None,
) -> None:
    """Put the message `template` to `official` into the outbox. The subject holds nothing about a person.

    `works_until` is when a link in it stops working.
    """
    values = {"language": official.language, "greeted": official.name, "title": official.title, **context}
    with translation.override(official.language):
        mail.queue_email(template=template, to_email=official.email, context=values, at=at, works_until=works_until)


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


def tell_about_pathway(
    application: PathwayApplication, template: str, *, at: datetime, key: str = "", reason: str = "", **context: object
) -> None:
    """Tell the person news of their application, in the caller's transaction; `reason` is in the inbox alone."""
    inbox.notify(
        user=application.applicant.user,
        template=template,
        context={"page_url": settings.BASE_URL + reverse("pathway", args=[application.pk]), **context},
        private={"reason": reason},
        subject_object=application,
        key=key or f"{template}:{application.pk}:{at.isoformat()}",
        at=at,
    )


def write_to_evaluator(
    evaluator: Evaluator, template: str, secret: str, *, last_minute: datetime, at: datetime
) -> None:
    """Put a message with the evaluator's link into the outbox. The subject names nobody."""
    context = {
        "greeted": evaluator.name,
        "applicant": evaluator.application.applicant.full_name,
        "link": settings.BASE_URL + reverse("evaluate", args=[secret]),
        "last_day": _day(last_minute),
    }
    mail.queue_email(template=template, to_email=evaluator.email, context=context, at=at, works_until=last_minute)


def _day(moment: datetime) -> str:
    """Return the day in Philadelphia, such as `June 4, 2026`."""
    on = eastern_date(moment)
    return f"{on:%B} {on.day}, {on.year}"
