"""What every record that staff decide about has in common, and what those compared with one document add."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from applicants.models.people import Applicant
from portal.constraints import both_or_neither
from portal.models import Upload
from portal.states import Machine

FILE_NOT_READY = "The file has not passed its checks. There is nothing to review yet."


class HeldForReview(models.Model):
    """What a person handed in and one reviewer at a time decides about.

    `reviewer` holds the row until `reviewer_until`; others see by whom. `REVIEWED_IN` are the states in which it may be
    held; taking it in any other state moves it to `IN_REVIEW`.
    """

    # Any: each record has states of its own.
    machine: ClassVar[Machine[Any]]
    IN_REVIEW: ClassVar[str] = "in_review"
    REVIEWED_IN: ClassVar[tuple[str, ...]] = (IN_REVIEW,)
    # What is read together with the row when it is locked.
    LOADED: ClassVar[tuple[str, ...]] = ("applicant__user",)
    state: models.CharField[str, str]

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="%(class)ss")
    submitted_at = models.DateTimeField(null=True, blank=True)
    checks = models.JSONField(default=list, blank=True, help_text="Names of the checks that the reviewer ticked.")
    return_reason = models.TextField(blank=True, max_length=2000, help_text="Shown to the person.")
    internal_note = models.TextField(blank=True, max_length=2000, help_text="For staff only.")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewer_until = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, null=True, blank=True, help_text="As in the audit log.")  # noqa: DJ001 - NULL until decided, see the constraint

    class Meta:
        abstract = True

    @property
    def state_label(self) -> str:
        """Return the state in words."""
        return next(str(state.label) for state in self.machine.moves if state == self.state)

    @property
    def not_ready(self) -> str:
        """Return why there is nothing to review yet, as a sentence for the reviewer; empty when it can begin."""
        return ""


class ReviewedRecord(HeldForReview):
    """A person's claim, the document that shows it, what a reviewer read in the document, and the decision.

    Names are as the person typed them from the document; `read_…` is what the reviewer read in it.
    """

    LOADED = ("applicant__user", "applicant__registration", "upload")

    upload = models.ForeignKey(Upload, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    family_name = models.CharField(max_length=200)
    given_names = models.CharField(max_length=200, blank=True)
    read_family_name = models.CharField(max_length=200, blank=True)
    read_given_names = models.CharField(max_length=200, blank=True)
    read_birth_date = models.DateField(null=True, blank=True)
    read_expires_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def name(self) -> tuple[str, str]:
        """Return family name and given names as the person typed them from the document."""
        return self.family_name, self.given_names

    @property
    def file_was_refused(self) -> bool:
        """Tell whether the file did not pass its checks, so that the person must send another one."""
        return self.upload is not None and bool(self.upload.refusal)

    @property
    def not_ready(self) -> str:
        """Return a sentence unless the file passed its checks and is still there."""
        shown = self.upload is not None and self.upload.is_shown
        return "" if shown else FILE_NOT_READY


def review_constraints(table: str) -> list[models.BaseConstraint]:
    """Return the constraints that every reviewed table has; `table` begins their names."""
    return [
        both_or_neither(table, "reviewer", "reviewer_until"),
        both_or_neither(table, "decided_at", "decided_by"),
    ]
