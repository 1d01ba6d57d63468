"""Pathway 6: physicians who watch encounters, and what they say of each (R-PW-6)."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django_countries.fields import CountryField

from certification.models.pathway_applications import PathwayApplication
from certification.states import EncounterSetting, EvaluatorState
from portal.constraints import filled_exactly_in, state_is_known
from portal.encryption import EncryptedTextField

LOWEST_SCORE, HIGHEST_SCORE = 1, 9
COMPONENTS = {
    "interviewing": "Medical interviewing",
    "examination": "Physical examination",
    "professionalism": "Professionalism and communication",
    "reasoning": "Clinical reasoning and judgment",
}


class Evaluator(models.Model):
    """A physician whom an applicant invited. Name and license are the applicant's words until the evaluator agrees.

    `email_key` tells who is the same evaluator for several applicants of a season.
    """

    audit_person = "application__applicant_id"

    application = models.ForeignKey(PathwayApplication, on_delete=models.CASCADE, related_name="evaluators")
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    email_key = models.CharField(max_length=254, db_index=True, help_text="The address in one spelling.")
    license_authority = models.CharField(max_length=200)
    license_country = CountryField()
    license_number = EncryptedTextField(blank=True, help_text="Given by the evaluator; encrypted in the database.")
    licensed_since = models.DateField(null=True, blank=True, help_text="First day of an unrestricted license.")
    state = models.CharField(max_length=12, choices=EvaluatorState.choices, default=EvaluatorState.INVITED)
    invited_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    agreed_on = models.DateField(null=True, blank=True, help_text="Encounters count after this day (U.S. Eastern).")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    link_digest = models.CharField(
        max_length=64, unique=True, help_text="Hash of the secret part of the link in force."
    )
    link_sent_at = models.DateTimeField()
    links_sent = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            state_is_known("evaluator", "state", EvaluatorState.values),
            filled_exactly_in("evaluator", "state", "withdrawn_at", [EvaluatorState.WITHDRAWN.value]),
            models.CheckConstraint(
                condition=~Q(state=EvaluatorState.AGREED)
                | Q(answered_at__isnull=False, agreed_on__isnull=False, licensed_since__isnull=False),
                name="evaluator_agreed_has_facts",
            ),
            models.UniqueConstraint(
                fields=["application", "email_key"],
                condition=Q(state__in=[EvaluatorState.INVITED, EvaluatorState.AGREED]),
                name="evaluator_once_per_application",
            ),
        ]

    def __str__(self) -> str:
        return f"evaluator {self.pk}"


def _score() -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(
        validators=[MinValueValidator(LOWEST_SCORE), MaxValueValidator(HIGHEST_SCORE)]
    )


class Evaluation(models.Model):
    """One encounter with a patient, scored by the evaluator who watched it (Mini-CEX). Never changed once it was sent."""

    audit_person = "evaluator__application__applicant_id"

    evaluator = models.ForeignKey(Evaluator, on_delete=models.PROTECT, related_name="evaluations")
    number = models.PositiveSmallIntegerField(help_text="First or second of this evaluator.")
    encounter_on = models.DateField()
    setting = models.CharField(max_length=12, choices=EncounterSetting.choices)
    in_person = models.BooleanField(help_text="With a real patient, in one room.")
    interviewing = _score()
    examination = _score()
    professionalism = _score()
    reasoning = _score()
    comments = models.TextField(max_length=4000)
    submitted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluator", "number"], name="evaluation_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=2), name="evaluation_two_at_most"),
            state_is_known("evaluation", "setting", EncounterSetting.values),
            *[
                models.CheckConstraint(
                    condition=Q(**{f"{name}__gte": LOWEST_SCORE, f"{name}__lte": HIGHEST_SCORE}),
                    name=f"evaluation_{name}_score",
                )
                for name in COMPONENTS
            ],
            models.CheckConstraint(condition=Q(in_person=True), name="evaluation_in_person"),
        ]

    def __str__(self) -> str:
        return f"evaluation {self.pk}"
