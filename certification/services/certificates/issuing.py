"""Issuing a certificate: two people, and the rules asked again inside the transaction (invariant 20, R-CERT-1)."""

from datetime import date, datetime

from django.db import transaction

from applicants.models import Applicant
from applicants.permissions import agreed_by_two, require
from applicants.purchases import till
from certification.certificate_emails import tell_issued
from certification.models import Certificate, IssueCandidate, IssueDecision
from certification.rules.trace import Overall, Verdict
from certification.rules.verdict_json import as_json
from certification.services.certificates import candidates, copies, records
from certification.services.certificates.records import Deciders
from certification.services.evaluation import evaluate_person
from certification.states import CertificateChangeKind
from portal import four_eyes
from portal.eastern import eastern_date
from portal.models import FourEyesAct

ACT = FourEyesAct.ISSUE_CERTIFICATE
MOST_NAMED = 3


class NotIssuedError(Exception):
    """No certificate can be issued; the text is for staff. Nothing was written."""


class AlreadyCertifiedError(NotIssuedError):
    """The person has a certificate."""


class NotEligibleError(NotIssuedError):
    """Not every rule is MET or N/A today, or a hold is open."""


def issue(*, applicant_id: int, reason: str, actor: str, at: datetime) -> bool:
    """Issue a certificate to a person once two people want it; returns whether it is, False for the first of them.

    Both are refused unless every rule is met on that day. Raises NotIssuedError, `NotAllowedError` or
    `four_eyes.SamePersonError`. Who is not eligible any more goes off the list, and a first person's wish with them.
    """
    try:
        return _issue(applicant_id, reason=reason, actor=actor, at=at)
    except NotEligibleError:
        _end_wish(applicant_id, at=at)
        raise


@transaction.atomic
def _issue(applicant_id: int, *, reason: str, actor: str, at: datetime) -> bool:
    require(actor, four_eyes.ACTS[ACT].propose)
    # Whatever is added about the person meanwhile, a hold too, waits for this lock.
    applicant = Applicant.objects.select_for_update(of=("self",)).select_related("user").get(pk=applicant_id)
    if Certificate.objects.filter(applicant=applicant).exists():
        raise AlreadyCertifiedError("This person has a certificate already. A person has one for life.")
    verdict = evaluate_person(applicant, eastern_date(at))
    require_eligible(verdict)
    if till().owed_cents(applicant.pk) > 0:
        raise NotEligibleError("R-HOLD-1: an amount is owed on the financial account.")
    wish = four_eyes.open_proposal(ACT, applicant, at=at)
    if not agreed_by_two(ACT, subject=applicant, reason=reason, actor=actor, at=at) or wish is None:
        return False
    decision = IssueDecision.objects.create(
        applicant=applicant,
        as_of=verdict.as_of,
        outcome=verdict.outcome.value,
        verdict=as_json(verdict),
        eligible_since=_eligible_since(applicant, verdict),
        reason=reason,
        proposed_by=wish.proposed_by,
        proposed_at=wish.proposed_at,
        decided_by=actor,
        decided_at=at,
    )
    certificate = Certificate.objects.create(
        applicant=applicant,
        number=records.next_number(),
        issued_on=verdict.as_of,
        valid_through=verdict.valid_through if isinstance(verdict.valid_through, date) else None,
        decision=decision,
    )
    two = Deciders(first=wish.proposed_by, second=actor)
    records.add_change(certificate, CertificateChangeKind.ISSUED, reason=reason, deciders=two, at=at)
    copies.request_copy(certificate, at=at, actor=actor)
    IssueCandidate.objects.filter(applicant=applicant).delete()
    tell_issued(certificate, at=at)
    return True


def require_eligible(verdict: Verdict) -> None:
    """Raise NotEligibleError, naming what is open, unless every rule is MET or N/A and nothing holds the certificate."""
    open_traces = verdict.open_traces
    if verdict.outcome is Overall.ELIGIBLE and not open_traces:
        return
    named = [f"{trace.rule_id}: {trace.reason}" for trace in open_traces[:MOST_NAMED]]
    more = f" And {len(open_traces) - MOST_NAMED} more." if len(open_traces) > MOST_NAMED else ""
    raise NotEligibleError(f"Not everything is met today ({verdict.as_of}). {' '.join(named)}{more}")


def _eligible_since(applicant: Applicant, verdict: Verdict) -> date:
    listed = IssueCandidate.objects.filter(applicant=applicant).values_list("eligible_since", flat=True).first()
    return min(listed, verdict.as_of) if listed else verdict.as_of


@transaction.atomic
def _end_wish(applicant_id: int, *, at: datetime) -> None:
    applicant = Applicant.objects.select_for_update(of=("self",)).get(pk=applicant_id)
    four_eyes.lapse(ACT, subject=applicant, at=at)
    candidates.unlist(applicant_id, at=at)
