"""The thresholds, seasons and limits that are in force: read for the rules, changed by administrators with a reason."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Max, Model

from applicants.models import Applicant
from certification import models
from certification.models.rule_tables import TableRow
from certification.rules import tables
from certification.rules.table_files import shipped_tables
from certification.rules.tables import RuleTables
from certification.states import Examination
from portal import audit

Row = TypeVar("Row")
# Table → what its rows are for the rules, and by what a row is known again when files are loaded.
KINDS: Mapping[type[TableRow], tuple[type, tuple[str, ...]]] = {
    models.Threshold: (tables.Threshold, ("code", "effective_from")),
    models.RulePeriod: (tables.RulePeriod, ("rule_id",)),
    models.AttemptLimit: (tables.AttemptLimit, ("rule_id", "effective_from")),
    models.PathwaySeason: (tables.PathwaySeason, ("season",)),
    models.OetMinimum: (tables.OetMinimum, ("season", "taken_from")),
    models.ExcludedAward: (tables.ExcludedAward, ("word",)),
}
LOADED = "Loaded from the files that ship with the portal"
_last_read: dict[int, RuleTables] = {}


class NoReasonError(ValueError):
    """A change needs words that say why."""


def current_tables() -> RuleTables:
    """Return the tables with which everything is judged now: those of the database, or the shipped files while it has none.

    One query; the rows are read again only after a change.
    """
    version = models.RuleTableChange.objects.aggregate(newest=Max("pk"))["newest"]
    if version is None:
        return shipped_tables()
    if version not in _last_read:
        read = _read()
        _last_read.clear()
        _last_read[version] = read
    return _last_read[version]


def _read() -> RuleTables:
    return RuleTables(
        thresholds=_rows(models.Threshold, tables.Threshold),
        periods=_rows(models.RulePeriod, tables.RulePeriod),
        attempt_limits=_rows(models.AttemptLimit, tables.AttemptLimit),
        seasons=_rows(models.PathwaySeason, tables.PathwaySeason),
        oet_minima=_rows(models.OetMinimum, tables.OetMinimum),
        excluded_awards=_rows(models.ExcludedAward, tables.ExcludedAward),
    )


def _rows(model: type[TableRow], kind: type[Row]) -> tuple[Row, ...]:
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # kinds are dataclasses
    found = model._default_manager.order_by("pk").values(*names)
    return tuple(kind(**_for_rules(kind, row)) for row in found)


def _for_rules(kind: type, row: dict[str, Any]) -> dict[str, Any]:  # Any: columns of every type
    if kind is tables.PathwaySeason:
        return row | {"pathways": tuple(sorted(row["pathways"]))}
    return row | {"scope": tables.AttemptScope(row["scope"])} if kind is tables.AttemptLimit else row


@transaction.atomic
def load_shipped(*, at: datetime, actor: str) -> int:
    """Add the rows of the shipped files that are not there yet, and return how many; rows that are there stay as they are."""
    shipped = shipped_tables()
    known: Mapping[type[TableRow], tuple[object, ...]] = {
        models.Threshold: shipped.thresholds,
        models.RulePeriod: shipped.periods,
        models.AttemptLimit: shipped.attempt_limits,
        models.PathwaySeason: shipped.seasons,
        models.OetMinimum: shipped.oet_minima,
        models.ExcludedAward: shipped.excluded_awards,
    }
    added = sum(_add_missing(model, rows, at=at, actor=actor) for model, rows in known.items())
    if not models.RuleTableChange.objects.exists():
        raise RuntimeError("The shipped files have no rows.")
    return added


def _add_missing(model: type[TableRow], rows: tuple[object, ...], *, at: datetime, actor: str) -> int:
    _, key = KINDS[model]
    there = set(model._default_manager.values_list(*key))
    added = 0
    for one in rows:
        columns = _columns(one)
        if tuple(columns[name] for name in key) not in there:
            row = model(**columns)
            row.save(force_insert=True)
            _note(row, {}, at=at, actor=actor, reason=LOADED)
            added += 1
    return added


def _columns(one: Any) -> dict[str, Any]:  # Any: a dataclass of the tables
    columns = asdict(one)
    if "pathways" in columns:
        columns["pathways"] = list(columns["pathways"])
    return columns


@transaction.atomic
def save_row(row: TableRow, *, reason: str, at: datetime, actor: str) -> None:
    """Write a new or changed row of a table. Raises NoReasonError; the database refuses days in the wrong order.

    The first change of all loads the shipped rows before it, so that the database then has every row.
    """
    if not reason.strip():
        raise NoReasonError("A change of the rule tables needs a reason.")
    load_shipped(at=at, actor=actor)
    before = type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
    was = _as_json(before) if before is not None else {}
    row.save()
    change = _note(row, was, at=at, actor=actor, reason=reason.strip())
    audit.record(
        "certification.rule_table_changed",
        actor=actor,
        subject=change,
        at=at,
        reason=reason.strip(),
        table=change.table,
    )


def _note(row: Model, before: dict[str, Any], *, at: datetime, actor: str, reason: str) -> models.RuleTableChange:
    return models.RuleTableChange.objects.create(
        at=at,
        actor=actor,
        reason=reason[:500],
        table=str(row._meta.verbose_name),
        row=str(row)[:120],
        before=before,
        after=_as_json(row),
    )


def _as_json(row: Model) -> dict[str, Any]:  # Any: JSON
    encoder = DjangoJSONEncoder()
    values = {field.name: getattr(row, field.name) for field in row._meta.concrete_fields}
    simple = (str, int, bool, list, type(None))
    return {name: value if isinstance(value, simple) else encoder.default(value) for name, value in values.items()}


@transaction.atomic
def grant_window_exception(
    *, applicant: Applicant, examination: Examination, new_end_on: date, reason: str, at: datetime, actor: str
) -> models.WindowException:
    """Let a pass of one examination count until `new_end_on` (R-EXAM-4). Raises NoReasonError."""
    if not reason.strip():
        raise NoReasonError("A longer time limit needs a reason.")
    granted = models.WindowException.objects.create(
        applicant=applicant,
        examination=examination,
        new_end_on=new_end_on,
        reason=reason.strip()[:500],
        granted_at=at,
        granted_by=actor,
    )
    audit.record(
        "certification.window_exception_granted",
        actor=actor,
        subject=granted,
        at=at,
        reason=granted.reason,
        examination=examination.value,
        new_end_on=new_end_on.isoformat(),
    )
    return granted
