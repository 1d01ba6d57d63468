"""What a person does with their inbox. Whether a message was read or put away is theirs alone, so it is not audited."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from portal.models import InboxMessage, InboxMessageQuerySet

PAGE_LENGTH = 20
# More is said as "99+".
MOST_COUNTED = 100


class Mark(Enum):
    """What can be done with a message."""

    READ = "read"
    UNREAD = "unread"
    ARCHIVE = "archive"
    RESTORE = "restore"


@dataclass(frozen=True)
class InboxPage:
    """One page of an inbox, newest first; `older` is where the next one begins, None on the last."""

    messages: list[InboxMessage]
    older: int | None


def messages_of(user_id: int) -> InboxMessageQuerySet:
    """Return all messages of one person."""
    return InboxMessage.objects.filter(user_id=user_id)


def page(user_id: int, *, archived: bool, before: int | None = None) -> InboxPage:
    """Return the messages of a person, newest first, older than the message numbered `before`."""
    rows = messages_of(user_id).filter(archived_at__isnull=not archived).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: PAGE_LENGTH + 1])
    older = found[PAGE_LENGTH - 1].pk if len(found) > PAGE_LENGTH else None
    return InboxPage(found[:PAGE_LENGTH], older)


def count_unread(user_id: int) -> int:
    """Return how many messages in the inbox were not opened yet, at most `MOST_COUNTED`."""
    return messages_of(user_id).unread()[:MOST_COUNTED].count()


def unread_messages() -> Coalesce:
    """Return the same number as an annotation of accounts, so that the header of every page costs no query of its own."""
    own = InboxMessage.objects.unread().filter(user_id=OuterRef("pk")).order_by().values("user_id")
    return Coalesce(Subquery(own.annotate(count=Count("*")).values("count")), 0)


def mark(message: InboxMessage, act: Mark, *, at: datetime) -> None:
    """Do `act` with `message`; what is so already keeps its time."""
    if act is Mark.READ:
        _set_once(message, "read_at", at)
    elif act is Mark.ARCHIVE:
        _set_once(message, "archived_at", at)
    elif act is Mark.UNREAD:
        message.read_at = None
        message.save(update_fields=["read_at"])
    else:
        message.archived_at = None
        message.save(update_fields=["archived_at"])


def _set_once(message: InboxMessage, field: str, at: datetime) -> None:
    if getattr(message, field) is None:
        setattr(message, field, at)
        message.save(update_fields=[field])
