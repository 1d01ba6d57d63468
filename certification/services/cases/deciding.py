"""Decisions about cases: two members of the committee; about an appeal, two who did not decide before (R-IRR-2 to R-IRR-4).

A finding annotates the record for good and may place holds that end by themselves. A revocation takes effect when the
decision is final, so that an appeal is not too late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from applicants.permissions import agreed_by_two, require
from certification.certificate_emails import tell
from certification.models import Annotation, CaseDecision, CaseSanction, Certificate, Hold, IrregularBehaviorCase
from certification.services.cases.steps import CaseError, lock_case, move
from certification.services.certificates import records, revoking
from certification.services.certificates.records import Deciders
from certification.services.holds import lift_hold, place_hold
from certification.states import CaseState, CertificateState, HoldKind, SanctionKind
from portal import audit, four_eyes
from portal.eastern import eastern_date
from portal.models import FourEyesAct

ACT = FourEyesAct.DECIDE_CASE
HOLDING = (SanctionKind.WITHHOLD_CERTIFICATE, SanctionKind.BAR_FROM_SERVICES, SanctionKind.REVOKE_CERTIFICATE)


@dataclass(frozen=True)
class Sanction:
    """What is imposed, until a day or for good; `words` say what an other sanction is."""

    kind: SanctionKind
    until: date | None = None
    words: str = ""


@dataclass(frozen=True)
class Draft:
    """A decision as somebody proposes it."""

    finding: bool
    words: str
    annotation_text: str = ""
    explanation: str = ""
    sanctions: Sequence[Sanction] = ()


def check(case: IrregularBehaviorCase, draft: Draft, *, at: datetime) -> None:
    """Raise CaseError, with the field of the remedy, unless this can be decided about the case now."""
    about_appeal = case.state == CaseState.APPEALED
    if case.state not in {CaseState.WITH_COMMITTEE, CaseState.APPEALED}:
        raise CaseError("There is nothing to decide about this case now", field="case")
    if not draft.words.strip():
        raise CaseError("Write the decision with its reasons", field="words")
    if about_appeal and (draft.sanctions or draft.annotation_text):
        raise CaseError(
            "An appeal is decided by keeping or ending the finding; it imposes nothing new", field="finding"
        )
    if draft.finding and not about_appeal and not (draft.annotation_text.strip() and draft.explanation.strip()):
        raise CaseError("A finding needs its annotation and the explanatory note (R-IRR-4)", field="annotation_text")
    if not draft.finding and draft.sanctions:
        raise CaseError("Without a finding nothing can be imposed", field="finding")
    for sanction in draft.sanctions:
        _check_sanction(sanction, at=at)


def _check_sanction(sanction: Sanction, *, at: datetime) -> None:
    if sanction.until is not None and sanction.until <= eastern_date(at):
        raise CaseError("The last day of a sanction must be in the future", field=f"{sanction.kind.value}_until")
    if sanction.kind == SanctionKind.REVOKE_CERTIFICATE and sanction.until is not None:
        raise CaseError("A revocation has no end", field="revoke_certificate_until")
    if sanction.kind == SanctionKind.OTHER and not sanction.words.strip():
        raise CaseError("Say what the other sanction is", field="other_words")


@transaction.atomic
def propose(*, case_id: int, draft: Draft, at: datetime, actor: str) -> CaseDecision:
    """Note a decision as the first of two. Raises CaseError or `NotAllowedError`; nothing is written then."""
    require(actor, four_eyes.ACTS[ACT].propose)
    case = lock_case(case_id)
    check(case, draft, at=at)
    about_appeal = case.state == CaseState.APPEALED
    if about_appeal:
        _require_others(case, actor)
    decision = CaseDecision.objects.create(
        case=case,
        about_appeal=about_appeal,
        finding=draft.finding,
        words=draft.words,
        annotation_text=draft.annotation_text,
        explanation=draft.explanation,
        proposed_by=actor,
        proposed_at=at,
    )
    CaseSanction.objects.bulk_create(
        [CaseSanction(decision=decision, kind=one.kind, until=one.until, words=one.words) for one in draft.sanctions]
    )
    agreed_by_two(ACT, subject=decision, reason=f"Case {case.pk}", actor=actor, at=at)
    return decision


def _require_others(case: IrregularBehaviorCase, actor: str) -> None:
    """Raise CaseError for whoever decided before: an appeal goes to a separate committee (R-IRR-2)."""
    before = case.decisions.filter(about_appeal=False).exclude(decided_by="")
    if any(actor in {one.proposed_by, one.decided_by} for one in before):
        raise CaseError("You decided about this case before. Others decide about the appeal.")


@transaction.atomic
def decide(*, decision_id: int, at: datetime, actor: str) -> bool:
    """Carry a proposed decision out as the second person; returns whether it is, False when the wish had to be renewed.

    Raises CaseError, `NotAllowedError` or `four_eyes.SamePersonError`; nothing is written then.
    """
    require(actor, four_eyes.ACTS[ACT].propose)
    case = lock_case(CaseDecision.objects.values_list("case_id", flat=True).get(pk=decision_id))
    decision = CaseDecision.objects.select_for_update().get(pk=decision_id)
    expected = CaseState.APPEALED if decision.about_appeal else CaseState.WITH_COMMITTEE
    if decision.decided_by or case.state != expected:
        raise CaseError("This case was decided meanwhile.")
    if decision.about_appeal:
        _require_others(case, actor)
    wish = four_eyes.open_proposal(ACT, decision, at=at)
    if not agreed_by_two(ACT, subject=decision, reason=f"Case {case.pk}", actor=actor, at=at) or wish is None:
        CaseDecision.objects.filter(pk=decision.pk).update(proposed_by=actor, proposed_at=at)
        return False
    decision.proposed_by, decision.decided_by, decision.decided_at = wish.proposed_by, actor, at
    decision.save(update_fields=["proposed_by", "decided_by", "decided_at"])
    if decision.about_appeal:
        _decide_appeal(case, decision, at=at, actor=actor)
    else:
        _decide_first(case, decision, at=at, actor=actor)
    tell(case.applicant, "case_decided", about=decision, at=at, page="cases")
    return True


def _decide_first(case: IrregularBehaviorCase, decision: CaseDecision, *, at: datetime, actor: str) -> None:
    case.decision_words, case.decided_at = decision.words, at
    if not decision.finding:
        _lift(case.hold, "The committee found no irregular behavior", at=at, actor=actor)
        move(case, CaseState.FINAL, at=at, actor=actor)
        return
    case.annotation = Annotation.objects.create(
        applicant=case.applicant,
        text=decision.annotation_text,
        explanation=decision.explanation,
        decided_on=eastern_date(at),
    )
    audit.record("certification.annotation_written", actor=actor, subject=case.annotation, at=at)
    for sanction in decision.sanctions.filter(kind__in=HOLDING):
        sanction.hold = place_hold(
            applicant=case.applicant,
            kind=HoldKind.IRREGULAR_BEHAVIOR,
            stops_reports=sanction.kind == SanctionKind.BAR_FROM_SERVICES,
            reason=f"Decision of the committee: {sanction.get_kind_display()}",
            at=at,
            actor=actor,
            ends_on=sanction.until,
        )
        sanction.save(update_fields=["hold"])
    _lift(case.hold, "The committee decided", at=at, actor=actor)
    case.appeal_by = eastern_date(at) + timedelta(days=settings.CASE_APPEAL_DAYS)
    move(case, CaseState.DECIDED, at=at, actor=actor)


def _decide_appeal(case: IrregularBehaviorCase, decision: CaseDecision, *, at: datetime, actor: str) -> None:
    case.decision_words = f"{case.decision_words}\n\n{decision.words}"
    if not decision.finding:
        for sanction in _sanctions(case):
            _lift(sanction.hold, "The decision was ended on appeal", at=at, actor=actor)
        if case.annotation is not None:
            case.annotation.annulled_on = eastern_date(at)
            case.annotation.save(update_fields=["annulled_on"])
            audit.record("certification.annotation_annulled", actor=actor, subject=case.annotation, at=at)
    _close(case, at=at, actor=actor, stands=decision.finding)


def _sanctions(case: IrregularBehaviorCase) -> list[CaseSanction]:
    rows = CaseSanction.objects.filter(decision__case=case, decision__about_appeal=False)
    return list(rows.exclude(decision__decided_by="").select_related("decision", "hold"))


def _lift(hold: Hold | None, reason: str, *, at: datetime, actor: str) -> None:
    if hold is not None and Hold.objects.filter(pk=hold.pk, lifted_at__isnull=True).exists():
        lift_hold(hold_id=hold.pk, reason=reason, at=at, actor=actor)


def _close(case: IrregularBehaviorCase, *, at: datetime, actor: str, stands: bool) -> None:
    move(case, CaseState.FINAL, at=at, actor=actor)
    revocation = [one for one in _sanctions(case) if one.kind == SanctionKind.REVOKE_CERTIFICATE]
    key = Certificate.objects.filter(applicant=case.applicant).values_list("pk", flat=True).first()
    if not (stands and revocation and key):
        return
    certificate, decision = records.lock_certificate(key), revocation[0].decision
    if certificate.state != CertificateState.REVOKED:
        two = Deciders(first=decision.proposed_by, second=decision.decided_by)
        revoking.mark_revoked(certificate, reason=f"Decision of the committee, case {case.pk}", deciders=two, at=at)


def sweep(*, at: datetime, limit: int = 200) -> int:
    """Make decisions final whose time for an appeal is over; returns how many."""
    over = IrregularBehaviorCase.objects.filter(state=CaseState.DECIDED, appeal_by__lt=eastern_date(at))
    keys = list(over.values_list("pk", flat=True)[:limit])
    for key in keys:
        _end_time_for_appeal(key, at=at)
    return len(keys)


@transaction.atomic
def _end_time_for_appeal(case_id: int, *, at: datetime) -> None:
    case = lock_case(case_id)
    if case.state == CaseState.DECIDED:
        _close(case, at=at, actor="certificates", stands=True)
