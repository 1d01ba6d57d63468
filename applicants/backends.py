"""How an account is read for each request."""

from functools import cache

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Model, QuerySet

from applicants.models import User
from applicants.roles import permissions_of
from portal.inbox.reading import unread_messages


@cache
def _accounts() -> QuerySet[User]:
    """Return the question for all accounts, put together once a process: for each request it took longer than the answer."""
    return User.objects.select_related("applicant").annotate(unread_messages=unread_messages())


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """allauth's way to sign in; the person behind an account comes with it, in the same query."""

    def get_user(self, user_id: int) -> User | None:
        """Return the account with its applicant and its number of unread messages, or None when it is closed or gone."""
        # As a list: sorting it, as `first` would, costs more than reading it.
        found = list(_accounts().filter(pk=user_id))
        return found[0] if found and self.user_can_authenticate(found[0]) else None

    def get_all_permissions(self, user_obj: User, obj: Model | None = None) -> set[str]:
        """Return what the role of an open account of staff allows; rows of permissions and groups count for nothing."""
        return set(permissions_of(user_obj.role)) if user_obj.is_active and user_obj.is_staff else set()

    get_user_permissions = get_all_permissions

    def get_group_permissions(self, user_obj: User, obj: Model | None = None) -> set[str]:
        """Return nothing: there are roles, not groups."""
        return set()

    def has_perm(self, user_obj: User, perm: str, obj: Model | None = None) -> bool:
        """Tell whether the account's role allows `perm`, whatever the object."""
        return perm in self.get_all_permissions(user_obj)
