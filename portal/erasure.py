"""Takes a person out of the portal, as each app declared it in its `privacy.py`; what is evidence stays without the person."""

from datetime import datetime

from django.db import transaction

from portal.personal_data import AfterDeletion, Holding, registry


class NotFinishedError(Exception):
    """Something of the person must end first; `sentences` say what, and nothing was changed."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@transaction.atomic
def erase(user_id: int, *, at: datetime, actor: str) -> int:
    """Delete or empty every row of the account `user_id` that is declared so; returns how many rows.

    What refers to a row goes before it. Raises NotFinishedError while an order, a report or a check is under way.
    """
    for step in registry.before_deletion.values():
        step.act(user_id, at, actor)
    # After the steps above, which lock what could still change; when something is open, they are undone with the rest.
    sentences = registry.obstacles_for(user_id)
    if sentences:
        raise NotFinishedError(sentences)
    return sum(_erase(holding, user_id, at) for holding in reversed(registry.holdings.values()))


def _erase(holding: Holding, user_id: int, at: datetime) -> int:
    if holding.erase is not None:
        return holding.erase(user_id, at)
    if holding.after_deletion is AfterDeletion.DELETED:
        return holding.rows_of(user_id).delete()[0]
    if holding.emptied:
        return holding.rows_of(user_id).order_by().update(**holding.emptied)
    return 0
