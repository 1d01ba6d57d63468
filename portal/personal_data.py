"""What the portal holds of a person, model by model: what the own-data export prints, and what a deletion leaves.

Each app declares its models in its `privacy.py`, which `portal.apps` imports at start. A test walks every model that
leads to an account and fails for one that is declared nowhere, so that nothing is forgotten by silence.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TypeVar

from django.apps import apps
from django.db import models

Rows = models.QuerySet[models.Model]
Declared = TypeVar("Declared")


class AfterDeletion(Enum):
    """What becomes of the rows of a person who asked for deletion."""

    DELETED = "Deleted"
    EMPTIED = "Kept without your data"
    KEPT = "Kept"


@dataclass(frozen=True)
class Topic:
    """One JSON file of the export: `name`.json. `version` grows when a field changes its meaning or goes away."""

    name: str
    title: str
    version: int = 1


@dataclass(frozen=True)
class Holding:
    """Rows of one model that are about a person.

    `model` is a label such as payments.Order. `owner` is the look-up from a row to the account, such as
    `applicant__user`; where there is none, `find` returns the rows of the account with this primary key. `left_out` maps
    fields that are not exported to the reason, `told_as` those of which a value is told as another one, because the person
    is not told yet what it says, `told_from` those that are told from another field where that one is filled. `emptied` maps fields to what they hold after a deletion that keeps the
    row, `kept_because` says why a row stays. `erase` does what neither deleting nor overwriting can; it gets the
    account's primary key and the time, and returns how many rows it dealt with.
    """

    model: str
    topic: str
    what: str
    owner: str = ""
    find: Callable[[int], Rows] | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    told_as: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    told_from: Mapping[str, str] = field(default_factory=dict)
    after_deletion: AfterDeletion = AfterDeletion.DELETED
    emptied: Mapping[str, object] = field(default_factory=dict)
    kept_because: str = ""
    erase: Callable[[int, datetime], int] | None = None

    @property
    def model_class(self) -> type[models.Model]:
        """Return the model."""
        return apps.get_model(self.model)

    def rows_of(self, user_id: int) -> Rows:
        """Return the rows about the account `user_id`, oldest first."""
        if self.find is not None:
            return self.find(user_id).order_by("pk")
        return self.model_class._default_manager.filter(**{self.owner: user_id}).order_by("pk")

    def exported_fields(self) -> list["models.Field[object, object]"]:
        """Return the columns that the export prints."""
        return [column for column in self.model_class._meta.concrete_fields if column.name not in self.left_out]


@dataclass(frozen=True)
class Exclusion:
    """A model that leads to an account and is not exported; `reason` is printed in the export."""

    model: str
    reason: str


@dataclass(frozen=True)
class FileSource:
    """Files that belong into the export. `files` yields (name within the folder, bytes) for an account."""

    folder: str
    what: str
    files: Callable[[int], Iterator[tuple[str, bytes]]]


@dataclass(frozen=True)
class Obstacle:
    """Something that must end before a person can be deleted; `sentences` says what is open, or nothing."""

    name: str
    sentences: Callable[[int], list[str]]


@dataclass(frozen=True)
class BeforeDeletion:
    """What an app ends before a person's rows are deleted, such as a basket. `act` gets the account, the time, the actor."""

    name: str
    act: Callable[[int, datetime, str], None]


@dataclass(frozen=True)
class HeldBack:
    """Events of the audit log that no copy tells, because the person is not told yet what they are about.

    `on_pages`: the pages of what happened leave them out as well, though they tell other events of that name.
    """

    name: str
    events: models.Q
    on_pages: bool = False


Declaration = Topic | Holding | Exclusion | FileSource | Obstacle | BeforeDeletion | HeldBack


class UnknownTopicError(LookupError):
    """A holding names a topic that nobody declared."""


class Registry:
    """Everything that was declared, in the order of the apps: what refers to a row comes after it."""

    def __init__(self) -> None:
        self.topics: dict[str, Topic] = {}
        self.holdings: dict[str, Holding] = {}
        self.exclusions: dict[str, Exclusion] = {}
        self.file_sources: list[FileSource] = []
        self.obstacles: dict[str, Obstacle] = {}
        self.before_deletion: dict[str, BeforeDeletion] = {}
        self.held_back: dict[str, HeldBack] = {}

    def add(self, *declared: Declaration) -> None:
        """Take declarations of an app. Raises ValueError for a model or topic that was declared before."""
        for one in declared:
            self._add(one)

    def _add(self, one: Declaration) -> None:
        if isinstance(one, FileSource):
            self.file_sources.append(one)
        elif isinstance(one, Topic):
            _put(self.topics, one.name, one)
        elif isinstance(one, Obstacle):
            _put(self.obstacles, one.name, one)
        elif isinstance(one, BeforeDeletion):
            _put(self.before_deletion, one.name, one)
        elif isinstance(one, HeldBack):
            _put(self.held_back, one.name, one)
        elif isinstance(one, Holding):
            if one.topic not in self.topics:
                raise UnknownTopicError(one.topic)
            _put(self.holdings, one.model, one)
        else:
            _put(self.exclusions, one.model, one)

    def of_topic(self, topic: str) -> Iterable[Holding]:
        """Return the holdings of one file."""
        return [holding for holding in self.holdings.values() if holding.topic == topic]

    def obstacles_for(self, user_id: int) -> list[str]:
        """Return what must end before the account `user_id` can be deleted, as sentences for the person."""
        return [sentence for obstacle in self.obstacles.values() for sentence in obstacle.sentences(user_id)]


def _put(shelf: dict[str, Declared], name: str, one: Declared) -> None:
    if name in shelf:
        raise ValueError(f"{name} is declared twice.")
    shelf[name] = one


registry = Registry()
