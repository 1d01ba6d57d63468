"""What certification knows of a physician: schools, education, examinations, pathways, credentials, the certificate."""

from django.db import models
from django.db.models import F, Q
from django_countries.fields import CountryField

from applicants.models import Applicant
from certification.rules.words import plain_text
from certification.states import CertificateState, CredentialKind, CredentialStatus, Examination, HoldKind
from portal.constraints import both_or_neither, state_is_known


class MedicalSchoolQuerySet(models.QuerySet["MedicalSchool"]):
    """Questions about schools."""

    def named_like(self, words: str) -> "MedicalSchoolQuerySet":
        """Return the schools whose name or city holds each of `words`, whatever accents and case; none without a word."""
        wanted = plain_text(words).split()
        found = self if wanted else self.none()
        for word in wanted:
            found = found.filter(search_text__contains=word)
        return found


class MedicalSchool(models.Model):
    """A medical school of the World Directory. Being listed says nothing of eligibility; its sponsor notes do."""

    name = models.CharField(max_length=250)
    city = models.CharField(max_length=120)
    country = CountryField()
    founded = models.PositiveSmallIntegerField(null=True, blank=True)
    search_text = models.CharField(max_length=500, help_text="`plain_text` of name and city, written with them.")

    objects = MedicalSchoolQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "city", "country"], name="medical_school_once"),
            models.CheckConstraint(condition=~Q(search_text=""), name="medical_school_can_be_found"),
        ]

    def __str__(self) -> str:
        return self.name


class SponsorNote(models.Model):
    """Graduation years whose students and graduates are eligible, both ends included (R-SCH-1, R-SCH-2)."""

    school = models.ForeignKey(MedicalSchool, on_delete=models.PROTECT, related_name="sponsor_notes")
    from_year = models.PositiveSmallIntegerField()
    to_year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: current, open ended.")
    basis = models.CharField(max_length=60, help_text="Where the years come from.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(to_year__isnull=True) | Q(to_year__gte=F("from_year")), name="sponsor_note_years_in_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_year}–{self.to_year or 'current'}"


class MedicalEducation(models.Model):
    """A physician's medical degree; the year of `graduation_on` counts for the sponsor note (R-SCH-7)."""

    applicant = models.OneToOneField(Applicant, on_delete=models.PROTECT, related_name="education")
    school = models.ForeignKey(MedicalSchool, on_delete=models.PROTECT, related_name="graduates")
    school_name = models.CharField(max_length=250, help_text="As in the Directory on the day of the degree.")
    degree_title = models.CharField(max_length=250, blank=True, help_text="As on the diploma.")
    graduation_on = models.DateField(null=True, blank=True)
    degree_on = models.DateField(null=True, blank=True, help_text="Printed on the diploma; may be later.")

    def __str__(self) -> str:
        return f"education of {self.applicant_id}"


class ExaminationResult(models.Model):
    """One sitting of an examination. Scores are not kept here: no report ever shows one (R-CVS-2)."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="examination_results")
    examination = models.CharField(max_length=12, choices=Examination.choices)
    taken_on = models.DateField()
    reported_on = models.DateField(help_text="The result counts from this day.")
    passed = models.BooleanField()

    class Meta:
        constraints = [
            state_is_known("examination_result", "examination", Examination.values),
            models.UniqueConstraint(fields=["applicant", "examination", "taken_on"], name="one_result_per_sitting"),
            models.CheckConstraint(condition=Q(reported_on__gte=F("taken_on")), name="result_after_sitting"),
        ]

    def __str__(self) -> str:
        return f"{self.examination} {self.taken_on}"


class PathwayAcceptance(models.Model):
    """An accepted Pathway with its OET Medicine: clinical and communication skills (R-CLIN-1, R-PW-VALID)."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="pathway_acceptances")
    pathway = models.PositiveSmallIntegerField()
    season = models.PositiveSmallIntegerField()
    accepted_on = models.DateField()
    oet_on = models.DateField(help_text="Day of the OET Medicine sitting that met the season's minima.")
    valid_through = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pathway__gte=1, pathway__lte=6), name="pathway_one_to_six"),
            models.CheckConstraint(
                condition=Q(valid_through__gte=F("accepted_on")), name="pathway_valid_after_accepted"
            ),
        ]

    def __str__(self) -> str:
        return f"Pathway {self.pathway}, season {self.season}"


class Credential(models.Model):
    """A medical education credential that is verified with the school that issued it (R-PSV-1 to R-PSV-3)."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="credentials")
    kind = models.CharField(max_length=20, choices=CredentialKind.choices)
    issuer = models.CharField(max_length=250)

    class Meta:
        constraints = [state_is_known("credential", "kind", CredentialKind.values)]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


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


class Certificate(models.Model):
    """The certificate. A person is certified from `issued_on` (R-CERT-1); its number is its own (R-ID-5)."""

    applicant = models.OneToOneField(Applicant, on_delete=models.PROTECT, related_name="certificate")
    number = models.CharField(max_length=20, unique=True)
    issued_on = models.DateField()
    valid_through = models.DateField(null=True, blank=True, help_text="Empty: no expiry (R-CERT-4).")
    made_permanent_on = models.DateField(null=True, blank=True, help_text="R-CERT-5.")
    revoked_on = models.DateField(null=True, blank=True, help_text="R-CERT-10.")
    state = models.CharField(max_length=16, choices=CertificateState.choices, default=CertificateState.ISSUED)

    class Meta:
        constraints = [
            state_is_known("certificate", "state", CertificateState.values),
            models.CheckConstraint(
                condition=Q(state=CertificateState.REVOKED, revoked_on__isnull=False)
                | (~Q(state=CertificateState.REVOKED) & Q(revoked_on__isnull=True)),
                name="certificate_revoked_has_day",
            ),
            models.CheckConstraint(
                condition=Q(valid_through__isnull=True) | Q(valid_through__gte=F("issued_on")),
                name="certificate_valid_after_issue",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Annotation(models.Model):
    """Permanent mark of a finding of irregular behavior; travels with every later report (R-IRR-4)."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="annotations")
    text = models.CharField(max_length=500)
    explanation = models.TextField(help_text="Explanatory note that is enclosed with each report.")
    decided_on = models.DateField()

    def __str__(self) -> str:
        return f"annotation {self.pk}"


class Hold(models.Model):
    """A reason why services stop for a person (R-HOLD-1, R-HOLD-2). Open while `lifted_at` is empty."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=24, choices=HoldKind.choices)
    stops_reports = models.BooleanField(default=False, help_text="No report is sent while this hold is open.")
    reason = models.CharField(max_length=500)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=120)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 (filled together with lifted_at)

    class Meta:
        constraints = [
            state_is_known("hold", "kind", HoldKind.values),
            both_or_neither("hold", "lifted_at", "lifted_by"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
