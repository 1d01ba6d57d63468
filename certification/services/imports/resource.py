"""How rows of a file become records: django-import-export reads, compares and validates; writing is not its task here.

Its dry run gives for each row whether it is new, changes a record, changes nothing, or is refused, with the differences.
Rows are looked at in chunks, so that a chunk's records are loaded with a few statements and memory stays bounded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django_countries.fields import Country
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Diff, ModelResource
from import_export.results import RowResult
from tablib import Dataset

from certification.models import FileImport, FileImportRow
from certification.rules.tables import RuleTables
from certification.services.imports.reading import Line
from certification.states.imports import RowOutcome

# Any in this module: django-import-export and tablib have no types.
Row = Mapping[str, str]
Key = tuple[object, ...]
_OUTCOMES = {
    RowResult.IMPORT_TYPE_NEW: RowOutcome.NEW,
    RowResult.IMPORT_TYPE_UPDATE: RowOutcome.CHANGED,
    RowResult.IMPORT_TYPE_SKIP: RowOutcome.SAME,
}


@dataclass(frozen=True)
class Terms:
    """What rows are judged by: the day of the check, and the rule tables in force."""

    today: date
    tables: RuleTables


class PlainDiff(Diff):  # type: ignore[misc]
    """Differences as pairs of texts; the package's own HTML has styles that our Content-Security-Policy forbids."""

    def as_html(self) -> list[tuple[str, str]]:
        """Return (before, after) for each field."""
        return [("" if self.new else str(left), str(right)) for left, right in zip(self.left, self.right, strict=True)]


class ChunkLoader(BaseInstanceLoader):  # type: ignore[misc]
    """Finds the record that a row is about among those loaded for the chunk."""

    def get_instance(self, row: Row) -> models.Model | None:
        """Return the record, or None."""
        found: models.Model | None = self.resource.on_record(row)
        return found


class FileResource(ModelResource):  # type: ignore[misc]
    """Base of the kinds. A subclass names its `COLUMNS` and `KEY`, loads what a chunk needs, and judges rows."""

    COLUMNS: ClassVar[tuple[str, ...]]
    # Columns that a file may leave out; what is on record in them stays then.
    OPTIONAL: ClassVar[tuple[str, ...]] = ()
    # Columns that say what a row is about: two rows with the same are duplicates.
    KEY: ClassVar[tuple[str, ...]]
    # Sentence for a row that is on record already; empty where that is no fault.
    ALREADY: ClassVar[str] = ""

    class Meta:
        use_bulk = True
        skip_unchanged = True
        store_instance = True
        instance_loader_class = ChunkLoader
        import_id_fields: list[str] = []

    def __init__(self, file_import: FileImport, terms: Terms) -> None:
        super().__init__()
        self.file_import, self.terms = file_import, terms
        self._lines: Sequence[Line] = ()
        self._seen: dict[str, int] = {}
        self._records: Mapping[Key, models.Model] = {}

    # --- What a subclass says ---

    def load(self, rows: Sequence[Row]) -> Mapping[Key, models.Model]:
        """Load what the chunk needs, teach the cells, and return records by what `key_of` returns."""
        raise NotImplementedError

    def judge(self, instance: Any, row: Row, *, is_new: bool) -> Iterable[str]:
        """Give a sentence for each thing that is wrong with a row whose cells are right."""
        raise NotImplementedError

    # --- One chunk ---

    def check(self, header: Sequence[str], lines: Sequence[Line]) -> list[FileImportRow]:
        """Return what was found in each of `lines`, in order. Writes nothing."""
        self._lines = [line for line in lines if not line.reasons]
        rows = [dict(zip(header, line.cells, strict=True)) for line in self._lines]
        self._records = self.load(rows)
        self._seen = self._lines_of_earlier(rows)
        found = {line.number: self._rejected(line, list(line.reasons)) for line in lines if line.reasons}
        if rows:
            result = self.import_data(
                Dataset(*[line.cells for line in self._lines], headers=list(header)), dry_run=True
            )
            if result.base_errors:
                raise result.base_errors[0].error
            for line, row, row_result in zip(self._lines, rows, result.rows, strict=True):
                found[line.number] = self._found(line, row, row_result)
        return [found[line.number] for line in lines]

    def _lines_of_earlier(self, rows: Sequence[Row]) -> dict[str, int]:
        keys = {key for row in rows if (key := self.key_text(row))}
        earlier = FileImportRow.objects.filter(file_import=self.file_import, key__in=keys)
        return dict(earlier.order_by("-line").values_list("key", "line"))

    def _found(self, line: Line, row: Row, result: Any) -> FileImportRow:
        if result.errors:
            raise result.errors[0].error
        if result.validation_error is not None:
            return self._rejected(line, sentences(result.validation_error), key=self.key_text(row))
        outcome = _OUTCOMES[result.import_type]
        if outcome is RowOutcome.SAME and self.ALREADY:
            return self._rejected(line, [self.ALREADY], key=self.key_text(row))
        instance = result.instance
        changed = outcome is RowOutcome.CHANGED
        return FileImportRow(
            file_import=self.file_import,
            line=line.number,
            outcome=outcome,
            key=self.key_text(row),
            applicant_id=getattr(instance, "applicant_id", None),
            target_id=instance.pk,
            values=self._values(instance),
            before=self._values(result.original) if changed else {},
        )

    def _values(self, instance: models.Model) -> dict[str, str | int | None]:
        values = {field.attribute: field.get_value(instance) for field in self.get_import_fields()}
        return {name: _storable(value) for name, value in values.items()}

    def _rejected(self, line: Line, reasons: list[str], key: str = "") -> FileImportRow:
        return FileImportRow(
            file_import=self.file_import,
            line=line.number,
            outcome=RowOutcome.REJECTED,
            key=key,
            cells=[cell.replace("\x00", "") for cell in line.cells],
            reasons=reasons,
        )

    # --- What django-import-export calls ---

    def get_diff_class(self) -> type[PlainDiff]:
        """Return ours."""
        return PlainDiff

    def on_record(self, row: Row) -> models.Model | None:
        """Return the record that `row` is about, or None."""
        key = self.key_of(row)
        return self._records.get(key) if key is not None else None

    def before_import_row(self, row: Row, row_number: int = 0, **_: Any) -> None:
        """Refuse a row that another one is about, too."""
        key, line = self.key_text(row), self._lines[row_number - 1].number
        if key and self._seen.setdefault(key, line) != line:
            raise ValidationError(f"Line {self._seen[key]} is about the same, {', '.join(self.KEY)}.")

    def save_instance(self, instance: models.Model, is_create: bool, row: Row, **_: Any) -> None:
        """Judge the row instead of saving it: the file is written as a whole, later, in one transaction."""
        if wrong := list(self.judge(instance, row, is_new=is_create)):
            raise ValidationError(wrong)

    # --- Keys ---

    def key_of(self, row: Row) -> Key | None:
        """Return the values of the columns `KEY`, or None where one of them is wrong."""
        fields = [field for field in self.fields.values() if field.column_name in self.KEY]
        try:
            return tuple(field.clean(row) for field in sorted(fields, key=lambda one: self.KEY.index(one.column_name)))
        except ValueError:
            return None

    def key_text(self, row: Row) -> str:
        """Return the key as a text, empty where there is none."""
        key = self.key_of(row)
        return "" if key is None else "\x1f".join("" if part is None else str(part) for part in key)[:600]


def _storable(value: Any) -> str | int | None:
    if isinstance(value, Country):
        return str(value.code)
    return str(value) if isinstance(value, date) else value


def sentences(error: ValidationError) -> list[str]:
    """Return what a validation error says, one sentence each."""
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    by_field = error.message_dict
    general = by_field.pop(NON_FIELD_ERRORS, [])
    return [*general, *(sentence for told in by_field.values() for sentence in told)]
