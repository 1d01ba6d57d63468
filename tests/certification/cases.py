"""A case of irregular behavior at each of its steps."""

from datetime import UTC, date, datetime

import pytest

from applicants.models import Applicant
from applicants.roles import Role
from certification.models import Hold, IrregularBehaviorCase
from certification.rules.trace import Outcome
from certification.services.cases import deciding, steps
from certification.services.cases.deciding import Draft, Sanction
from certification.services.evaluation import evaluate_person
from certification.states import SanctionKind
from portal.audit import actor_label
from tests.factories.applicants import StaffFactory
from tests.people import staff_in

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
NOTICE = "On January 5 you sent us a transcript that your school did not issue.\n\nYou may answer."
UNTIL = date(2028, 3, 2)
FINDING = Draft(
    finding=True,
    words="The transcript was altered.",
    annotation_text="A finding of irregular behavior is on record.",
    explanation="The committee found that a transcript had been altered.",
    sanctions=(Sanction(SanctionKind.WITHHOLD_CERTIFICATE, UNTIL), Sanction(SanctionKind.BAR_FROM_EXAMS)),
)


@pytest.fixture
def committee(db: None) -> list[str]:
    """Four members of the committee, as the audit log names them."""
    first = staff_in(Role.COMMITTEE)
    others = StaffFactory.create_batch(3, is_superuser=False, role=Role.COMMITTEE)
    return [actor_label(one) for one in (first, *others)]


@pytest.fixture
def notified(applicant: Applicant, committee: list[str]) -> IrregularBehaviorCase:
    """A case whose notice was sent on March 2, 2026."""
    case = steps.open_case(applicant=applicant, allegation="Altered transcript", at=AT, actor=committee[0])
    steps.start_review(case_id=case.pk, at=AT, actor=committee[0])
    steps.send_notice(case_id=case.pk, notice=NOTICE, at=AT, actor=committee[0])
    case.refresh_from_db()
    return case


@pytest.fixture
def before_committee(notified: IrregularBehaviorCase, committee: list[str]) -> IrregularBehaviorCase:
    """The same case, answered and before the committee."""
    answer(notified, "I did not know.")
    steps.hand_over(case_id=notified.pk, at=AT, actor=committee[0])
    notified.refresh_from_db()
    return notified


def answer(case: IrregularBehaviorCase, words: str, *, at: datetime = AT) -> IrregularBehaviorCase:
    """Answer the notice as the person concerned."""
    return steps.answer(
        case_id=case.pk, applicant=case.applicant, words=words, wants_hearing=True, files=[], at=at, actor="user:0"
    )


def decided(case: IrregularBehaviorCase, draft: Draft, first: str, second: str) -> IrregularBehaviorCase:
    """Have two members decide."""
    decision = deciding.propose(case_id=case.pk, draft=draft, at=AT, actor=first)
    assert deciding.decide(decision_id=decision.pk, at=AT, actor=second)
    case.refresh_from_db()
    return case


def open_holds(applicant: Applicant) -> list[Hold]:
    """Return the holds that are open."""
    return list(Hold.objects.filter(applicant=applicant, lifted_at__isnull=True))


def held(applicant: Applicant, day: date) -> Outcome:
    """Return what the rule about cases says on a day."""
    return evaluate_person(applicant, day).trace("R-HOLD-2").outcome


def appealed(case: IrregularBehaviorCase, *, at: datetime = AT) -> IrregularBehaviorCase:
    """Appeal as the person concerned."""
    return steps.appeal(case_id=case.pk, applicant=case.applicant, words="Wrong", files=[], at=at, actor="user:0")
