"""What waits for staff: each kind of work, how much of it, since when, and for whom."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import PermissionsMixin
from django.db.models import Case, CharField, Count, DateTimeField, F, Field, Min, Model, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse

from portal.audit_words import act_in_words
from portal.business_days import add_business_days, business_days_between, in_business_days, is_business_day
from portal.eastern import EASTERN, eastern_date
from portal.models import AuditEvent

PARAMETER = "waits"
MOST_LISTED = 8
# How the events of a decision end; taking up, saving, sending and reading decide nothing.
OUTCOMES = (
    *("_accepted", "_accepted_for_verification", "_returned", "_returned_to_applicant", "_rejected", "_refused"),
    *("_refuted", "_requeried", "_given_up", "_suspected_fraud", "_invalidated", "_issued", "_revoked", "_extended"),
    *("_made_permanent", "_dismissed", "_declined", ".act_proposed"),
)

# Rows of any model, with what is added to them; Django's types do not follow either.
Rows = Any
# Which rows wait: asked for one member of staff, because what waits for others may be somebody's own wish.
Waits = Callable[["Work"], Q]


@dataclass(frozen=True)
class Work:
    """Whose work is asked for, and when."""

    user: PermissionsMixin
    actor: str
    at: datetime


@dataclass(frozen=True)
class Queue:
    """One kind of work on the rows of one model.

    `permission` is that of doing it, not of reading. `since` is the field, or an expression, that says since when a row
    waits; `days` how many business days it should at most. `person` is the path to the applicant, `kind` a field that says
    what a row is, `held` whether one reviewer at a time holds it.
    """

    key: str
    title: str
    permission: str
    waits: Waits
    since: str | Combinable = "submitted_at"
    days: int = 2
    person: str = "applicant"
    kind: str = ""
    held: bool = False

    def rows(self, model: type[Model], work: Work) -> Rows:
        """Return what waits, with `waiting_since`."""
        rows: Rows = model._default_manager.filter(self.waits(work)).order_by()
        return rows.annotate(waiting_since=Cast(self.since, DateTimeField()))

    def late_before(self, at: datetime) -> datetime:
        """Return the time before which nothing should have begun to wait."""
        today = eastern_date(at)
        last = today if is_business_day(today) else add_business_days(today, -1)
        day = add_business_days(last, -self.days)
        return datetime.combine(day, time.min, EASTERN)


def in_states(*states: str) -> Waits:
    """Return the question for rows that wait in one of `states`, whoever asks."""
    return lambda _: Q(state__in=[str(state) for state in states])


@dataclass(frozen=True)
class Card:
    """A queue as one member of staff sees it."""

    title: str
    url: str
    count: int
    is_late: bool
    words: str


@dataclass(frozen=True)
class Waiting:
    """A row that waits: what it is, where it is worked on, of whom, for how long, and who has it."""

    what: str
    url: str
    person: str
    number: str
    waited: str
    holder: str


@dataclass(frozen=True)
class Decision:
    """Something that the member of staff decided: what, about which row, where it is read, and when."""

    what: str
    row: str
    url: str
    at: datetime


@dataclass(frozen=True)
class Desk:
    """Everything on the first staff page: queues with work, the names of those without, the oldest rows, and one's own."""

    cards: Sequence[Card]
    empty: Sequence[Card]
    oldest: Sequence[Waiting]
    mine: Sequence[Waiting]
    decided: Sequence[Decision]


@dataclass(frozen=True)
class _Place:
    """A queue and the staff pages of its model."""

    queue: Queue
    model: type[Model]

    @property
    def list_url(self) -> str:
        meta = self.model._meta
        return f"{reverse(f'admin:{meta.app_label}_{meta.model_name}_changelist')}?{PARAMETER}={self.queue.key}"

    def row_url(self, key: str) -> str:
        meta = self.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[key])


def desk_of(work: Work, pages: Iterable[ModelAdmin[Model]], request: HttpRequest) -> Desk:
    """Return what waits for `work.user` on those of `pages` that this person may see, and what they decided (four queries)."""
    places = {
        queue.key: _Place(queue, page.model)
        for page in pages
        for queue in queues_of(page)
        if work.user.has_perm(queue.permission) and page.has_view_permission(request)
    }
    cards = {place.queue.key: card for place, card in _cards(places, work)}
    listed = list(_rows(places, work, only_mine=False))
    held = {key: place for key, place in places.items() if place.queue.held}
    return Desk(
        cards=[card for card in cards.values() if card.count],
        empty=[card for card in cards.values() if not card.count],
        oldest=listed,
        mine=list(_rows(held, work, only_mine=True)),
        decided=list(_decided(places.values(), work)),
    )


def _decided(places: Iterable[_Place], work: Work) -> Iterator[Decision]:
    """Return what `work.actor` decided last about rows of these places."""
    known = {place.model._meta.label_lower: place for place in places}
    decides = reduce(or_, (Q(event__endswith=outcome) for outcome in OUTCOMES))
    events = AuditEvent.objects.filter(decides, actor=work.actor, subject_type__in=known)
    for event in events.order_by("-pk")[:MOST_LISTED]:
        place = known[event.subject_type]
        row = f"{place.model._meta.verbose_name} {event.subject_id}"
        yield Decision(act_in_words(event.event), row, place.row_url(event.subject_id), event.at)


def queues_of(page: ModelAdmin[Model]) -> Sequence[Queue]:
    """Return the kinds of work that are done on the rows of a staff page."""
    return getattr(page, "queues", ())


def _union(parts: Sequence[Rows]) -> Rows:
    return parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]


def _cards(places: dict[str, _Place], work: Work) -> Iterator[tuple[_Place, Card]]:
    if not places:
        return
    counted = {str(row[0]): row[1:] for row in _union([_counts(place, work) for place in places.values()])}
    for place in places.values():
        count, oldest, late = counted.get(place.queue.key, (0, None, 0))
        yield place, _card(place, int(str(count)), oldest, int(str(late)), at=work.at)


def _counts(place: _Place, work: Work) -> Rows:
    queue = place.queue
    rows = queue.rows(place.model, work).annotate(queue=Value(queue.key, CharField())).values("queue")
    late = Count("pk", filter=Q(waiting_since__lt=queue.late_before(work.at)))
    return rows.annotate(count=Count("pk"), oldest=Min("waiting_since"), late=late).values_list(
        "queue", "count", "oldest", "late"
    )


def _card(place: _Place, count: int, oldest: object, late: int, *, at: datetime) -> Card:
    target = f"Target: within {in_business_days(place.queue.days)}"
    if isinstance(oldest, datetime):
        waits = f"The oldest waits {waited_since(oldest, at=at)}"
        words = f"{waits}. {late} longer than {in_business_days(place.queue.days)}" if late else f"{waits}. {target}"
    else:
        words = target
    return Card(place.queue.title, place.list_url, count, bool(late), words)


def _rows(places: dict[str, _Place], work: Work, *, only_mine: bool) -> Iterator[Waiting]:
    """Return what has waited longest of everything."""
    parts = [_listed(place, work, only_mine=only_mine) for place in places.values() if place.queue.person]
    if not parts:
        return
    for queue, key, since, kind, family, given, number, holder in _union(parts).order_by("waiting_since")[:MOST_LISTED]:
        place = places[str(queue)]
        person = f"{family}, {given}" if given else str(family)
        yield Waiting(
            what=_what(place, str(kind)),
            url=place.row_url(str(key)),
            person=person,
            number=str(number),
            waited=waited_since(since, at=work.at) if isinstance(since, datetime) else "",
            holder=str(holder),
        )


def _listed(place: _Place, work: Work, *, only_mine: bool) -> Rows:
    queue = place.queue
    rows = queue.rows(place.model, work)
    holder: Combinable = Value("", CharField())
    if queue.held:
        is_held = Q(reviewer_until__gt=work.at)
        rows = rows.filter(is_held, reviewer=work.user.pk) if only_mine else rows
        holder = Case(When(is_held, then=F("reviewer__username")), default=Value(""), output_field=CharField())
    kind = F(queue.kind) if queue.kind else Value("", CharField())
    return (
        rows.annotate(
            queue=Value(queue.key, CharField()),
            row=Cast("pk", CharField()),
            what=Cast(kind, CharField()),
            family=F(f"{queue.person}__family_name"),
            given=F(f"{queue.person}__given_names"),
            number=F(f"{queue.person}__identification_number"),
            holder=holder,
        )
        .order_by("waiting_since")
        .values_list("queue", "row", "waiting_since", "what", "family", "given", "number", "holder")[:MOST_LISTED]
    )


def _what(place: _Place, kind: str) -> str:
    if not place.queue.kind:
        return str(place.model._meta.verbose_name).capitalize()
    field = place.model._meta.get_field(place.queue.kind)
    labels = dict(field.flatchoices) if isinstance(field, Field) else {}
    return str(labels.get(kind, kind))


def waited_since(since: datetime, *, at: datetime) -> str:
    """Return for how many business days something waits."""
    days = business_days_between(eastern_date(since), eastern_date(at))
    return in_business_days(days) if days else "less than a day"
