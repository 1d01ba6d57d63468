"""How long things are kept: one table, printed on the privacy page and carried out by one job, so that it is true.

Each app declares its rules in its `privacy.py`. A rule with `due` is carried out here, in batches; a rule with `done_by`
by the scheduled job it names; a rule without a period says what is kept for good, and why.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import models, transaction

from portal import audit
from portal.locks import advisory_lock
from portal.models import Heartbeat

logger = structlog.get_logger(__name__)
BATCH = 1000
# Shorter than a task may take, so that a run is never cut off inside a batch.
BUDGET_SECONDS = 60.0

Rows = models.QuerySet[models.Model]


@dataclass(frozen=True)
class Rule:
    """How long one kind of thing is kept.

    `covers` are labels of models, `period` counts from `since` (in words); None keeps for good. `due` returns the rows that are over
    when their time began before a moment. `purge` ends one batch of them where deleting is not enough: it gets that
    moment and the most rows, and returns how many it ended.
    """

    key: str
    what: str
    covers: tuple[str, ...]
    since: str
    why: str
    period: timedelta | None = None
    ends_with: str = "Deleted"
    due: Callable[[datetime], Rows] | None = None
    purge: Callable[[datetime, int], int] | None = None
    done_by: str = ""

    @property
    def kept(self) -> str:
        """Return the period in words."""
        if self.period is None:
            return "For good"
        days = self.period.days
        return f"{days} {'day' if days == 1 else 'days'}" if days else f"{self.period.seconds // 3600} hours"

    def due_at(self, at: datetime) -> int:
        """Return how many rows are over at `at`; nothing is changed."""
        return self.due(at - self.period).count() if self.due is not None and self.period is not None else 0


class RuleTwiceError(ValueError):
    """Two rules have the same key."""


class Table:
    """The rules of all apps."""

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}

    def add(self, *rules: Rule) -> None:
        """Take the rules of an app. Raises RuleTwiceError."""
        for rule in rules:
            if rule.key in self.rules:
                raise RuleTwiceError(rule.key)
            self.rules[rule.key] = rule

    @property
    def carried_out_here(self) -> list[Rule]:
        """Return the rules whose rows this module ends."""
        return [rule for rule in self.rules.values() if rule.due is not None]


table = Table()


def purge(rules: list[Rule], *, at: datetime, budget_seconds: float = BUDGET_SECONDS) -> Mapping[str, int]:
    """End what is over at `at` and return how many rows by key of the rule.

    One runner at a time for each rule. A rule that fails is logged, and the others go on; what is left when the time is
    over waits for the next run. The audit log gets counts, never whose rows they were.
    """
    until = time.monotonic() + budget_seconds
    return {rule.key: _purge_one(rule, at=at, until=until) for rule in rules}


def _purge_one(rule: Rule, *, at: datetime, until: float) -> int:
    done = 0
    with advisory_lock(f"portal.retention.{rule.key}") as free:
        while free and time.monotonic() < until:
            try:
                ended = _batch(rule, at=at)
            except Exception as error:  # noqa: BLE001 (one rule must not stop the others)
                logger.error("purge_failed", rule=rule.key, error=type(error).__name__)  # noqa: TRY400 (rows in traces)
                break
            done += ended
            if ended < BATCH:
                break
    return done


@transaction.atomic
def _batch(rule: Rule, *, at: datetime) -> int:
    """End at most a batch of rows and say so in the audit log, both or neither."""
    if rule.due is None or rule.period is None:
        return 0
    before = at - rule.period
    ended = rule.purge(before, BATCH) if rule.purge is not None else _delete(rule.due(before))
    if ended:
        beat, _ = Heartbeat.objects.update_or_create(name=f"retention {rule.key}"[:80], defaults={"at": at})
        audit.record("portal.purged", actor="retention", subject=beat, at=at, rule=rule.key, rows=ended)
    return ended


def _delete(rows: Rows) -> int:
    keys = list(rows.values_list("pk", flat=True)[:BATCH])
    rows.model._default_manager.filter(pk__in=keys).delete()
    return len(keys)
