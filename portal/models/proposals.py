"""Acts that two people do: what one proposed, and what another made of it."""

from django.db import models
from django.db.models import F, Q

from portal.constraints import state_is_known
from portal.states import Machine, Owner


class FourEyesAct(models.TextChoices):
    """Every act that takes two people (docs/adr/0011)."""

    WITHDRAW_REPORT = "cvs.withdraw_report", "Withdraw an issued report"
    RELEASE_REPORT = "cvs.release_report", "Release a report from hold"
    REMOVE_SECOND_FACTOR = "applicants.remove_second_factor", "Remove a lost second factor"
    CORRECT_BIRTH_DATE = "applicants.correct_birth_date", "Correct a checked birth date"
    DELETE_PERSON = "applicants.delete_person", "Delete a person"
    ISSUE_CERTIFICATE = "certification.issue_certificate", "Issue a certificate"
    EXTEND_CERTIFICATES = "certification.extend_certificates", "Extend certificates"
    REVOKE_CERTIFICATE = "certification.revoke_certificate", "Revoke a certificate"
    DECIDE_CASE = "certification.decide_case", "Decide a case of irregular behavior"
    REFUSE_CREDENTIAL = "certification.refuse_credential", "Refuse a credential"
    SUSPECT_FRAUD = "certification.suspect_fraud", "Treat a credential as a suspected fraud"
    REFUTE_VERIFICATION = "certification.refute_verification", "Take a document as refuted by its school"
    REJECT_PATHWAY = "certification.reject_pathway", "Reject a Pathway application"
    REJECT_APPLICATION = "certification.reject_application", "Reject an application for certification"


class ProposalState(models.TextChoices):
    """States of a proposal."""

    OPEN = "open", "Waits for a second person"
    CARRIED_OUT = "carried_out", "Carried out"
    DECLINED = "declined", "Declined"
    LAPSED = "lapsed", "Lapsed"


P = ProposalState
PROPOSAL_MACHINE: Machine[ProposalState] = Machine(
    name="Proposal",
    moves={
        P.OPEN: frozenset({P.CARRIED_OUT, P.DECLINED, P.LAPSED}),
        P.CARRIED_OUT: frozenset(),
        P.DECLINED: frozenset(),
        P.LAPSED: frozenset(),
    },
    owners={P.OPEN: Owner.STAFF, P.CARRIED_OUT: Owner.NOBODY, P.DECLINED: Owner.NOBODY, P.LAPSED: Owner.NOBODY},
)


class Proposal(models.Model):
    """One person's wish to do an act to one row. People are named as in the audit log."""

    act = models.CharField(max_length=60, choices=FourEyesAct.choices)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=ProposalState.choices, default=ProposalState.OPEN)
    reason = models.CharField(max_length=2000)
    proposed_by = models.CharField(max_length=60)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=2000, blank=True, help_text="Why it was carried out or declined.")

    class Meta:
        constraints = [
            state_is_known("proposal", "act", FourEyesAct.values),
            state_is_known("proposal", "state", ProposalState.values),
            models.UniqueConstraint(
                fields=["act", "subject_type", "subject_id"],
                condition=Q(state=ProposalState.OPEN),
                name="proposal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.OPEN, decided_at__isnull=True, decided_by="")
                | (~Q(state=ProposalState.OPEN) & Q(decided_at__isnull=False) & ~Q(decided_by="")),
                name="proposal_decided_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.CARRIED_OUT) | (~Q(decided_by="") & ~Q(decided_by=F("proposed_by"))),
                name="proposal_carried_out_by_another",
            ),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="proposal_of_subject")]

    def __str__(self) -> str:
        return f"proposal {self.pk}"
