"""Identity checks: who a person is, shown by a passport or by the notarized form (R-APP-4 to R-APP-6)."""

from django.db import models
from django.db.models import Q
from django_countries.fields import CountryField

from applicants.models.reviews import ReviewedRecord, review_constraints
from applicants.states import IDENTITY_MACHINE, OPEN_IDENTITY_STATES, IdentityModel, IdentityState
from portal.constraints import filled_exactly_in, state_is_known
from portal.encryption import EncryptedTextField, FingerprintField


class IdentityCheck(ReviewedRecord):
    """One submission of a passport or of the notarized form; the latest one counts."""

    machine = IDENTITY_MACHINE

    kind = models.CharField(max_length=20, choices=IdentityModel.choices)
    state = models.CharField(max_length=20, choices=IdentityState.choices)
    passport_number = EncryptedTextField(blank=True, help_text="Restricted; encrypted in the database.")
    passport_fingerprint = FingerprintField(of=["issuing_country", "passport_number"], db_index=True)
    issuing_country = CountryField(blank=True)
    expires_on = models.DateField(null=True, blank=True)
    form_created_on = models.DateField(null=True, blank=True, help_text="The form is good for a year from then.")
    created_at = models.DateTimeField()

    class Meta:
        permissions = [("check_identity", "Can check passports and decide requests about names")]
        indexes = [models.Index(fields=["state", "submitted_at"], name="identity_check_queue")]
        constraints = [
            state_is_known("identity_check", "state", IdentityState.values),
            filled_exactly_in("identity_check", "kind", "form_created_on", [IdentityModel.NOTARIZED_FORM.value]),
            models.UniqueConstraint(
                fields=["applicant"],
                condition=Q(state__in=[state.value for state in OPEN_IDENTITY_STATES]),
                name="identity_check_one_open",
            ),
            *review_constraints("identity_check"),
        ]

    def __str__(self) -> str:
        return f"identity check {self.pk}"
