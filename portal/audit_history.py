"""Pages of the audit log: all about one object, who read a person's record, and what changed on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from portal.audit import READING, actor_label, role_label
from portal.audit_words import PARTS, THE_PORTAL, TOLD_TO_THE_PERSON, act_in_words, facts_in_words
from portal.models import AuditEvent
from portal.personal_data import registry

PAGE_SIZE = 25
_PERSON = "user:"


@dataclass(frozen=True)
class Line:
    """One event as it is read: when, by whom, what, why, and what else is known."""

    at: datetime
    who: str
    what: str
    why: str
    details: str


@dataclass(frozen=True)
class HistoryPage:
    """Some events, newest first; `older` is where the next page starts, None on the last."""

    lines: tuple[Line, ...]
    older: int | None


def start_of(text: str) -> int | None:
    """Return where a page starts from what stands in its address, None for the newest page or anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def history_of(subject: models.Model, *, before: int | None) -> HistoryPage:
    """Return what happened to `subject`, for staff: with the name of whoever did it (two queries)."""
    events = AuditEvent.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
    chosen, older = _page(events, before)
    people = _people(event.actor for event in chosen)
    lines = (
        Line(
            event.at,
            _name(event.actor, people),
            act_in_words(event.event),
            event.reason,
            facts_in_words(event.facts),
        )
        for event in chosen
    )
    return HistoryPage(tuple(lines), older)


def told_to_the_person(
    events: models.QuerySet[AuditEvent], *, begins: tuple[str, ...] = ("",)
) -> models.QuerySet[AuditEvent]:
    """Return those of `events` that pages tell the person concerned, and whose names begin with one of `begins`."""
    found = events.filter(event__in=[event for event in TOLD_TO_THE_PERSON if event.startswith(begins)])
    for held_back in registry.held_back.values():
        found = found.exclude(held_back.events) if held_back.on_pages else found
    return found


def readings_of(person: int, *, before: int | None) -> HistoryPage:
    """Return who opened the record of `person` and why, for that person: a role, never a name (one query)."""
    chosen, older = _page(AuditEvent.objects.filter(person=person, event=READING), before)
    lines = (
        Line(event.at, _capital(str(event.facts.get("role", "staff"))), act_in_words(event.event), event.reason, "")
        for event in chosen
    )
    return HistoryPage(tuple(lines), older)


def changes_of(person: int, *, own: AbstractBaseUser, before: int | None) -> HistoryPage:
    """Return what changed on the record of `person`, for that person, who signs in as `own` (two queries).

    Reasons are left out: they are written by staff for staff.
    """
    chosen, older = _page(told_to_the_person(AuditEvent.objects.filter(person=person)), before)
    people = _people(event.actor for event in chosen)
    lines = (
        Line(
            event.at,
            "You" if event.actor == actor_label(own) else _role(event.actor, people),
            act_in_words(event.event),
            "",
            str(event.facts.get("changed", "")).replace(",", ", ").replace("_", " "),
        )
        for event in chosen
    )
    return HistoryPage(tuple(lines), older)


def _page(events: models.QuerySet[AuditEvent], before: int | None) -> tuple[list[AuditEvent], int | None]:
    rows = events.filter(pk__lt=before) if before is not None else events
    found = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None


def _key(actor: str) -> int | None:
    digits = actor.removeprefix(_PERSON)
    return int(digits) if actor.startswith(_PERSON) and digits.isdigit() else None


def names_of(actors: Iterable[str]) -> Mapping[str, str]:
    """Return how staff read each of `actors`, as on the page of a history (one query)."""
    asked = set(actors)
    people = _people(asked)
    return {actor: _name(actor, people) for actor in asked}


def _people(actors: Iterable[str]) -> Mapping[int, AbstractBaseUser]:
    keys = {key for actor in actors if (key := _key(actor)) is not None}
    return get_user_model()._default_manager.in_bulk(keys)


def _name(actor: str, people: Mapping[int, AbstractBaseUser]) -> str:
    """Return how staff read an actor: a colleague by address, a physician as such, a part of the portal by its name."""
    key = _key(actor)
    user = people.get(key) if key is not None else None
    if user is None:
        return actor
    return user.get_username() if getattr(user, "is_staff", False) else "the account’s owner"


def _role(actor: str, people: Mapping[int, AbstractBaseUser]) -> str:
    key = _key(actor)
    if key is None:
        return PARTS.get(actor, THE_PORTAL)
    user = people.get(key)
    return _capital(role_label(user)) if user is not None else "Staff"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
