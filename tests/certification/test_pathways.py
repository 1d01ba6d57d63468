"""Pathways through the services: what is open, what is sent, what others say, what is decided, and the season's end."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from applicants.roles import Role
from applicants.services import reviews
from applicants.services.reviews import DecisionError, DocumentNotReadyError, ReviewError
from certification.models import License, PathwayAcceptance, PathwayApplication
from certification.rules import facts as rule_facts
from certification.services.pathways import deciding, drafts, evaluators, season_end, seasons, submitting
from certification.services.pathways.errors import PathwayError, SeasonClosedError
from certification.services.person import person_facts
from certification.states import PathwayState
from portal.audit import actor_label
from portal.four_eyes import SamePersonError
from portal.models import AuditEvent, InboxMessage, OutgoingEmail
from tests.applicants.identity_scenes import scan
from tests.certification import pathway_scenes as scenes
from tests.certification.pathway_scenes import ACTOR, AT, LATER, REVIEWED
from tests.factories.applicants import StaffFactory
from tests.factories.certification import CertificateFactory, ExaminationResultFactory
from tests.people import staff_in
from tests.portal.upload_files import checked
from tests.support.sign_in import sign_in
from tests.support.unchanged import nothing_happens

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enqueued", "till")]


def choice_of(person, *, at=AT):
    season = seasons.season_of(2026)
    return drafts.choice_for(None, person_facts(person, at.date()), season, at=at)


# --- Which Pathway is open ---


def test_who_failed_step_2_cs_has_pathway_6_alone_also_with_a_license():
    draft = scenes.with_license(scenes.physician(failed_cs=True))

    assert draft.pathway == 6
    verdicts = drafts.choice_for(
        draft, person_facts(draft.applicant, AT.date()), seasons.season_of(2026), at=AT
    ).verdicts
    assert [verdict.rule for verdict in verdicts] == ["R-CLIN-2"] * 5 + ["R-PW-6"]


@pytest.mark.parametrize(
    ("changes", "pathway"),
    [
        ({}, 1),
        ({"kind": "provisional"}, 1),
        ({"valid_until": date(2021, 1, 1)}, 1),
        ({"valid_until": date(2020, 12, 31)}, 6),
        ({"kind": "training"}, 6),
        ({"unsupervised": False}, 6),
        ({"disciplined": True}, 6),
        ({"met_all_requirements": False}, 6),
    ],
)
def test_license_opens_pathway_1_where_it_permits_practice_in_time(changes, pathway):
    draft = scenes.with_license(scenes.physician(), **changes)

    assert draft.pathway == pathway


@pytest.mark.parametrize(
    ("claim", "graduation_on", "pathway"),
    [
        (3, date(2023, 1, 1), 3),
        (3, date(2022, 12, 31), 6),
        (4, date(2024, 6, 20), 4),
        (5, date(2024, 6, 20), 5),
        (2, date(2024, 6, 20), 6),
        (None, date(2024, 6, 20), 6),
    ],
)
def test_school_opens_the_pathway_that_it_qualifies_for(claim, graduation_on, pathway):
    draft = scenes.by_school(scenes.physician(graduation_on=graduation_on), claim)

    assert draft.pathway == pathway


def test_pathway_is_not_for_who_passed_step_2_cs_or_is_certified_for_good():
    passed, certified = scenes.physician(), scenes.physician()
    ExaminationResultFactory.create(
        applicant=passed, examination="step_2_cs", taken_on=date(2019, 8, 1), reported_on=date(2019, 9, 1)
    )
    CertificateFactory.create(applicant=certified)

    assert [choice_of(person).rule for person in (passed, certified)] == ["R-CLIN-3", "R-CLIN-3"]
    for person in (passed, certified):
        with pytest.raises(PathwayError):
            drafts.start(applicant=person, holds_license=True, at=AT, actor=ACTOR)
    assert not PathwayApplication.objects.exists()


def test_registration_for_a_step_comes_first(applicant):
    assert choice_of(applicant).rule == "R-PW-0"


def test_one_application_at_a_time():
    draft = scenes.with_license(scenes.physician())

    with pytest.raises(PathwayError, match="under way"):
        drafts.start(applicant=draft.applicant, holds_license=False, at=AT, actor=ACTOR)
    assert PathwayApplication.objects.count() == 1


def test_nothing_begins_between_seasons():
    person = scenes.physician()

    with pytest.raises(SeasonClosedError):
        drafts.start(applicant=person, holds_license=False, at=datetime(2026, 3, 1, tzinfo=UTC), actor=ACTOR)


# --- Sending and paying ---


def test_submission_needs_the_copy_of_the_license(enqueued):
    person = scenes.physician()
    draft = drafts.start(applicant=person, holds_license=True, at=AT, actor=ACTOR)

    with nothing_happens(enqueued, *scenes.WATCHED), pytest.raises(PathwayError, match="license"):
        scenes.sent(draft)


def test_page_asks_again_by_itself_while_the_copy_of_the_license_is_checked(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    person, client = scenes.physician(), Client()
    sign_in(client, person.user)
    draft = drafts.start(applicant=person, holds_license=True, at=AT, actor=ACTOR)
    draft = drafts.save_license(key=draft.pk, answers=scenes.license_answers(), file=scan(), at=AT, actor=ACTOR)
    page = reverse("pathway_check", args=[draft.pk])

    waiting = client.get(page).content.decode()
    upload = draft.license.upload
    assert upload is not None
    checked(upload)
    done = client.get(page).content.decode()

    assert f'hx-get="{page}"' in waiting
    assert "htmx-2" in waiting
    assert "Something is missing" in waiting
    assert not [words for words in ("hx-get", "htmx", "Something is missing") if words in done]
    assert "Send and go to the fee" in done


def test_twice_sent_is_once_ordered(till):
    draft = scenes.with_license(scenes.physician())
    scenes.sent(draft)

    with pytest.raises(PathwayError, match="sent this application"):
        scenes.sent(draft)
    assert list(till.lines.values()) == ["PATHWAY_1_5"]


def test_nobody_works_on_it_before_it_is_paid(till):
    application = scenes.sent(scenes.with_license(scenes.physician()))
    assert application.state == PathwayState.SUBMITTED
    scenes.press_pay(application)

    scenes.settle(application)
    assert application.state == PathwayState.AWAITING_THIRD_PARTY
    scenes.settle(application)
    assert InboxMessage.objects.filter(kind="pathway_under_way").count() == 1


def test_unpaid_application_can_be_changed_and_sent_again(till):
    application = scenes.sent(scenes.with_license(scenes.physician()))

    draft = submitting.take_back(key=application.pk, at=AT, actor=ACTOR)
    assert draft.state == PathwayState.DRAFT
    assert till.lines == {}
    assert scenes.sent(draft).state == PathwayState.SUBMITTED


def test_payment_that_comes_back_lays_the_application_down():
    application = scenes.paid(scenes.with_license(scenes.physician()))

    scenes.settle(application, paid=False, at=LATER)
    assert application.state == PathwayState.SUBMITTED
    assert application.paid_at is None


@pytest.mark.parametrize(
    ("failed_cs", "code"), [(True, "PATHWAY_6"), (False, "PATHWAY_1_5")], ids=["pathway 6", "pathway 1"]
)
def test_fee_is_that_of_the_pathway(till, failed_cs, code):
    person = scenes.physician(failed_cs=failed_cs)
    scenes.sent(scenes.with_license(person))

    assert list(till.lines.values()) == [code]


# --- Pathway 1: the licensing authority ---


def test_license_confirmed_and_oet_released_leads_to_review_and_acceptance(reviewer, till):
    application = scenes.paid(scenes.with_license(scenes.physician(oet=False)))
    scenes.confirm_license(application, actor_label(reviewer))
    assert application.state == PathwayState.AWAITING_THIRD_PARTY

    scenes.release_oet(application.applicant)
    season_end.sweep(at=LATER + timedelta(days=20))
    application.refresh_from_db()
    assert application.state == PathwayState.IN_REVIEW

    acceptance = scenes.accept(application, reviewer)
    assert (acceptance.pathway, acceptance.season, acceptance.valid_through) == (1, 2026, date(2027, 12, 31))
    assert acceptance.oet_on == date(2025, 9, 13)
    assert application.state == PathwayState.ACCEPTED
    assert till.earned == [application.order_line]
    assert AuditEvent.objects.filter(event="certification.pathway_accepted").count() == 1


def test_unconfirmed_license_is_not_accepted(reviewer):
    application = scenes.paid(scenes.with_license(scenes.physician()))
    scenes.confirm_license(application, actor_label(reviewer), confirmed=False)
    season_end.sweep(at=REVIEWED)

    with pytest.raises(DecisionError, match="R-PW-1"):
        scenes.accept(application, reviewer)
    assert not PathwayAcceptance.objects.exists()


def test_nothing_is_decided_before_everything_has_arrived(reviewer):
    application = scenes.paid(scenes.with_license(scenes.physician()))

    with pytest.raises(DocumentNotReadyError):
        scenes.accept(application, reviewer)


def test_finance_records_no_answer_of_a_licensing_authority(enqueued):
    application = scenes.paid(scenes.with_license(scenes.physician()))
    stranger = actor_label(staff_in(Role.FINANCE))

    with nothing_happens(enqueued, *scenes.WATCHED), pytest.raises(Exception, match="role"):
        scenes.confirm_license(application, stranger)


def test_license_number_is_encrypted_at_rest():
    scenes.with_license(scenes.physician())

    stored = License.objects.values_list("number", flat=True).get()
    assert stored == "MDC/1234"
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM certification_license")
        assert "MDC" not in cursor.fetchone()[0]


# --- OET (E09, E10) ---


@pytest.mark.parametrize(
    ("sittings", "is_enough"),
    [
        ([{}], True),
        ([{"listening": 340}], False),
        ([{"speaking": 340, "taken_on": date(2025, 8, 9)}, {"listening": 340}], False),
        ([{"taken_on": date(2023, 12, 31)}], False),
    ],
    ids=["E10 exact minima", "below", "E09 no combining", "too early for the season"],
)
def test_oet_counts_in_one_sitting_of_the_seasons_window(reviewer, sittings, is_enough):
    application = scenes.paid(scenes.with_license(scenes.physician(oet=False)))
    scenes.confirm_license(application, actor_label(reviewer))
    for scores in sittings:
        scenes.release_oet(application.applicant, **scores)

    season_end.sweep(at=datetime(2025, 12, 1, tzinfo=UTC))

    application.refresh_from_db()
    assert (application.state == PathwayState.IN_REVIEW) is is_enough


# --- Pathway 6 (E06, E07, E08) ---


def test_six_encounters_by_three_physicians_are_accepted(reviewer):
    application = scenes.pathway_6()
    scenes.evaluate_all(application)
    assert application.state == PathwayState.AWAITING_THIRD_PARTY  # OET is released only later
    season_end.sweep(at=REVIEWED)
    application.refresh_from_db()

    acceptance = scenes.accept(application, reviewer)
    assert (acceptance.pathway, acceptance.valid_through) == (6, date(2027, 12, 31))


def test_scores_below_the_threshold_are_the_committees(reviewer, senior, committee):
    application = _low(reviewer)
    with pytest.raises(DecisionError, match="threshold"):
        scenes.accept(application, reviewer)
    deciding.to_committee(key=application.pk, judgment=scenes.judgment(application), reviewer=reviewer, at=REVIEWED)
    with pytest.raises(Exception, match="role"):
        scenes.accept(application, senior, at=REVIEWED)

    acceptance = scenes.accept(application, committee, at=REVIEWED + timedelta(minutes=30))
    assert acceptance.pathway == 6


def _low(reviewer):
    application = scenes.pathway_6()
    scenes.evaluate_all(application, score=3)
    season_end.sweep(at=REVIEWED)
    application.refresh_from_db()
    assert application.state == PathwayState.IN_REVIEW
    return application


def test_denied_scores_are_looked_at_once_more_and_only_once(reviewer, committee):
    application = _low(reviewer)
    reviews.take(PathwayApplication, application.pk, reviewer=reviewer, at=REVIEWED)
    deciding.to_committee(key=application.pk, judgment=scenes.judgment(application), reviewer=reviewer, at=REVIEWED)
    second = StaffFactory.create(is_superuser=False, role=Role.COMMITTEE)
    assert scenes.reject(application, committee, at=REVIEWED) is False
    assert scenes.reject(application, second, at=REVIEWED) is True

    deciding.request_recheck(key=application.pk, at=REVIEWED, actor=ACTOR)
    application.refresh_from_db()
    assert application.state == PathwayState.IN_REVIEW
    assert scenes.reject(application, committee, at=REVIEWED) is False
    assert scenes.reject(application, second, at=REVIEWED) is True
    with pytest.raises(PathwayError, match="once"):
        deciding.request_recheck(key=application.pk, at=REVIEWED, actor=ACTOR)


def test_committee_gets_nothing_that_stands_above_the_threshold(reviewer):
    application = scenes.pathway_6()
    scenes.evaluate_all(application)
    season_end.sweep(at=REVIEWED)
    reviews.take(PathwayApplication, application.pk, reviewer=reviewer, at=REVIEWED)

    with pytest.raises(ReviewError, match="below the threshold"):
        deciding.to_committee(key=application.pk, judgment=scenes.judgment(application), reviewer=reviewer, at=REVIEWED)


# --- Rejection takes two ---


def test_rejection_takes_two_people(reviewer, senior, till):
    application = scenes.paid(scenes.with_license(scenes.physician()))
    scenes.confirm_license(application, actor_label(reviewer), confirmed=False)
    season_end.sweep(at=LATER + timedelta(days=20))
    application.refresh_from_db()

    assert scenes.reject(application, reviewer) is False
    assert application.state == PathwayState.IN_REVIEW
    with pytest.raises(SamePersonError):
        scenes.reject(application, reviewer)
    assert scenes.reject(application, senior, at=REVIEWED + timedelta(minutes=30)) is True
    assert application.state == PathwayState.REJECTED
    message = InboxMessage.objects.get(kind="pathway_rejected")
    assert "does not know the license" in message.text
    mail = OutgoingEmail.objects.get(template="pathway_rejected")
    assert "does not know the license" not in mail.text + mail.html


def test_rules_read_the_application_with_its_evidence(reviewer):
    application = scenes.pathway_6()
    scenes.evaluate_all(application)

    fact = person_facts(application.applicant, LATER.date()).pathway_applications[0]

    assert fact.state is rule_facts.PathwayState.AWAITING_THIRD_PARTY
    assert len(fact.encounters) == 6
    assert {one.approved_on for one in fact.evaluators} == {date(2025, 9, 10)}
    assert evaluators.applicants_of("evaluator1@hospital.example", 2026) == 1
