"""Medical education credentials, their files, and how their verification went."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from applicants.models.reviews import FILE_NOT_READY, HeldForReview, review_constraints
from certification.models.schools import MedicalSchool
from certification.states.credentials import (
    CREDENTIAL_MACHINE,
    CredentialKind,
    CredentialPart,
    CredentialState,
    CredentialStatus,
)
from portal.constraints import state_is_known
from portal.models import Upload

# What a suspicion can come up in, and a review that a new file began anew.
TOLD_OF_SUSPICION = (
    CredentialState.SUBMITTED,
    CredentialState.IN_REVIEW,
    CredentialState.REPLY_RECEIVED,
    CredentialState.VERIFIED,
)


class CredentialQuerySet(models.QuerySet["Credential"]):
    """Questions about credentials."""

    def with_documents(self) -> "CredentialQuerySet":
        """Read the files that count together with each row."""
        rows = CredentialDocument.objects.filter(replaced_by=None).select_related("upload").order_by("pk")
        return self.prefetch_related(models.Prefetch("documents", queryset=rows, to_attr="known_documents"))


class Credential(HeldForReview):
    """A medical education credential that is verified with the school that issued it (R-PSV-1 to R-PSV-3).

    What the physician typed from the document stands without a prefix, what a reviewer read in it as `read_…`. `issuer`
    is the institution as the document names it; `school` is the same one in the Directory, once somebody has found it.
    """

    machine = CREDENTIAL_MACHINE
    IN_REVIEW = CredentialState.IN_REVIEW.value
    # The answer of a school and a suspicion are reviewed as well, and held by their reviewer meanwhile.
    REVIEWED_IN = (
        CredentialState.IN_REVIEW.value,
        CredentialState.REPLY_RECEIVED.value,
        CredentialState.SUSPECTED_FRAUD.value,
    )

    kind = models.CharField(max_length=20, choices=CredentialKind.choices)
    state = models.CharField(max_length=30, choices=CredentialState.choices, default=CredentialState.DRAFT)
    moved_at = models.DateTimeField(default=timezone.now, help_text="Since when it is in its state.")
    told_state = models.CharField(
        max_length=30, blank=True, help_text="What the physician reads in place of a suspicion; empty when none is."
    )
    told_since = models.DateTimeField(null=True, blank=True, help_text="Since when they read it so.")
    issuer = models.CharField(max_length=250)
    school = models.ForeignKey(
        MedicalSchool, null=True, blank=True, on_delete=models.PROTECT, related_name="credentials"
    )
    degree_title = models.CharField(max_length=250, blank=True, help_text="As printed on the document.")
    issued_on = models.DateField(null=True, blank=True, help_text="As printed on the document.")
    language = models.CharField(max_length=8, blank=True, help_text="Code of the language; en needs no translation.")
    name_on_document = models.CharField(max_length=250, blank=True, help_text="As printed on the document.")
    read_name = models.CharField(max_length=250, blank=True)
    read_degree_title = models.CharField(max_length=250, blank=True)
    read_issued_on = models.DateField(null=True, blank=True)
    read_graduation_on = models.DateField(null=True, blank=True)
    read_issuer = models.CharField(max_length=250, blank=True)
    title_accepted_on = models.DateField(
        null=True, blank=True, help_text="A title that the Reference Guide does not have was accepted (R-CRED-4)."
    )
    letter_accepted_on = models.DateField(
        null=True, blank=True, help_text="The school's letter counts for examinations from this day (R-CRED-8)."
    )

    objects = CredentialQuerySet.as_manager()

    class Meta:
        permissions = [
            ("review_credentials", "Can review credentials and the answers of schools"),
            ("refuse_credentials", "Can be the second person who refuses a credential or suspects fraud"),
            ("choose_specimens", "Can make a verified document a specimen of its school"),
        ]
        indexes = [models.Index(fields=["state", "moved_at"], name="credential_queue")]
        constraints = [
            state_is_known("credential", "kind", CredentialKind.values),
            state_is_known("credential", "state", CredentialState.values),
            state_is_known("credential", "told_state", ["", *(state.value for state in TOLD_OF_SUSPICION)]),
            *review_constraints("credential"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def told(self) -> tuple[CredentialState, datetime]:
        """Return the state that the physician is told, and since when: a suspicion goes on as what it came up in."""
        state = CredentialState(self.state)
        if state != CredentialState.SUSPECTED_FRAUD:
            return state, self.moved_at
        return CredentialState(self.told_state or CredentialState.IN_REVIEW), self.told_since or self.moved_at

    @property
    def not_ready(self) -> str:
        """Return a sentence unless every file that counts passed its checks and is still there."""
        files = [document.upload for document in self.current_documents()]
        return "" if files and all(file.is_shown for file in files) else FILE_NOT_READY

    def current_documents(self) -> "list[CredentialDocument]":
        """Return the files that count, oldest first, each with its upload; no query after `with_documents`."""
        known: list[CredentialDocument] | None = getattr(self, "known_documents", None)
        if known is not None:
            return known
        rows = self.documents.filter(replaced_by=None).select_related("upload")
        return list(rows.order_by("pk"))


class CredentialDocument(models.Model):
    """One file of a credential. A file that was replaced stays on record and counts no more."""

    audit_person = "credential__applicant_id"

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="documents")
    part = models.CharField(max_length=20, choices=CredentialPart.choices)
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            state_is_known("credential_document", "part", CredentialPart.values),
            models.UniqueConstraint(
                fields=["credential", "upload"],
                condition=Q(replaced_by__isnull=True),
                name="credential_document_file_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.pk}"


class CredentialSpecimen(models.Model):
    """A file of a verified credential that shows reviewers what documents of its school look like."""

    audit_person = "document__credential__applicant_id"

    document = models.OneToOneField(CredentialDocument, on_delete=models.CASCADE, related_name="specimen")
    school = models.ForeignKey(MedicalSchool, on_delete=models.PROTECT, related_name="specimens")
    chosen_at = models.DateTimeField()
    chosen_by = models.CharField(max_length=120, help_text="As in the audit log.")

    def __str__(self) -> str:
        return f"specimen {self.pk}"


class CredentialStatusChange(models.Model):
    """From which day a credential had which verification status; the newest one on a day is the status on that day."""

    audit_person = "credential__applicant_id"

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="status_changes")
    status = models.CharField(max_length=20, choices=CredentialStatus.choices)
    on = models.DateField()

    class Meta:
        constraints = [state_is_known("credential_status", "status", CredentialStatus.values)]
        indexes = [models.Index(fields=["credential", "on"], name="credential_status_on")]

    def __str__(self) -> str:
        return f"{self.status} {self.on}"
