"""Acts that take two people: the first who does one proposes it, another who does the same carries it out.

Which acts these are, and which permission each step needs, is said here once. The services of the acts ask
`applicants.permissions.agreed_by_two` (docs/adr/0011).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models

from portal import audit, mail
from portal.models import PROPOSAL_MACHINE, FourEyesAct, Proposal, ProposalState

# What was proposed longer ago is no basis for anything: the second person would decide about another situation.
VALID_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Steps:
    """The permissions for proposing an act and for carrying it out."""

    propose: str
    carry_out: str


ACTS: Mapping[FourEyesAct, Steps] = {
    FourEyesAct.WITHDRAW_REPORT: Steps("cvs.propose_report_withdrawal", "cvs.decide_report_withdrawal"),
    FourEyesAct.RELEASE_REPORT: Steps("cvs.propose_report_release", "cvs.release_report"),
    FourEyesAct.REMOVE_SECOND_FACTOR: Steps("applicants.propose_factor_removal", "applicants.decide_factor_removal"),
    FourEyesAct.CORRECT_BIRTH_DATE: Steps("applicants.check_identity", "applicants.decide_birth_dates"),
    FourEyesAct.DELETE_PERSON: Steps("applicants.propose_deletions", "applicants.decide_deletions"),
    FourEyesAct.ISSUE_CERTIFICATE: Steps("certification.propose_certificate", "certification.issue_certificate"),
    FourEyesAct.EXTEND_CERTIFICATES: Steps("certification.propose_extension", "certification.extend_certificates"),
    FourEyesAct.REVOKE_CERTIFICATE: Steps("certification.revoke_certificates", "certification.revoke_certificates"),
    FourEyesAct.DECIDE_CASE: Steps("certification.decide_cases", "certification.decide_cases"),
    FourEyesAct.REFUSE_CREDENTIAL: Steps("certification.review_credentials", "certification.refuse_credentials"),
    FourEyesAct.SUSPECT_FRAUD: Steps("certification.review_credentials", "certification.refuse_credentials"),
    FourEyesAct.REFUTE_VERIFICATION: Steps("certification.review_verification", "certification.refute_verification"),
    FourEyesAct.REJECT_PATHWAY: Steps("certification.propose_pathway_rejection", "certification.reject_pathways"),
    FourEyesAct.REJECT_APPLICATION: Steps("certification.review_applications", "certification.reject_applications"),
}


class SamePersonError(Exception):
    """Whoever proposed an act may not carry it out as well; nothing was written."""


def open_proposal(act: FourEyesAct, subject: models.Model, *, at: datetime) -> Proposal | None:
    """Return what waits for a second person, locked for the caller's transaction; what is too old counts no more."""
    found = _of(subject).filter(act=act, state=ProposalState.OPEN).select_for_update().first()
    if found is not None and found.proposed_at <= at - VALID_FOR:
        _close(found, ProposalState.LAPSED, subject=subject, actor="four eyes", answer="", at=at)
        return None
    return found


def propose(act: FourEyesAct, *, subject: models.Model, reason: str, actor: str, at: datetime) -> Proposal:
    """Note that `actor` wants `act` done to `subject`, and tell staff by mail that it waits.

    The caller has locked `subject` and found nothing open.
    """
    proposal = Proposal.objects.create(
        act=act,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        reason=reason,
        proposed_by=actor,
        proposed_at=at,
    )
    audit.record("portal.act_proposed", actor=actor, subject=subject, at=at, reason=reason, act=act.value)
    mail.alert_staff(
        subject="Something waits for a second person",
        lines=[f"Proposal {proposal.pk}: {act.label}. It counts for {VALID_FOR.days} days. Find it under Proposals."],
        at=at,
    )
    return proposal


def second(proposal: Proposal, *, subject: models.Model, reason: str, actor: str, at: datetime) -> None:
    """Note that `actor` carries out what another proposed. Raises `SamePersonError`."""
    if proposal.proposed_by == actor:
        raise SamePersonError("You asked for this yourself. It takes effect when a second person does the same.")
    _close(proposal, ProposalState.CARRIED_OUT, subject=subject, actor=actor, answer=reason, at=at)


def decline(proposal: Proposal, *, reason: str, actor: str, at: datetime) -> None:
    """End a locked proposal without doing anything. Raises `portal.states.IllegalMoveError` when it is closed."""
    _close(proposal, ProposalState.DECLINED, subject=proposal, actor=actor, answer=reason, at=at)


def lapse(act: FourEyesAct, *, subject: models.Model, at: datetime) -> None:
    """End what is open for `act` on `subject`, because the situation it was proposed in is over."""
    found = open_proposal(act, subject, at=at)
    if found is not None:
        _close(found, ProposalState.LAPSED, subject=subject, actor="four eyes", answer="", at=at)


def waiting_for(model: type[models.Model], keys: Iterable[object]) -> list[Proposal]:
    """Return what waits for a second person on these rows of `model`, for the page on which that person decides."""
    rows = Proposal.objects.filter(subject_type=model._meta.label_lower, subject_id__in=[str(key) for key in keys])
    return list(rows.filter(state=ProposalState.OPEN).order_by("pk"))


def _of(subject: models.Model) -> models.QuerySet[Proposal]:
    return Proposal.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))


def _close(
    proposal: Proposal, state: ProposalState, *, subject: models.Model, actor: str, answer: str, at: datetime
) -> None:
    PROPOSAL_MACHINE.check(proposal.state, state)
    proposal.state, proposal.answer = state, answer
    proposal.decided_by, proposal.decided_at = actor, at
    proposal.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    audit.record(f"portal.proposal_{state.value}", actor=actor, subject=subject, at=at, reason=answer, act=proposal.act)
