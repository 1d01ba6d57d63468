"""Files of rows that others send, what a check found in each row, and where written rows come from."""

from django.db import models
from django.db.models import Q

from applicants.models import Applicant
from certification.states.imports import ImportKind, ImportState, RowOutcome
from portal.constraints import both_or_neither, filled_exactly_in, state_is_known
from portal.encryption import EncryptedTextField

LONGEST_CELL = 300


class FileImport(models.Model):
    """One file: uploaded, checked row by row without writing anything, accepted as a whole by a person, and written.

    The row is the queue entry of its check and of its writing: a worker claims it under a lease and names its token in
    every later write. The bytes lie in private storage, encrypted with `data_key`.
    """

    kind = models.CharField(max_length=20, choices=ImportKind.choices)
    state = models.CharField(max_length=12, choices=ImportState.choices, default=ImportState.UPLOADED)
    original_name = models.CharField(max_length=120, help_text="As the sender called it; only shown.")
    storage_name = models.CharField(max_length=32, unique=True)
    data_key = EncryptedTextField(blank=True, help_text="Opens the stored bytes; without it they say nothing.")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="In bytes.")
    uploaded_at = models.DateTimeField()
    uploaded_by = models.CharField(max_length=120)
    header = models.JSONField(default=list, blank=True, help_text="Names of the columns, in the order of the file.")
    rows = models.PositiveIntegerField(default=0, help_text="Rows checked so far.")
    lines = models.PositiveIntegerField(default=0, help_text="Lines of the file that were checked so far.")
    new_rows = models.PositiveIntegerField(default=0)
    changed_rows = models.PositiveIntegerField(default=0)
    same_rows = models.PositiveIntegerField(default=0)
    rejected_rows = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=500, blank=True, help_text="Why the file as a whole cannot be read.")
    notice = models.CharField(max_length=500, blank=True, help_text="What staff should know about the present state.")
    seen_through = models.BigIntegerField(default=0, help_text="Newest row of the table when the check began.")
    checked_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 (filled together with decided_at)
    tells_people = models.BooleanField(default=True, help_text="People get a message that a result arrived.")
    applied_at = models.DateTimeField(null=True, blank=True)
    told_through = models.BigIntegerField(default=0, help_text="The last person who got the message.")
    told_at = models.DateTimeField(null=True, blank=True, help_text="When everybody had the message.")
    erased_at = models.DateTimeField(null=True, blank=True, help_text="When the file and what was read were deleted.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Claims after which no worker was heard of again.")
    token = models.UUIDField(null=True, blank=True, help_text="Of the worker that holds the lease.")
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            state_is_known("file_import", "kind", ImportKind.values),
            state_is_known("file_import", "state", ImportState.values),
            both_or_neither("file_import", "token", "lease_until"),
            both_or_neither("file_import", "decided_at", "decided_by"),
            filled_exactly_in("file_import", "state", "applied_at", [ImportState.APPLIED]),
            models.CheckConstraint(condition=Q(storage_name__regex=r"^[0-9a-f]{32}$"), name="import_name_is_random"),
            models.CheckConstraint(
                condition=~Q(state__in=[ImportState.READY, ImportState.ACCEPTED, ImportState.APPLIED])
                | Q(rejected_rows=0, fault=""),
                name="only_a_whole_file_is_written",
            ),
            models.UniqueConstraint(
                fields=["kind", "sha256"], condition=~Q(state=ImportState.DISCARDED), name="same_file_once"
            ),
        ]
        permissions = [("apply_fileimport", "Can have the rows of a file written")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, file {self.pk}"

    @property
    def state_label(self) -> str:
        """Return the state in words."""
        return ImportState(self.state).label


class FileImportRow(models.Model):
    """What the check found for one row. `values` is what would be written, `before` what is on record now."""

    file_import = models.ForeignKey(FileImport, on_delete=models.CASCADE, related_name="checked_rows")
    line = models.PositiveIntegerField(help_text="In the file, the header being line 1.")
    outcome = models.CharField(max_length=8, choices=RowOutcome.choices)
    key = models.CharField(max_length=600, help_text="What the row is about: equal keys are duplicates.")
    applicant = models.ForeignKey(
        Applicant, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # fmt: skip
    target_id = models.BigIntegerField(null=True, blank=True, help_text="The record that it changes.")
    values = models.JSONField(default=dict, blank=True)
    before = models.JSONField(default=dict, blank=True)
    cells = models.JSONField(default=list, blank=True, help_text="A rejected row as it stands in the file.")
    reasons = models.JSONField(default=list, blank=True, help_text="Why it is rejected, one sentence each.")

    class Meta:
        constraints = [
            state_is_known("file_import_row", "outcome", RowOutcome.values),
            models.UniqueConstraint(fields=["file_import", "line"], name="import_line_once"),
        ]
        indexes = [
            models.Index(fields=["file_import", "outcome", "line"], name="import_rows_by_outcome"),
            models.Index(fields=["file_import", "key"], name="import_rows_by_key"),
        ]

    def __str__(self) -> str:
        return f"line {self.line} of {self.file_import_id}"


class Imported(models.Model):
    """A record that may come from a file: which one, and which line of it; empty when it came otherwise."""

    # No index: a file with very many rows is written faster, and nobody deletes the row of a file.
    source_import = models.ForeignKey(
        FileImport, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    source_line = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        abstract = True
