"""Which optional messages a person also wants by e-mail."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from portal import audit
from portal.inbox.catalogue import MessageKind, optional_kinds
from portal.models import MessagePreference


class NotOptionalError(Exception):
    """Somebody tried to switch a message that always comes, or that does not exist; nothing was written."""


def wants_email(*, user_id: int, kind: MessageKind) -> bool:
    """Tell whether a message of `kind` goes to this person by e-mail as well."""
    if not kind.is_optional:
        return True
    chosen = MessagePreference.objects.filter(user_id=user_id, kind=kind.template).first()
    return chosen.by_email if chosen else kind.by_default


def choices_of(user_id: int) -> dict[str, bool]:
    """Return for each optional kind, by its template, whether this person gets it by e-mail."""
    chosen = dict(MessagePreference.objects.filter(user_id=user_id).values_list("kind", "by_email"))
    return {kind.template: chosen.get(kind.template, kind.by_default) for kind in optional_kinds()}


@transaction.atomic
def choose(*, user_id: int, wanted: Mapping[str, bool], at: datetime, actor: str) -> list[str]:
    """Record for each kind in `wanted` (by its template) whether the person gets it by e-mail; returns what changed.

    Nothing is written where nothing changed. Raises `NotOptionalError` for a kind that cannot be declined.
    """
    user = get_user_model()._default_manager.select_for_update(of=("self",)).get(pk=user_id)
    now = choices_of(user_id)
    if not wanted.keys() <= now.keys():
        raise NotOptionalError("Only optional messages can be switched off.")
    changed = sorted(name for name, value in wanted.items() if now[name] != value)
    MessagePreference.objects.bulk_create(
        [MessagePreference(user_id=user_id, kind=name, by_email=wanted[name], changed_at=at) for name in changed],
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["by_email", "changed_at"],
    )
    if changed:
        audit.record(
            "portal.message_preferences_changed",
            actor=actor,
            subject=user,
            at=at,
            switched_on=",".join(name for name in changed if wanted[name]),
            switched_off=",".join(name for name in changed if not wanted[name]),
        )
    return changed
