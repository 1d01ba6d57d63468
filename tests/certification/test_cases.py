"""Cases of irregular behavior: notice, answer in time, decision by two, appeal by others (R-IRR-1 to R-IRR-5, R-HOLD-2)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant
from applicants.permissions import NotAllowedError
from applicants.roles import Role
from certification.facts import CertificationAnswer
from certification.models import Annotation, CaseDecision, Certificate, IrregularBehaviorCase
from certification.rules.trace import Outcome
from certification.services import facts_as_of, holds, open_report_hold
from certification.services.cases import deciding, steps
from certification.services.cases.deciding import Draft, Sanction
from certification.services.cases.steps import CaseError
from certification.services.evaluation import evaluate_person
from certification.states import CaseState, SanctionKind
from portal.audit import READING, actor_label
from portal.four_eyes import SamePersonError
from portal.models import AuditEvent, InboxMessage, Upload
from portal.states import IllegalMoveError
from tests.certification.cases import (
    AT,
    FINDING,
    NOTICE,
    UNTIL,
    answer,
    appealed,
    before_committee,
    committee,
    decided,
    held,
    notified,
    open_holds,
)
from tests.certification.certificates import issued
from tests.people import staff_in
from tests.portal.upload_files import picture
from tests.support.sign_in import sign_in

__all__ = ["before_committee", "committee", "notified"]
pytestmark = pytest.mark.django_db
PAGE = reverse("cases")


def test_an_open_case_holds_the_certificate_and_the_person_learns_of_it_by_the_notice(
    applicant: Applicant, committee: list[str], client: Client
):
    case = steps.open_case(applicant=applicant, allegation="Altered transcript", at=AT, actor=committee[0])
    sign_in(client, applicant.user)

    assert held(applicant, AT.date()) is Outcome.NOT_MET
    assert "Altered" not in open_holds(applicant)[0].reason
    assert client.get(PAGE).status_code == 404
    assert not InboxMessage.objects.exists()
    steps.start_review(case_id=case.pk, at=AT, actor=committee[0])
    steps.send_notice(case_id=case.pk, notice=NOTICE, at=AT, actor=committee[0])
    page = client.get(PAGE).content.decode()
    assert "a transcript that your school did not issue" in page
    assert "Altered transcript" not in page
    assert InboxMessage.objects.get().kind == "case_notice"


def test_notice_is_kept_word_for_word_with_thirty_days_for_an_answer(notified: IrregularBehaviorCase):
    assert notified.notice == NOTICE
    assert notified.answer_by == AT.date() + timedelta(days=30)


def test_days_are_those_of_the_settings(applicant: Applicant, committee: list[str], settings):
    settings.CASE_ANSWER_DAYS = 12
    case = steps.open_case(applicant=applicant, allegation="Test", at=AT, actor=committee[0])
    steps.start_review(case_id=case.pk, at=AT, actor=committee[0])
    steps.send_notice(case_id=case.pk, notice=NOTICE, at=AT, actor=committee[0])

    case.refresh_from_db()
    assert case.answer_by == AT.date() + timedelta(days=12)


def test_the_answer_is_taken_on_the_last_day_and_not_after_it(notified: IrregularBehaviorCase):
    late, last = AT + timedelta(days=31), AT + timedelta(days=30)

    with pytest.raises(CaseError, match="The time for an answer is over"):
        answer(notified, "Too late", at=late)
    notified.refresh_from_db()
    assert (notified.state, notified.answer) == (CaseState.NOTICE_SENT, "")

    assert answer(notified, "In time", at=last).state == CaseState.ANSWERED
    with pytest.raises(IllegalMoveError):
        answer(notified, "Once more", at=last)
    notified.refresh_from_db()
    assert notified.answer == "In time"


def test_without_an_answer_the_committee_gets_it_when_the_time_is_over(
    notified: IrregularBehaviorCase, committee: list[str]
):
    with pytest.raises(CaseError, match="still has time"):
        steps.hand_over(case_id=notified.pk, at=AT, actor=committee[0])
    steps.sweep(at=AT + timedelta(days=30))
    notified.refresh_from_db()
    assert notified.state == CaseState.NOTICE_SENT

    steps.sweep(at=AT + timedelta(days=31))

    notified.refresh_from_db()
    assert notified.state == CaseState.WITH_COMMITTEE


def test_another_person_cannot_answer(notified: IrregularBehaviorCase, other_applicant: Applicant, client: Client):
    with pytest.raises(IrregularBehaviorCase.DoesNotExist):
        steps.answer(
            case_id=notified.pk, applicant=other_applicant, words="No", wants_hearing=False, files=[], at=AT, actor="x"
        )
    sign_in(client, other_applicant.user)
    assert client.get(PAGE).status_code == 404


def test_a_finding_annotates_for_good_and_withholds_for_two_years(
    before_committee: IrregularBehaviorCase, applicant: Applicant, committee: list[str]
):
    case = decided(before_committee, FINDING, *committee[:2])

    (hold,) = open_holds(applicant)
    assert (case.state, case.appeal_by) == (CaseState.DECIDED, AT.date() + timedelta(days=30))
    assert (hold.ends_on, hold.stops_reports) == (UNTIL, False)
    assert [fact.text for fact in facts_as_of(applicant_id=applicant.pk, as_of=AT.date()).annotations] == [
        FINDING.annotation_text
    ]
    verdict = evaluate_person(applicant, AT.date())
    assert verdict.trace("R-HOLD-2").blocks_registration  # barred from examinations
    assert verdict.trace("R-IRR-4").outcome is Outcome.MET
    deciding.sweep(at=AT + timedelta(days=31))
    holds.lift_ended(at=datetime(2028, 3, 2, 15, tzinfo=UTC))
    assert open_holds(applicant) == [hold]
    holds.lift_ended(at=datetime(2028, 3, 3, 15, tzinfo=UTC))
    assert open_holds(applicant) == []
    case.refresh_from_db()
    assert case.state == CaseState.FINAL
    assert facts_as_of(applicant_id=applicant.pk, as_of=date(2040, 1, 1)).annotations


def test_a_bar_from_services_stops_reports_too(
    before_committee: IrregularBehaviorCase, applicant: Applicant, committee: list[str]
):
    draft = Draft(True, "Words", "Text", "Note", (Sanction(SanctionKind.BAR_FROM_SERVICES, UNTIL),))

    decided(before_committee, draft, *committee[:2])

    hold = open_report_hold(applicant.pk)
    assert hold is not None
    assert hold.ends_on == UNTIL


def test_without_a_finding_the_hold_goes_and_nothing_stays(
    before_committee: IrregularBehaviorCase, applicant: Applicant, committee: list[str]
):
    case = decided(before_committee, Draft(finding=False, words="We found nothing."), *committee[:2])

    assert case.state == CaseState.FINAL
    assert open_holds(applicant) == []
    assert not Annotation.objects.exists()
    assert held(applicant, AT.date()) is Outcome.MET


def test_one_member_twice_decides_nothing(
    before_committee: IrregularBehaviorCase, applicant: Applicant, committee: list[str]
):
    decision = deciding.propose(case_id=before_committee.pk, draft=FINDING, at=AT, actor=committee[0])

    with pytest.raises(SamePersonError):
        deciding.decide(decision_id=decision.pk, at=AT, actor=committee[0])

    before_committee.refresh_from_db()
    assert before_committee.state == CaseState.WITH_COMMITTEE
    assert not Annotation.objects.exists()


@pytest.mark.parametrize("role", [Role.CREDENTIAL_REVIEWER, Role.SENIOR_REVIEWER, Role.ADMINISTRATOR, Role.AUDITOR])
def test_nobody_but_the_committee_acts(before_committee: IrregularBehaviorCase, committee: list[str], role: Role):
    actor, key = actor_label(staff_in(role)), before_committee.pk
    decision = deciding.propose(case_id=key, draft=FINDING, at=AT, actor=committee[0])

    for act in (
        lambda: deciding.propose(case_id=key, draft=FINDING, at=AT, actor=actor),
        lambda: deciding.decide(decision_id=decision.pk, at=AT, actor=actor),
        lambda: steps.dismiss(case_id=key, reason="No", at=AT, actor=actor),
        lambda: steps.send_notice(case_id=key, notice="No", at=AT, actor=actor),
    ):
        with pytest.raises(NotAllowedError):
            act()
    assert not Annotation.objects.exists()


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (Draft(finding=True, words=" "), "words"),
        (Draft(finding=True, words="Yes"), "annotation_text"),
        (Draft(finding=False, words="No", sanctions=(Sanction(SanctionKind.WITHHOLD_CERTIFICATE),)), "finding"),
        (Draft(True, "Yes", "Text", "Note", (Sanction(SanctionKind.WITHHOLD_CERTIFICATE, AT.date()),)),
         "withhold_certificate_until"),
        (Draft(True, "Yes", "Text", "Note", (Sanction(SanctionKind.REVOKE_CERTIFICATE, UNTIL),)),
         "revoke_certificate_until"),
        (Draft(True, "Yes", "Text", "Note", (Sanction(SanctionKind.OTHER),)), "other_words"),
    ],
)  # fmt: skip
def test_a_decision_that_says_too_little_is_refused(
    before_committee: IrregularBehaviorCase, committee: list[str], draft: Draft, field: str
):
    with pytest.raises(CaseError) as refusal:
        deciding.propose(case_id=before_committee.pk, draft=draft, at=AT, actor=committee[0])

    assert refusal.value.field == field
    assert not CaseDecision.objects.exists()


def test_others_decide_about_the_appeal_and_may_end_the_finding(
    before_committee: IrregularBehaviorCase, applicant: Applicant, committee: list[str]
):
    case = decided(before_committee, FINDING, *committee[:2])
    with pytest.raises(CaseError, match="The time for an appeal is over"):
        appealed(case, at=AT + timedelta(days=31))
    appealed(case)
    ended = Draft(finding=False, words="The finding is ended.")

    for member in committee[:2]:
        with pytest.raises(CaseError, match="Others decide about the appeal"):
            deciding.propose(case_id=case.pk, draft=ended, at=AT, actor=member)
    decision = deciding.propose(case_id=case.pk, draft=ended, at=AT, actor=committee[2])
    with pytest.raises(CaseError, match="Others decide about the appeal"):
        deciding.decide(decision_id=decision.pk, at=AT, actor=committee[0])
    assert deciding.decide(decision_id=decision.pk, at=AT, actor=committee[3])

    case.refresh_from_db()
    assert case.state == CaseState.FINAL
    assert open_holds(applicant) == []
    assert facts_as_of(applicant_id=applicant.pk, as_of=AT.date()).annotations == ()
    assert held(applicant, AT.date()) is Outcome.MET


def test_a_revocation_waits_for_the_appeal(
    before_committee: IrregularBehaviorCase, applicant: Applicant, committee: list[str]
):
    certificate = issued(applicant)
    draft = Draft(True, "Revoked.", "Text", "Note", (Sanction(SanctionKind.REVOKE_CERTIFICATE),))
    decided(before_committee, draft, *committee[:2])

    deciding.sweep(at=AT + timedelta(days=30))
    assert facts_as_of(applicant_id=applicant.pk, as_of=AT.date()).answer is CertificationAnswer.YES
    deciding.sweep(at=AT + timedelta(days=31))

    certificate.refresh_from_db()
    change = certificate.changes.get(kind="revoked")
    assert certificate.revoked_on == AT.date() + timedelta(days=31)
    assert [change.proposed_by, change.decided_by] == committee[:2]


def test_an_appeal_that_ends_the_finding_leaves_the_certificate(
    before_committee: IrregularBehaviorCase, applicant: Applicant, committee: list[str]
):
    issued(applicant)
    draft = Draft(True, "Revoked.", "Text", "Note", (Sanction(SanctionKind.REVOKE_CERTIFICATE),))
    case = decided(before_committee, draft, *committee[:2])
    appealed(case)

    decided(case, Draft(finding=False, words="Ended."), *committee[2:])
    deciding.sweep(at=AT + timedelta(days=99))

    assert Certificate.objects.get().revoked_on is None


def test_a_dismissed_case_leaves_nothing(applicant: Applicant, committee: list[str]):
    case = steps.open_case(applicant=applicant, allegation="A mistake", at=AT, actor=committee[0])

    steps.dismiss(case_id=case.pk, reason="A mistake of ours", at=AT, actor=committee[0])

    assert open_holds(applicant) == []
    with pytest.raises(IllegalMoveError):
        steps.send_notice(case_id=case.pk, notice=NOTICE, at=AT, actor=committee[0])


def test_the_database_takes_no_decision_without_a_notice(applicant: Applicant, committee: list[str]):
    case = steps.open_case(applicant=applicant, allegation="Test", at=AT, actor=committee[0])

    with pytest.raises(IntegrityError), transaction.atomic():
        IrregularBehaviorCase.objects.filter(pk=case.pk).update(state=CaseState.WITH_COMMITTEE)


def test_person_answers_with_a_file_on_the_page(notified: IrregularBehaviorCase, client: Client):
    IrregularBehaviorCase.objects.update(answer_by=timezone.now().date() + timedelta(days=5))
    sign_in(client, notified.applicant.user)

    empty = client.post(PAGE, {"words": ""}).content.decode()
    wrong = client.post(PAGE, {"words": "I say", "file": SimpleUploadedFile("a.exe", b"MZ")}).content.decode()
    assert "Write your answer" in empty
    assert "must be a PDF, JPG or PNG" in wrong
    assert "I say" in wrong
    notified.refresh_from_db()
    assert (notified.state, Upload.objects.count()) == (CaseState.NOTICE_SENT, 0)

    values = {"words": "It was my school.", "wants_hearing": "on", "file": SimpleUploadedFile("a.jpg", picture())}
    page = client.post(PAGE, values, follow=True).content.decode()

    notified.refresh_from_db()
    assert "We have received it" in page
    assert "It was my school." in page
    assert (notified.state, notified.wants_hearing) == (CaseState.ANSWERED, True)
    assert notified.documents.get().upload.purpose == "case_answer"


def test_the_page_needs_a_second_factor(notified: IrregularBehaviorCase, client: Client):
    sign_in(client, notified.applicant.user, second_factor=False)

    assert client.get(PAGE).status_code == 302


def test_opening_a_case_is_noted_and_only_the_committee_may(notified: IrregularBehaviorCase, client: Client):
    address = reverse("admin:certification_irregularbehaviorcase_change", args=[notified.pk])
    sign_in(client, staff_in(Role.SENIOR_REVIEWER))
    assert client.get(address).status_code == 403
    sign_in(client, staff_in(Role.COMMITTEE))

    assert "Why are you opening this record?" in client.get(address).content.decode()
    client.post(address, {"purpose": "complaint", "purpose_given": "1"})

    assert "Altered transcript" in client.get(address).content.decode()
    assert AuditEvent.objects.filter(event=READING, person=notified.applicant_id).count() == 1


def test_the_committee_opens_and_decides_in_the_admin(
    before_committee: IrregularBehaviorCase, applicant: Applicant, client: Client, committee: list[str]
):
    sign_in(client, staff_in(Role.COMMITTEE))
    opened = client.post(
        reverse("admin:certification_irregularbehaviorcase_add"),
        {"number": applicant.identification_number, "allegation": "Another one"},
    )
    assert opened.status_code == 302
    assert IrregularBehaviorCase.objects.count() == 2
    values = {
        "case": str(before_committee.pk), "finding": "on", "words": "It was altered.", "annotation_text": "A finding.",
        "explanation": "A note.", "withhold_certificate": "on", "withhold_certificate_until": "2035-03-02",
        "sanctions-TOTAL_FORMS": "0", "sanctions-INITIAL_FORMS": "0",
    }  # fmt: skip

    wrong = client.post(reverse("admin:certification_casedecision_add"), {**values, "annotation_text": ""})
    client.post(reverse("admin:certification_casedecision_add"), values)

    assert "A finding needs its annotation" in wrong.content.decode()
    decision = CaseDecision.objects.get()
    assert decision.sanctions.get().until == date(2035, 3, 2)
    assert deciding.decide(decision_id=decision.pk, at=timezone.now(), actor=committee[1])
