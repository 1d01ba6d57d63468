"""Writes a message to a person: one row of the inbox, and one message of the outbox where it is wanted."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction
from django.urls import reverse

from portal import mail
from portal.inbox import preferences
from portal.inbox.catalogue import IN_INBOX, KINDS, MessageKind
from portal.models import InboxMessage

NOTHING: Mapping[str, object] = {}


@transaction.atomic
def notify(
    *,
    user: AbstractBaseUser,
    template: str,
    context: Mapping[str, object],
    at: datetime,
    subject_object: models.Model | None = None,
    private: Mapping[str, object] = NOTHING,
    key: str = "",
) -> InboxMessage:
    """Keep a message of the kind `template` in the inbox of `user`, and queue it by e-mail if the person wants that.

    `context` fills the e-mail, which tells nothing sensitive; `private` values reach the text in the inbox alone.
    `subject_object` is what the message is about. `key` names the event: the second message of one person under the same
    key is not written and not sent, and the first is returned. Without a key the kind and `subject_object` are it.
    Raises KeyError for a kind that the catalogue does not have, and ValueError for one that is not for an inbox and for
    a link that leads away from the portal.
    """
    kind = KINDS[template]
    if kind.audience not in IN_INBOX:
        raise ValueError(f"A message {template} is for {kind.audience.value} and has no place in an inbox.")
    title = mail.render_subject(template, context)
    message, is_new = InboxMessage.objects.get_or_create(
        user_id=user.pk,
        key=key or _default_key(template, subject_object, at),
        defaults={
            "kind": template,
            "title": title,
            "text": _text(template, {**context, **private}),
            "link": _own_path(kind, context),
            "link_label": kind.link_label,
            "subject_type": subject_object._meta.label_lower if subject_object else "",
            "subject_id": str(subject_object.pk) if subject_object else "",
            "created_at": at,
        },
    )
    if is_new:
        _send(message, kind, user, context, at=at)
    return message


def _default_key(template: str, subject_object: models.Model | None, at: datetime) -> str:
    if subject_object is None:
        return f"{template}:{at.isoformat()}"
    return f"{template}:{subject_object._meta.label_lower}:{subject_object.pk}"


def _text(template: str, context: Mapping[str, object]) -> str:
    """Render what the inbox keeps: its own fuller text, or the body and the facts of the e-mail."""
    names = [f"portal/inbox/messages/{template}.txt", f"emails/{template}/body.txt"]
    return mail.render(names, {**mail.common_context(), **context, "for_inbox": True}).strip()


def _own_path(kind: MessageKind, context: Mapping[str, object]) -> str:
    address = str(context.get(kind.link, "")) if kind.link else ""
    if not address:
        return ""
    if not address.startswith(f"{settings.BASE_URL}/"):
        raise ValueError(f"The link of a message {kind.template} does not lead to the portal.")
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _send(
    message: InboxMessage, kind: MessageKind, user: AbstractBaseUser, context: Mapping[str, object], *, at: datetime
) -> None:
    address = str(getattr(user, user.get_email_field_name(), ""))
    if not address or not preferences.wants_email(user_id=user.pk, kind=kind):
        return
    links = {"preferences_url": settings.BASE_URL + reverse("message_preferences")}
    mail.queue_email(template=kind.template, to_email=address, context={**links, **context}, at=at)
    message.emailed = True
    message.save(update_fields=["emailed"])
