"""Staff decide about a complete application: accept, reject (two people), or hand it to the committee (Pathway 6)."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from applicants.models import User
from applicants.permissions import agreed_by_two, require
from applicants.purchases import till
from applicants.services import reviews
from applicants.services.reviews import DecisionError, Judgment, ReviewError
from certification.emails import tell_about_pathway
from certification.models import ExaminationResult, PathwayAcceptance, PathwayApplication
from certification.rules import facts as rule_facts
from certification.rules.case import Case
from certification.rules.pathway_choice import with_claim
from certification.rules.pathway_evidence import assess
from certification.services.certificates import extending
from certification.services.pathways import progress, records
from certification.services.pathways.errors import PathwayError
from certification.services.person import person_facts
from certification.services.rule_tables import current_tables
from certification.states import BY_THE_SCHOOL, REGISTERED_CHECK, Pathway, PathwayState
from portal import audit, four_eyes
from portal.audit import actor_label
from portal.eastern import eastern_date
from portal.mail import alert_staff
from portal.models import FourEyesAct

REVIEW = "certification.review_pathways"
COMMITTEE = "certification.decide_pathway_scores"
LOW_SCORES = "R-PW-6"


def checks_of(application: PathwayApplication) -> list[tuple[str, str]]:
    """Return the checks that must be ticked before acceptance, as (code, words)."""
    checks = []
    if application.pathway == Pathway.LICENSED:
        checks += [
            ("license", "The copy shows what was entered: name, authority, number, days"),
            ("authority", "The confirmation came directly from the licensing authority"),
        ]
    if application.pathway in BY_THE_SCHOOL:
        checks += [("basis", "Accreditation, joint degree or examination is as stated")]
    if application.pathway == Pathway.MINI_CEX:
        checks += [("evaluators", "Each evaluator exists and has the license that they named")]
    sat = ExaminationResult.objects.filter(applicant_id=application.applicant_id)
    if application.registered_on is not None and not sat.exists():
        checks += [
            (REGISTERED_CHECK, "The examination’s program confirms the registration for a Step on the day stated")
        ]
    return [*checks, ("oet", "The OET results are this person’s")]


def faults_of(application: PathwayApplication, *, at: datetime, approved: bool = False) -> dict[str, str]:
    """Return why the rules do not allow acceptance now: rule id → reason; nothing when they do.

    `approved` is the committee's word about scores below the threshold.
    """
    today, tables = eastern_date(at), current_tables()
    person = person_facts(application.applicant, today)
    # A person has one open application, so this is it.
    others = [one for one in person.pathway_applications if one.state is not rule_facts.PathwayState.IN_REVIEW]
    (shown,) = [one for one in person.pathway_applications if one.state is rule_facts.PathwayState.IN_REVIEW]
    approval = rule_facts.CommitteeDecision.APPROVED if approved else None
    fact = replace(shown, state=rule_facts.PathwayState.ACCEPTED, accepted_on=today, committee=approval)
    whole = replace(person, pathway_applications=(*others, fact))
    if "basis" in application.checks and application.pathway in BY_THE_SCHOOL:
        whole = replace(whole, education=with_claim(whole.education, application.pathway))
    findings = assess(fact, whole, tables, today, Case(whole, tables, today).failures_of_cs).findings
    return {rule: finding.reason for rule, finding in findings.items() if not finding.outcome.satisfies}


@transaction.atomic
def accept(*, key: int, judgment: Judgment, reviewer: User, at: datetime) -> PathwayAcceptance:
    """Accept the application: clinical and communication skills are shown, to the end of the year after the season.

    A revalidation proposes the extension of the certificate to that day (R-CERT-8); a second person carries it out.
    Raises `NotAllowedError`, and `ReviewError` when it is not the reviewer's, a check was not made, or a rule forbids it.
    """
    application = _begun(key, judgment, reviewer)
    actor = actor_label(reviewer)
    for_committee = application.committee_since is not None
    require(actor, COMMITTEE if for_committee else REVIEW)
    if not {code for code, _ in checks_of(application)} <= set(judgment.checks):
        raise DecisionError("checks", "Make all checks before you accept")
    faults = faults_of(application, at=at, approved=for_committee)
    if faults:
        raise DecisionError("checks", " ".join(f"{rule}: {reason}" for rule, reason in faults.items()))
    taken_on = progress.oet_day(application, at=at)
    assert taken_on is not None  # R-OET would have been a fault
    acceptance = PathwayAcceptance.objects.create(
        applicant=application.applicant,
        pathway=application.pathway,
        season=application.season,
        accepted_on=eastern_date(at),
        oet_on=taken_on,
        valid_through=last_day(application.season, on=eastern_date(at)),
    )
    application.acceptance = acceptance
    _end(application, PathwayState.ACCEPTED, actor=actor, at=at)
    tell_about_pathway(application, "pathway_accepted", at=at)
    if application.is_revalidation:
        _extend_certificate(application, acceptance, actor=actor, at=at)
    return acceptance


def _extend_certificate(
    application: PathwayApplication, acceptance: PathwayAcceptance, *, actor: str, at: datetime
) -> None:
    """Have the certificate extended to the last day of the acceptance; staff hear what is left to do."""
    extension = extending.propose_revalidated(acceptance, actor=actor, at=at)
    left = (
        f"Extension {extension.pk} to {acceptance.valid_through} waits for a second person."
        if extension is not None
        else f"Look at what holds the certificate, then extend it to {acceptance.valid_through}."
    )
    lines = [f"Pathway application {application.pk}.", left]
    alert_staff(subject="A certificate was revalidated by a Pathway", lines=lines, at=at)


def last_day(season: int, *, on: date) -> date:
    """Return the last day on which an acceptance of `season` serves (R-PW-VALID)."""
    return date(season + current_tables().number("pathway_seasons_served", on), 12, 31)


def _begun(key: int, judgment: Judgment, reviewer: User) -> PathwayApplication:
    return reviews.begin_decision(PathwayApplication, key, judgment=judgment, reviewer=reviewer)


def _end(application: PathwayApplication, state: PathwayState, *, actor: str, at: datetime, reason: str = "") -> None:
    records.move(application, state, at=at, actor=actor, reason=reason)
    application.decided_at, application.decided_by = at, actor
    application.reviewer = application.reviewer_until = None
    application.save()
    if application.order_line is not None:
        till().earn(line_id=application.order_line, at=at, actor=actor)


@transaction.atomic
def reject(*, key: int, judgment: Judgment, reviewer: User, at: datetime) -> bool:
    """Reject the application with the reason that the person reads; takes two people, False says the second is awaited.

    Raises `NotAllowedError`, `four_eyes.SamePersonError`, `ReviewError`.
    """
    application = _begun(key, judgment, reviewer)
    actor = actor_label(reviewer)
    if application.committee_since is not None:
        require(actor, COMMITTEE)
    reviews.require_reason(judgment)
    reason = judgment.return_reason.strip()
    if not agreed_by_two(FourEyesAct.REJECT_PATHWAY, subject=application, reason=reason, actor=actor, at=at):
        # So that the second person can take it at once.
        application.reviewer_until = at
        application.save()
        return False
    _end(application, PathwayState.REJECTED, actor=actor, at=at, reason=reason)
    tell_about_pathway(application, "pathway_rejected", at=at, reason=reason)
    return True


@transaction.atomic
def to_committee(*, key: int, judgment: Judgment, reviewer: User, at: datetime) -> PathwayApplication:
    """Hand Pathway 6 with scores below the threshold to the committee. Raises `NotAllowedError`, `ReviewError`."""
    application = _begun(key, judgment, reviewer)
    actor = actor_label(reviewer)
    require(actor, REVIEW)
    if application.committee_since is not None:
        raise ReviewError("The committee has this application already.")
    if LOW_SCORES not in faults_of(application, at=at) or LOW_SCORES in faults_of(application, at=at, approved=True):
        raise ReviewError("The committee decides only about scores below the threshold, and nothing else stands here.")
    four_eyes.lapse(FourEyesAct.REJECT_PATHWAY, subject=application, at=at)
    application.committee_since, application.changed_at = at, at
    application.reviewer = application.reviewer_until = None
    application.save()
    audit.record("certification.pathway_to_committee", actor=actor, subject=application, at=at)
    alert_staff(
        subject="Scores of Pathway 6 are for the committee", lines=[f"Pathway application {application.pk}."], at=at
    )
    return application


@transaction.atomic
def request_recheck(*, key: int, at: datetime, actor: str) -> PathwayApplication:
    """Let the committee look at the scores of a denied Pathway 6 once more; the applicant may ask once (R-PW-6).

    Raises `PathwayError`.
    """
    application = records.lock(key)
    if application.committee_since is None or application.state != PathwayState.REJECTED:
        raise PathwayError("Only scores about which the committee has decided can be looked at once more")
    if application.recheck_requested_at is not None:
        raise PathwayError("You have asked for this before. It can be done once")
    records.move(application, PathwayState.IN_REVIEW, at=at, actor=actor)
    application.recheck_requested_at = at
    application.decided_at = application.decided_by = None
    application.save()
    alert_staff(
        subject="Scores of Pathway 6 are to be looked at once more",
        lines=[f"Pathway application {application.pk}."],
        at=at,
    )
    return application
