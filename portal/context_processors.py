"""What every page may print."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.inbox.reading import count_unread


def organization(request: HttpRequest) -> Mapping[str, object]:
    """The organization that runs the portal: `name`, `address`, `email`, `phone`, `hours`."""
    return {"organization": settings.ORGANIZATION}


def inbox(request: HttpRequest) -> Mapping[str, object]:
    """How many messages the signed-in person has not opened; it comes with the account, where the account was just read."""
    user = getattr(request, "user", None)
    if user is None:
        return {"unread_messages": 0}
    return {"unread_messages": SimpleLazyObject(lambda: _unread(user))}


def _unread(user: AbstractBaseUser | AnonymousUser) -> int:
    if not user.is_authenticated:
        return 0
    known: int | None = getattr(user, "unread_messages", None)
    return count_unread(user.pk) if known is None else known
