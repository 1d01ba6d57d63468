"""Writes an accepted file: everything or nothing, in one transaction, by a few statements inside the database.

What the check found may be stale by then. The transaction looks at that first, and sends the file back to its check when
a record came, changed or vanished since.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from certification.models import FileImport
from certification.services.imports.kinds import KINDS
from certification.services.imports.receiving import restart
from certification.states.imports import IMPORT_MACHINE, ImportKind, ImportState
from portal import audit
from portal.locks import wait_for_turn

logger = structlog.get_logger(__name__)

ACTOR = "imports.apply"
STALE = "Records changed between the check and the writing, so nothing was written. The file is checked again."


class StaleCheckError(Exception):
    """What the check found is no longer so."""


@dataclass(frozen=True)
class Target:
    """The table that a kind of file is written to.

    `columns` maps each column to an expression over an object of JSON.
    """

    table: str
    columns: Mapping[str, str]


_PERSON = {"applicant_id": "({}->>'applicant_id')::bigint"}
_RESULT = {
    **_PERSON,
    "examination": "{}->>'examination'",
    "taken_on": "({}->>'taken_on')::date",
    "reported_on": "({}->>'reported_on')::date",
    "passed": "({}->>'result' = 'pass')",
    "incomplete": "({}->>'result' = 'incomplete')",
}
_OET = {
    **_PERSON,
    "taken_on": "({}->>'taken_on')::date",
    "released_on": "({}->>'released_on')::date",
    **{name: f"({{}}->>'{name}')::smallint" for name in ("listening", "reading", "speaking", "writing")},
}
_YEARS = {name: f"({{}}->>'{name}')::smallint" for name in ("from_year", "to_year")}
_NOTE = {
    "school_id": "({}->>'school_id')::bigint",
    **_YEARS,
    "basis": "{}->>'basis'",
    "withdrawn_on": "({}->>'withdrawn_on')::date",
}
_TITLE = {
    "school_id": "({}->>'school_id')::bigint",
    **_YEARS,
    **{name: f"{{}}->>'{name}'" for name in ("country", "title", "excluded_reason", "basis")},
}
TARGETS: Mapping[str, Target] = {
    ImportKind.USMLE_RESULTS: Target("certification_examinationresult", _RESULT),
    ImportKind.OET_RESULTS: Target("certification_oetresult", _OET),
    ImportKind.SPONSOR_NOTES: Target("certification_sponsornote", _NOTE),
    ImportKind.DEGREE_TITLES: Target("certification_degreetitle", _TITLE),
}


def newest_row(file_import: FileImport) -> int:
    """Return the highest key of the table that the file is written to."""
    newest = KINDS[file_import.kind].resource._meta.model.objects.aggregate(newest=Max("pk"))["newest"]
    return int(newest or 0)


def apply(file_import: FileImport, *, at: datetime) -> bool:
    """Write every row of an accepted file that this worker holds; False when it is to be checked again instead."""
    try:
        _write(file_import, at=at)
    except (StaleCheckError, IntegrityError) as error:
        logger.warning("import_stale", file_import=file_import.pk, error=type(error).__name__)
        _send_back(file_import, at=at)
        return False
    return True


@transaction.atomic(durable=True)
def _write(file_import: FileImport, *, at: datetime) -> None:
    wait_for_turn("certification.imports")
    held = _held(file_import)
    target = TARGETS[held.kind]
    with connection.cursor() as cursor:
        # The limit for a page's queries is far too short for very many rows.
        cursor.execute("SET LOCAL statement_timeout = 0")
        for question in _questions(target, about_people=KINDS[held.kind].about_people):
            cursor.execute(question, {"file": held.pk, "seen": held.seen_through})
            if cursor.fetchone()[0]:
                raise StaleCheckError
        cursor.execute(_insert(target), {"file": held.pk})
        added = cursor.rowcount
        cursor.execute(_update(target), {"file": held.pk})
        if (added, cursor.rowcount) != (held.new_rows, held.changed_rows):
            raise StaleCheckError
    IMPORT_MACHINE.check(held.state, ImportState.APPLIED)
    held.state, held.applied_at, held.token, held.lease_until = ImportState.APPLIED, at, None, None
    held.save()
    audit.record(
        "certification.import_applied",
        actor=held.decided_by or ACTOR,
        subject=held,
        at=at,
        kind=str(held.kind),
        sha256=held.sha256,
        added=held.new_rows,
        changed=held.changed_rows,
    )


@transaction.atomic(durable=True)
def _send_back(file_import: FileImport, *, at: datetime) -> None:
    held = _held(file_import)
    restart(held, notice=STALE)
    file_import.state = held.state
    audit.record("certification.import_stale", actor=ACTOR, subject=held, at=at, kind=str(held.kind))


def _held(file_import: FileImport) -> FileImport:
    """Lock the file. Raises FileImport.DoesNotExist when the lease went to somebody else."""
    return FileImport.objects.select_for_update().get(
        pk=file_import.pk, token=file_import.token, state=ImportState.ACCEPTED
    )


# The texts below are made of the constants above alone; no value of a file is ever part of one.


def _questions(target: Target, *, about_people: bool) -> list[str]:
    """Return statements that each answer true when something changed since the check.

    That a record came which the file calls new is told by the unique constraint of its table.
    """
    before = " AND ".join(
        f"t.{name} IS NOT DISTINCT FROM {text.format('r.before')}" for name, text in target.columns.items()
    )
    vanished = f"""
        SELECT EXISTS (SELECT 1 FROM certification_fileimportrow r
        WHERE r.file_import_id = %(file)s AND r.outcome = 'changed'
        AND NOT EXISTS (SELECT 1 FROM {target.table} t WHERE t.id = r.target_id AND {before}))"""  # noqa: S608
    # A result that came since may be the pass that forbids another one.
    of_a_person = f"""
        SELECT EXISTS (SELECT 1 FROM {target.table} t WHERE t.id > %(seen)s AND t.applicant_id IN
        (SELECT r.applicant_id FROM certification_fileimportrow r WHERE r.file_import_id = %(file)s))"""  # noqa: S608
    return [vanished, *([of_a_person] if about_people else [])]


def _insert(target: Target) -> str:
    values = ", ".join(text.format("r.values") for text in target.columns.values())
    return f"""
        INSERT INTO {target.table} ({", ".join(target.columns)}, source_import_id, source_line)
        SELECT {values}, r.file_import_id, r.line FROM certification_fileimportrow r
        WHERE r.file_import_id = %(file)s AND r.outcome = 'new' ORDER BY r.line"""  # noqa: S608


def _update(target: Target) -> str:
    changes = ", ".join(f"{name} = {text.format('r.values')}" for name, text in target.columns.items())
    return f"""
        UPDATE {target.table} t SET {changes}, source_import_id = r.file_import_id, source_line = r.line
        FROM certification_fileimportrow r
        WHERE r.file_import_id = %(file)s AND r.outcome = 'changed' AND t.id = r.target_id"""  # noqa: S608
