"""Requests about names, and the names of record of former times."""

from django.db import models
from django.db.models import Q

from applicants.models.people import Applicant
from applicants.models.reviews import ReviewedRecord, review_constraints
from applicants.states import NAME_REQUEST_MACHINE, OPEN_NAME_STATES, NameReason, NameRequestKind, NameRequestState
from portal.constraints import state_is_known


class NameRequest(ReviewedRecord):
    """A wish to change the name of record (R-NAME-1), or to have a former name verified (R-NAME-4).

    `family_name` and `given_names` are the name asked for, as in the document.
    """

    machine = NAME_REQUEST_MACHINE

    kind = models.CharField(max_length=20, choices=NameRequestKind.choices)
    state = models.CharField(max_length=20, choices=NameRequestState.choices)
    native_script_name = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=20, choices=NameReason.choices, blank=True)
    explanation = models.TextField(blank=True, max_length=1000)
    appointment_on = models.DateField(
        null=True, blank=True, help_text="Of an examination, as the person told (R-NAME-1)."
    )

    class Meta:
        indexes = [models.Index(fields=["state", "submitted_at"], name="name_request_queue")]
        constraints = [
            state_is_known("name_request", "state", NameRequestState.values),
            models.UniqueConstraint(
                fields=["applicant", "kind"],
                condition=Q(state__in=[state.value for state in OPEN_NAME_STATES]),
                name="name_request_one_open",
            ),
            *review_constraints("name_request"),
        ]

    def __str__(self) -> str:
        return f"name request {self.pk}"


class FormerNameOfRecord(models.Model):
    """A name that was the name of record until, but not on, `until_on` (US Eastern); the present one is with the applicant.

    `from_on` None means: since the record was made.
    """

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="former_names_of_record")
    family_name = models.CharField(max_length=200)
    given_names = models.CharField(max_length=200, blank=True)
    native_script_name = models.CharField(max_length=200, blank=True)
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField()
    request = models.OneToOneField(NameRequest, on_delete=models.PROTECT, related_name="replaced_name")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(from_on__lte=models.F("until_on")),
                name="former_name_from_before_until",
            ),
        ]

    def __str__(self) -> str:
        return f"former name of record {self.pk}"
