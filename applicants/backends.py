"""How an account is read for each request."""

from allauth.account.auth_backends import AuthenticationBackend

from applicants.models import User
from portal.inbox.reading import unread_messages


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """allauth's way to sign in; the person behind an account comes with it, in the same query."""

    def get_user(self, user_id: int) -> User | None:
        """Return the account with its applicant and its number of unread messages, or None when it is closed or gone."""
        accounts = User.objects.select_related("applicant").annotate(unread_messages=unread_messages())
        user = accounts.filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
