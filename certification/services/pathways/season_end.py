"""The end of a season: warnings before it, and at midnight in Philadelphia the close of what is not complete (R-PW-CLOSE)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from applicants.purchases import till
from certification.emails import tell_about_pathway
from certification.models import PathwayApplication
from certification.rules.words import day_in_words
from certification.services.pathways import progress, records, seasons
from certification.services.pathways.seasons import Season, UnknownSeasonError
from certification.states import INCOMPLETE_PATHWAY_STATES, PathwayState

WARNINGS = (1, 7, 30)
MOST_AT_ONCE = 1000


def sweep(*, at: datetime) -> int:
    """Warn, take up what has arrived meanwhile, and close what is too late; returns how many applications changed."""
    return sum(_sweep_season(season, at=at) for season in _seasons_with_open())


def _seasons_with_open() -> Iterator[Season]:
    rows = PathwayApplication.objects.filter(state__in=INCOMPLETE_PATHWAY_STATES).order_by("season")
    for number in rows.values_list("season", flat=True).distinct():
        try:
            yield seasons.season_of(number)
        except UnknownSeasonError:
            continue


def _sweep_season(season: Season, *, at: datetime) -> int:
    # What arrived in time is taken up before the season is closed.
    changed = sum(_advance(key, season, at=at) for key in _keys(season, PathwayState.AWAITING_THIRD_PARTY))
    if at >= season.ends_at:
        return changed + sum(_close(key, season, at=at) for key in _keys(season, *INCOMPLETE_PATHWAY_STATES))
    return changed + _warn(season, at=at)


def _keys(season: Season, *states: PathwayState) -> list[int]:
    rows = PathwayApplication.objects.filter(season=season.number, state__in=states).order_by("changed_at")
    return list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE])


@transaction.atomic
def _advance(key: int, season: Season, *, at: datetime) -> int:
    complete_at = min(at, season.ends_at - timedelta(seconds=1))
    return int(progress.advance(records.lock(key), at=at, complete_at=complete_at))


@transaction.atomic
def _close(key: int, season: Season, *, at: datetime) -> int:
    application = records.lock(key)
    # Complete once means in time, also when staff ask somebody once more afterwards; but not when the fee came back.
    if application.state not in INCOMPLETE_PATHWAY_STATES or (application.complete_at and application.paid_at):
        return 0
    records.move(application, PathwayState.CLOSED_WITH_SEASON, at=at, actor=progress.ACTOR)
    application.decided_at, application.decided_by = at, progress.ACTOR
    application.save()
    if application.paid_at and application.order_line is not None:
        till().earn(line_id=application.order_line, at=at, actor=progress.ACTOR)
    tell_about_pathway(application, "pathway_closed", at=at, season=season.number, paid=application.paid_at is not None)
    return 1


def _warn(season: Season, *, at: datetime) -> int:
    left = season.days_left(at)
    due = next((days for days in WARNINGS if left <= days), None)
    if due is None:
        return 0
    mark = f"{season.row.closes_on}:{due}"
    rows = PathwayApplication.objects.filter(season=season.number, state__in=INCOMPLETE_PATHWAY_STATES)
    keys = list(rows.exclude(warned=mark).values_list("pk", flat=True)[:MOST_AT_ONCE])
    return sum(_warn_one(key, season, mark, at=at) for key in keys)


@transaction.atomic
def _warn_one(key: int, season: Season, mark: str, *, at: datetime) -> int:
    application = records.lock(key)
    if application.state not in INCOMPLETE_PATHWAY_STATES or application.complete_at or application.warned == mark:
        return 0
    application.warned = mark
    application.save(update_fields=["warned"])
    tell_about_pathway(
        application,
        "pathway_deadline",
        at=at,
        key=f"pathway_deadline:{key}:{mark}",
        days=season.days_left(at),
        last_day=day_in_words(season.row.closes_on),
        season=season.number,
    )
    return 1
