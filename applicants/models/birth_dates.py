"""Corrections of a birth date that was checked once; each keeps the date that it replaced."""

from django.db import models
from django.db.models import F, Q

from applicants.models.reviews import ReviewedRecord, review_constraints
from applicants.states import BIRTH_DATE_MACHINE, OPEN_BIRTH_DATE_STATES, BirthDateState
from portal.constraints import filled_exactly_in, state_is_known


class BirthDateCorrection(ReviewedRecord):
    """A birth date on record that is not the one in an identity document; two people of staff read the document.

    `birth_date` is what the person asked for, `proposed_birth_date` what the first of the two read, `old_birth_date` what
    stood on record until it was accepted. All are personal data and stand here alone, never in the audit log.
    """

    machine = BIRTH_DATE_MACHINE

    state = models.CharField(max_length=20, choices=BirthDateState.choices)
    birth_date = models.DateField(null=True, blank=True, help_text="As the person asked; empty when staff found it.")
    proposed_birth_date = models.DateField(null=True, blank=True)
    old_birth_date = models.DateField(null=True, blank=True)
    explanation = models.TextField(max_length=2000, help_text="Why the date on record is wrong.")
    found_by = models.CharField(
        max_length=120, blank=True, help_text="Who of the staff found it, as in the audit log; empty for the person."
    )

    class Meta:
        indexes = [models.Index(fields=["state", "submitted_at"], name="birth_date_queue")]
        constraints = [
            state_is_known("birth_date_correction", "state", BirthDateState.values),
            filled_exactly_in("birth_date_correction", "state", "old_birth_date", [BirthDateState.ACCEPTED]),
            models.CheckConstraint(
                condition=~Q(state=BirthDateState.ACCEPTED) | ~Q(old_birth_date=F("proposed_birth_date")),
                name="birth_date_correction_changes_it",
            ),
            models.UniqueConstraint(
                fields=["applicant"],
                condition=Q(state__in=[state.value for state in OPEN_BIRTH_DATE_STATES]),
                name="birth_date_correction_one_open",
            ),
            *review_constraints("birth_date_correction"),
        ]

    def __str__(self) -> str:
        return f"birth date correction {self.pk}"
