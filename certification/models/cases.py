"""Cases of irregular behavior: notice, answer, decision, appeal. Restricted to the committee."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from applicants.models import Applicant
from certification.models.credentials import Credential
from certification.models.holds import Annotation, Hold
from certification.models.verification import VerificationRequest
from certification.states import SHOWN_TO_THE_PERSON, CaseState, SanctionKind
from portal.constraints import both_or_neither, state_is_known
from portal.models import Upload

MOST_WORDS = 10_000


class CaseQuerySet(models.QuerySet["IrregularBehaviorCase"]):
    """Questions about cases."""

    def untold(self) -> "CaseQuerySet":
        """Return those of which the person concerned knows nothing: no notice was sent, or none ever will be."""
        return self.exclude(state__in=SHOWN_TO_THE_PERSON)


class IrregularBehaviorCase(models.Model):
    """One case about one person (R-IRR-2). The notice is kept word for word, and never changed once it was sent."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="irregular_cases")
    state = models.CharField(max_length=16, choices=CaseState.choices, default=CaseState.ALLEGATION)
    allegation = models.TextField(max_length=MOST_WORDS, help_text="For staff; the person reads the notice.")
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=120)
    credential = models.ForeignKey(
        Credential,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The document that gave rise to it.",
    )
    verification = models.ForeignKey(
        VerificationRequest,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The question to the school whose answer gave rise to it.",
    )
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="+", help_text="While the case is open.")
    notice = models.TextField(max_length=MOST_WORDS, blank=True, help_text="As it was sent.")
    notice_sent_at = models.DateTimeField(null=True, blank=True)
    answer_by = models.DateField(null=True, blank=True, help_text="Last day (US Eastern) for an answer.")
    answer = models.TextField(max_length=MOST_WORDS, blank=True)
    wants_hearing = models.BooleanField(default=False, help_text="The person asked to be heard.")
    answered_at = models.DateTimeField(null=True, blank=True)
    decision_words = models.TextField(max_length=MOST_WORDS, blank=True, help_text="Shown to the person.")
    decided_at = models.DateTimeField(null=True, blank=True)
    appeal_by = models.DateField(null=True, blank=True, help_text="Last day (US Eastern) for an appeal.")
    appeal = models.TextField(max_length=MOST_WORDS, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    annotation = models.OneToOneField(Annotation, null=True, blank=True, on_delete=models.PROTECT, related_name="case")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            state_is_known("irregular_case", "state", CaseState.values),
            both_or_neither("irregular_case", "notice_sent_at", "answer_by"),
            models.CheckConstraint(
                condition=Q(state__in=[CaseState.ALLEGATION, CaseState.STAFF_REVIEW, CaseState.DISMISSED])
                | (~Q(notice="") & Q(notice_sent_at__isnull=False)),
                name="irregular_case_no_decision_without_notice",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[CaseState.DISMISSED, CaseState.FINAL], closed_at__isnull=False)
                | (~Q(state__in=[CaseState.DISMISSED, CaseState.FINAL]) & Q(closed_at__isnull=True)),
                name="irregular_case_closed_at_the_end",
            ),
        ]
        indexes = [
            models.Index(fields=["applicant", "opened_at"], name="irregular_case_of_person"),
            models.Index(fields=["answer_by"], condition=Q(state="notice_sent"), name="irregular_case_answer_due"),
            models.Index(fields=["appeal_by"], condition=Q(state="decided"), name="irregular_case_appeal_due"),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"


class CaseAllegation(models.Model):
    """What was alleged while a case was open already, beside the allegation that opened it.

    Written once: a trigger refuses any change but that a deletion takes the question to the school away.
    """

    audit_person = "case__applicant_id"

    case = models.ForeignKey(IrregularBehaviorCase, on_delete=models.PROTECT, related_name="later_allegations")
    words = models.TextField(max_length=MOST_WORDS, help_text="For staff; the person reads the notice.")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    verification = models.ForeignKey(
        VerificationRequest,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The question to the school whose answer gave rise to it.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("words"), MOST_WORDS), name="case_allegation_not_too_long"
            )
        ]

    def __str__(self) -> str:
        return f"allegation {self.pk} of case {self.case_id}"


class CaseDocument(models.Model):
    """A file that the person sent with an answer or an appeal."""

    audit_person = "case__applicant_id"

    case = models.ForeignKey(IrregularBehaviorCase, on_delete=models.PROTECT, related_name="documents")
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "upload"], name="case_document_once")]

    def __str__(self) -> str:
        return f"document of case {self.case_id}"


class CaseDecision(models.Model):
    """What one member of the committee proposes about a case, and another carries out; about an appeal, two others."""

    audit_person = "case__applicant_id"

    case = models.ForeignKey(IrregularBehaviorCase, on_delete=models.PROTECT, related_name="decisions")
    about_appeal = models.BooleanField(default=False)
    finding = models.BooleanField(help_text="Irregular behavior was found; about an appeal: the finding stands.")
    words = models.TextField(max_length=MOST_WORDS, help_text="The decision with its reasons, as the person reads it.")
    annotation_text = models.CharField(max_length=500, blank=True, help_text="Stated in every later report (R-IRR-4).")
    explanation = models.TextField(max_length=MOST_WORDS, blank=True, help_text="Explanatory note of the annotation.")
    proposed_by = models.CharField(max_length=120)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(proposed_by=F("decided_by")), name="case_decision_by_two"),
            models.CheckConstraint(
                condition=Q(decided_by="", decided_at__isnull=True) | (~Q(decided_by="") & Q(decided_at__isnull=False)),
                name="case_decision_has_its_time",
            ),
            models.UniqueConstraint(
                fields=["case", "about_appeal"], condition=~Q(decided_by=""), name="case_decided_once"
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"


class CaseSanction(models.Model):
    """What a decision imposes, from its day until a day or for good."""

    audit_person = "decision__case__applicant_id"

    decision = models.ForeignKey(CaseDecision, on_delete=models.PROTECT, related_name="sanctions")
    kind = models.CharField(max_length=24, choices=SanctionKind.choices)
    until = models.DateField(null=True, blank=True, help_text="Last day; empty: no end.")
    words = models.CharField(max_length=500, blank=True, help_text="What an other sanction is.")
    hold = models.ForeignKey(Hold, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            state_is_known("case_sanction", "kind", SanctionKind.values),
            models.UniqueConstraint(fields=["decision", "kind"], name="case_sanction_once"),
            models.CheckConstraint(
                condition=~Q(kind=SanctionKind.OTHER) | ~Q(words=""), name="case_sanction_other_in_words"
            ),
            models.CheckConstraint(
                condition=~Q(kind=SanctionKind.REVOKE_CERTIFICATE) | Q(until__isnull=True),
                name="case_sanction_revoked_for_good",
            ),
        ]

    def __str__(self) -> str:
        return self.kind
