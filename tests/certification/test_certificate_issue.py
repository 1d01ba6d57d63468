"""Issuing a certificate: everything met, nothing open, two people, and the reason kept with it (invariant 20)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from applicants.models import Applicant, User
from applicants.permissions import NotAllowedError
from applicants.roles import Role
from certification import invariants
from certification.facts import CertificationAnswer
from certification.models import (
    Certificate,
    CertificateChange,
    CertificateCopy,
    IssueCandidate,
    IssueDecision,
    SponsorNote,
)
from certification.services import facts_as_of, place_hold
from certification.services.certificates import candidates, issuing
from certification.states import CertificateChangeKind, Examination, HoldKind
from portal.audit import actor_label
from portal.four_eyes import VALID_FOR, SamePersonError
from portal.models import AuditEvent, InboxMessage, Proposal, ProposalState
from tests.certification.certificates import enough_credit, with_everything_met
from tests.factories.applicants import StaffFactory
from tests.factories.certification import (
    CertificateFactory,
    ExaminationResultFactory,
    HoldFactory,
    IssueDecisionFactory,
    PathwayAcceptanceFactory,
)
from tests.people import reviewer, senior, staff_in
from tests.support.sign_in import sign_in

__all__ = ["enough_credit"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enough_credit")]
AT = datetime(2026, 2, 2, 15, tzinfo=UTC)
LATER = AT + timedelta(days=3)
WORDS = "Compared with the record"


@pytest.fixture
def person(applicant: Applicant) -> Applicant:
    """Somebody of whom everything is met."""
    return with_everything_met(applicant)


def both(person: Applicant, *, first: str = "", second: str = "") -> Certificate:
    """Have two people issue the certificate."""
    assert not issuing.issue(applicant_id=person.pk, reason=WORDS, actor=first or reviewer(), at=AT)
    assert issuing.issue(applicant_id=person.pk, reason="Agreed", actor=second or senior(), at=LATER)
    return Certificate.objects.get(applicant=person)


def nothing_was_issued() -> bool:
    """Tell whether no certificate, decision or message exists."""
    made = (Certificate, IssueDecision, CertificateChange, CertificateCopy)
    return not any(model._default_manager.exists() for model in made) and not InboxMessage.objects.exists()


def refused(person: Applicant, *, actor: str, at: datetime, says: str) -> None:
    """See that `actor` cannot issue now, and that nothing exists afterwards."""
    with pytest.raises(issuing.NotIssuedError, match=says):
        issuing.issue(applicant_id=person.pk, reason=WORDS, actor=actor, at=at)
    assert nothing_was_issued()


def test_two_people_issue_it_and_everything_is_kept(person: Applicant):
    certificate = both(person)

    decision = IssueDecision.objects.get()
    assert (certificate.issued_on, certificate.valid_through) == (LATER.date(), date(2027, 12, 31))
    assert certificate.decision == decision
    assert (decision.proposed_by, decision.decided_by, decision.as_of) == (reviewer(), senior(), LATER.date())
    assert decision.verdict["outcome"] == "ELIGIBLE"
    assert decision.verdict["rules"]["R-EXAM-1"]["outcome"] == "MET"
    assert CertificateChange.objects.get().kind == CertificateChangeKind.ISSUED
    assert CertificateCopy.objects.get().version == 1
    assert InboxMessage.objects.get(user=person.user).kind == "certificate_issued"
    assert AuditEvent.objects.get(event="certification.certificate_issued").actor == senior()
    assert not IssueCandidate.objects.exists()
    assert invariants.check(stored=False) == []
    # Certified from the day of issue (R-CERT-1), not from that of the last requirement.
    answers = [facts_as_of(applicant_id=person.pk, as_of=day).answer for day in (AT.date(), LATER.date())]
    assert answers == [CertificationAnswer.NO, CertificationAnswer.YES]


def test_a_certificate_on_step_2_cs_has_no_end(applicant: Applicant):
    with_everything_met(applicant, passed_on=date(2019, 6, 1))
    applicant.pathway_acceptances.all().delete()
    ExaminationResultFactory.create(
        applicant=applicant, examination=Examination.STEP_2_CS, taken_on=date(2019, 8, 1), reported_on=date(2019, 9, 1)
    )

    assert both(applicant).valid_through is None


def test_the_same_person_twice_issues_nothing(person: Applicant):
    issuing.issue(applicant_id=person.pk, reason=WORDS, actor=senior(), at=AT)

    with pytest.raises(SamePersonError):
        issuing.issue(applicant_id=person.pk, reason=WORDS, actor=senior(), at=LATER)

    assert nothing_was_issued()
    assert Proposal.objects.get().state == ProposalState.OPEN


@pytest.mark.parametrize("role", [Role.FINANCE, Role.EDITOR, Role.ADMINISTRATOR, Role.AUDITOR])
def test_other_roles_may_not_even_propose(person: Applicant, role: Role):
    with pytest.raises(NotAllowedError):
        issuing.issue(applicant_id=person.pk, reason=WORDS, actor=actor_label(staff_in(role)), at=AT)

    assert nothing_was_issued()
    assert not Proposal.objects.exists()


def test_two_reviewers_without_a_senior_do_not_issue(person: Applicant):
    issuing.issue(applicant_id=person.pk, reason=WORDS, actor=reviewer(), at=AT)
    another = StaffFactory.create(is_superuser=False, role=Role.CREDENTIAL_REVIEWER)

    with pytest.raises(NotAllowedError):
        issuing.issue(applicant_id=person.pk, reason=WORDS, actor=actor_label(another), at=LATER)

    assert nothing_was_issued()


def test_a_hold_between_the_two_people_stops_it(person: Applicant):
    issuing.issue(applicant_id=person.pk, reason=WORDS, actor=reviewer(), at=AT)
    place_hold(
        applicant=person, kind=HoldKind.IRREGULAR_BEHAVIOR, stops_reports=False, reason="A case", at=AT, actor="user:9"
    )

    refused(person, actor=senior(), at=LATER, says="R-HOLD-2")

    # The first person agreed to another situation; their wish is over.
    assert Proposal.objects.get().state == ProposalState.LAPSED
    refused(person, actor=senior(), at=LATER, says="R-HOLD-2")


def test_an_amount_owed_stops_it(person: Applicant):
    HoldFactory.create(applicant=person, kind=HoldKind.DEBIT_BALANCE, stops_reports=False)

    refused(person, actor=reviewer(), at=AT, says="R-HOLD-1")


def test_a_sponsor_note_withdrawn_between_the_two_people_stops_it(person: Applicant):
    issuing.issue(applicant_id=person.pk, reason=WORDS, actor=reviewer(), at=AT)
    SponsorNote.objects.all().delete()

    refused(person, actor=senior(), at=LATER, says="R-SCH-1")


def test_a_sponsor_note_withdrawn_later_changes_nothing(person: Applicant):
    both(person)
    SponsorNote.objects.all().delete()

    assert facts_as_of(applicant_id=person.pk, as_of=date(2026, 6, 1)).answer is CertificationAnswer.YES


def test_a_pathway_that_ended_between_the_two_people_stops_it(person: Applicant):
    PathwayAcceptanceFactory._meta.model.objects.update(valid_through=AT.date())
    issuing.issue(applicant_id=person.pk, reason=WORDS, actor=reviewer(), at=AT)

    refused(person, actor=senior(), at=LATER, says="R-CLIN-1|R-PW")


def test_a_wish_of_long_ago_is_no_basis(person: Applicant):
    issuing.issue(applicant_id=person.pk, reason=WORDS, actor=reviewer(), at=AT)

    assert not issuing.issue(applicant_id=person.pk, reason=WORDS, actor=senior(), at=AT + VALID_FOR)
    assert nothing_was_issued()


def test_a_person_has_one_certificate_for_life(person: Applicant):
    both(person)

    with pytest.raises(issuing.AlreadyCertifiedError):
        issuing.issue(applicant_id=person.pk, reason=WORDS, actor=reviewer(), at=LATER)
    assert Certificate.objects.count() == 1


def test_the_list_follows_what_happens(person: Applicant):
    assert candidates.look_again([person.pk], at=AT) == 1
    assert candidates.look_again([person.pk], at=LATER) == 0
    assert IssueCandidate.objects.get().eligible_since == AT.date()

    HoldFactory.create(applicant=person, placed_at=AT)
    candidates.look_again([person.pk], at=LATER)

    assert not IssueCandidate.objects.exists()
    events = AuditEvent.objects.filter(person=person.pk).order_by("pk").values_list("event", flat=True)
    assert list(events) == ["certification.candidate_listed", "certification.candidate_unlisted"]


def test_whoever_something_happened_to_is_looked_at(person: Applicant, other_applicant: Applicant):
    with_everything_met(other_applicant)
    hold = HoldFactory.create(applicant=person, placed_at=AT, lifted_at=AT, lifted_by="user:1")
    AuditEvent.objects.create(
        event="certification.hold_lifted", actor="user:1", at=AT, subject_type="certification.hold",
        subject_id=str(hold.pk), person=person.pk,
    )  # fmt: skip

    assert candidates.find(at=AT + timedelta(minutes=1)) == 1
    assert IssueCandidate.objects.get().applicant == person
    assert candidates.find(at=AT + timedelta(hours=1)) == 0


def test_person_reads_that_it_is_being_prepared_and_for_how_long(person: Applicant, client: Client):
    candidates.look_again([person.pk], at=AT)
    sign_in(client, person.user)

    assert "about 2 weeks" in client.get(reverse("certificate")).content.decode()


def test_the_promise_comes_from_our_own_record(applicant: Applicant):
    assert candidates.usual_weeks(at=AT) == 2
    for days in range(1, 11):
        IssueDecisionFactory.create(
            applicant=applicant, as_of=date(2026, 1, 31), eligible_since=date(2026, 1, 31) - timedelta(days=days * 4)
        )

    assert candidates.usual_weeks(at=AT) == 6  # nine of ten took at most 36 days


def test_staff_issue_from_the_queue_in_two_sessions(person: Applicant, client: Client):
    candidates.look_again([person.pk], at=AT)
    queue = reverse("admin:certification_issuecandidate_changelist")
    data = {"action": "issue", "_selected_action": str(person.pk), "confirmed": "1", "words": WORDS}

    def act(user: User) -> str:
        sign_in(client, user)
        return client.post(queue, data, follow=True).content.decode()

    assert "takes effect when a second person does the same" in act(staff_in(Role.CREDENTIAL_REVIEWER))
    assert "You asked for this yourself" in act(staff_in(Role.CREDENTIAL_REVIEWER))
    assert "Waits for a second person" in client.get(queue).content.decode()
    assert "Done for 1" in act(staff_in(Role.COMMITTEE))
    assert Certificate.objects.get().applicant == person
    assert person.full_name not in client.get(queue).content.decode()


@pytest.mark.parametrize(
    "values",
    [{"proposed_by": "user:2"}, {"outcome": "HELD"}, {"decided_by": ""}],
)
def test_the_database_takes_no_decision_of_one_person_or_about_nobody_eligible(
    applicant: Applicant, values: dict[str, str]
):
    with pytest.raises(IntegrityError), transaction.atomic():
        IssueDecisionFactory.create(applicant=applicant, **values)


def test_the_database_takes_no_certificate_without_its_decision(applicant: Applicant):
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(applicant=applicant, number="C-1", issued_on=AT.date())


@pytest.mark.parametrize("table", ["certification_issuedecision", "certification_certificatechange"])
def test_decisions_and_changes_are_append_only(person: Applicant, table: str):
    both(person)

    for change in (f"UPDATE {table} SET reason = ''", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_nightly_check_finds_what_should_never_be(applicant: Applicant, other_applicant: Applicant):
    unmet = {"outcome": "ELIGIBLE", "rules": {"R-EXAM-1": {"outcome": "NOT_MET", "decides": "certificate"}}}
    wrong = IssueDecisionFactory.create(applicant=applicant, verdict=unmet)
    HoldFactory.create(applicant=applicant, placed_at=AT - timedelta(days=90))
    CertificateFactory.create(applicant=other_applicant, origin="decided_here", decision=wrong)
    left = IssueDecisionFactory.create(applicant=other_applicant)

    broken = "\n".join(invariants.check(stored=False))

    for part in (
        "a decision by two people about its holder",
        f"every rule was MET or N/A when a certificate was issued: broken for {wrong.pk}",
        f"no hold was open when a certificate was issued: broken for {wrong.pk}",
        f"every decision about a certificate has its certificate: broken for {left.pk}",
    ):
        assert part in broken, part
