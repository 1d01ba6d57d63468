"""The queues of identity checks and of requests about names."""

from datetime import datetime

from django.contrib import admin

from applicants.admin.reviews import ReviewAdmin
from applicants.forms.identity import ReviewForm
from applicants.models import IdentityCheck, NameRequest, User
from applicants.models.reviews import ReviewedRecord
from applicants.services import identity, names
from applicants.services.readings import Reading


@admin.register(IdentityCheck)
class IdentityCheckAdmin(ReviewAdmin):
    """Passports and identity forms, compared with the record (R-APP-4 to R-APP-6)."""

    accepted_message = "Accepted. The person was told and can order from now on."

    def accept(
        self, record: ReviewedRecord, form: ReviewForm, entered: Reading, *, reviewer: User, at: datetime
    ) -> None:
        """Confirm the person's identity."""
        compared = bool(form.cleaned_data.get("not_a_duplicate"))
        identity.accept(key=record.pk, reading=entered, not_a_duplicate=compared, reviewer=reviewer, at=at)

    def give_back(self, record: ReviewedRecord, entered: Reading, *, reviewer: User, at: datetime) -> None:
        """Return the document."""
        identity.give_back(key=record.pk, reading=entered, reviewer=reviewer, at=at)


@admin.register(NameRequest)
class NameRequestAdmin(ReviewAdmin):
    """Changes of names of record and verifications of former names (R-NAME-1 to R-NAME-4)."""

    def accept(
        self, record: ReviewedRecord, form: ReviewForm, entered: Reading, *, reviewer: User, at: datetime
    ) -> None:
        """Change the name of record, or note the former name."""
        names.accept(key=record.pk, reading=entered, reviewer=reviewer, at=at)

    def give_back(self, record: ReviewedRecord, entered: Reading, *, reviewer: User, at: datetime) -> None:
        """Return the request."""
        names.give_back(key=record.pk, reading=entered, reviewer=reviewer, at=at)
