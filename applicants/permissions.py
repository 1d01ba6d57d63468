"""Whether the person behind an act may do it. Services ask here, so that no page can forget to."""

from applicants.models import User


class NotAllowedError(Exception):
    """The account may not do this: its role does not have the permission, or it is closed, or no account of staff."""


def staff_member(actor: str) -> User | None:
    """Return the open account of staff that `actor` (from `audit.actor_label`) names, or None."""
    kind, _, key = actor.partition(":")
    if kind != "user" or not key.isdecimal():
        return None
    return User.objects.filter(pk=int(key), is_active=True, is_staff=True).first()


def require(actor: str, permission: str) -> None:
    """Raise `NotAllowedError` unless `actor` (from `audit.actor_label`) is staff with `permission`; writes nothing."""
    person = staff_member(actor)
    if person is None or not person.has_perm(permission):
        raise NotAllowedError("Your role does not allow this. Ask somebody whose role does.")
