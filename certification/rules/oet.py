"""OET Medicine: all four minimum scores of the season in one administration (R-OET)."""

from collections.abc import Sequence
from datetime import date

from certification.rules.facts import OetSitting
from certification.rules.tables import OetMinimum
from certification.rules.trace import Finding, Turn, manual_review, met, not_met, pending
from certification.rules.words import day_in_words, listed

OET_MEDICINE = "OET Medicine"
SUBTESTS = ("listening", "reading", "speaking", "writing")


def judge_oet(sittings: Sequence[OetSitting], minima: Sequence[OetMinimum], season: int, as_of: date) -> Finding:
    """Answer R-OET for one season: no combining of administrations, and everybody needs it, native speakers included."""
    if not minima:
        return manual_review(
            f"The minimum scores for season {season} are not known yet. We will tell you.", season=season
        )
    known = [sitting for sitting in sittings if sitting.known_on <= as_of]
    earliest = min(row.taken_from for row in minima)
    if not known:
        return not_met(
            f"Take OET Medicine on or after {day_in_words(earliest)}. Everyone needs it.", oet_sittings="none"
        )
    enough = [sitting for sitting in known if not shortfalls(sitting, minima)]
    counted = next((sitting for sitting in enough if sitting.released_by_owner), None)
    if counted is not None:
        reason = f"OET Medicine of {day_in_words(counted.taken_on)} meets all four minimum scores for season {season}."
        return met(reason).using(_scores(counted)).shown(OET_MEDICINE, counted.taken_on)
    if enough:
        reason = "We need your OET scores from the owner of the test. Ask them to release your scores to us."
        return pending(reason, Turn.APPLICANT).using(_scores(enough[0]))
    return _short(known, minima, season, earliest)


def _short(known: Sequence[OetSitting], minima: Sequence[OetMinimum], season: int, earliest: date) -> Finding:
    in_time = [sitting for sitting in known if any(row.concerns(sitting.taken_on) for row in minima)]
    if not in_time:
        reason = f"Your OET Medicine is too old for season {season}. It must be from {day_in_words(earliest)} or later."
        return not_met(reason).using(_scores(max(known, key=lambda sitting: sitting.taken_on)))
    best = min(in_time, key=lambda sitting: len(shortfalls(sitting, minima)))
    short = listed(shortfalls(best, minima))
    more = "" if len(in_time) == 1 else " Scores of different administrations are not combined."
    reason = (
        f"No single OET administration meets all four minimum scores. On {day_in_words(best.taken_on)}: {short}.{more}"
    )
    return not_met(reason).using(_scores(best))


def shortfalls(sitting: OetSitting, minima: Sequence[OetMinimum]) -> list[str]:
    """Return in words which scores are below the minimum of that test day; a day that no row concerns falls short."""
    row = next((row for row in minima if row.concerns(sitting.taken_on)), None)
    if row is None:
        return ["taken too early"]
    return [
        f"{name} {getattr(sitting, name)} is below {getattr(row, name)}"
        for name in SUBTESTS
        if getattr(sitting, name) < getattr(row, name)
    ]


def _scores(sitting: OetSitting) -> dict[str, object]:
    scores = " ".join(f"{name[0].upper()}{getattr(sitting, name)}" for name in SUBTESTS)
    return {"oet_sittings": f"{sitting.taken_on} {scores}"}
