"""The end of a season, and what is renewed after one (R-PW-CLOSE, R-CERT-8)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from applicants.purchases import PurchaseRefusedError
from applicants.services import reviews
from certification.facts import CertificationAnswer
from certification.models import Certificate, CertificateExtension, PathwayApplication
from certification.rules.trace import Outcome
from certification.services.certificates import extending
from certification.services.evaluation import evaluate_person
from certification.services.pathways import drafts, licenses, season_end, seasons
from certification.services.pathways.errors import SeasonClosedError
from certification.states import CertificateChangeKind, PathwayState
from portal.audit import actor_label
from portal.eastern import eastern_date
from portal.four_eyes import SamePersonError
from portal.models import AuditEvent, InboxMessage, OutgoingEmail
from tests.certification import pathway_scenes as scenes
from tests.certification.pathway_scenes import ACTOR, REVIEWED
from tests.factories.certification import CertificateFactory, ExaminationResultFactory, HoldFactory
from tests.people import senior

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enqueued", "till")]


# --- The end of the season (R-PW-CLOSE), midnight in Philadelphia ---

LAST = datetime(2026, 2, 1, 4, 59, 59, tzinfo=UTC)
OVER = datetime(2026, 2, 1, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize("stage", ["draft", "submitted", "paid"])
def test_what_is_not_complete_closes_at_midnight_eastern(stage, till):
    application = scenes.with_license(scenes.physician())
    application = scenes.sent(application) if stage != "draft" else application
    application = scenes.settle(application) if stage == "paid" else application
    before = application.state

    season_end.sweep(at=LAST)
    application.refresh_from_db()
    assert application.state == before
    season_end.sweep(at=OVER)
    season_end.sweep(at=OVER)
    application.refresh_from_db()
    assert application.state == PathwayState.CLOSED_WITH_SEASON
    assert InboxMessage.objects.filter(kind="pathway_closed").count() == 1
    assert till.earned == ([application.order_line] if stage == "paid" else [])


def test_what_is_complete_in_time_is_decided_afterwards(reviewer):
    application = scenes.paid(scenes.with_license(scenes.physician()))
    scenes.confirm_license(application, actor_label(reviewer))
    season_end.sweep(at=LAST)

    season_end.sweep(at=OVER)
    application.refresh_from_db()
    assert application.state == PathwayState.IN_REVIEW
    reviews.take(PathwayApplication, application.pk, reviewer=reviewer, at=OVER)
    licenses.ask_again(key=application.pk, reason="Which number?", at=OVER, actor=actor_label(reviewer))
    season_end.sweep(at=OVER + timedelta(days=3))
    application.refresh_from_db()
    assert application.state == PathwayState.AWAITING_THIRD_PARTY
    verdict = evaluate_person(application.applicant, eastern_date(OVER + timedelta(days=3)))
    assert verdict.trace("R-PW-CLOSE").outcome is Outcome.MET


def test_what_arrives_in_the_last_minute_is_taken_up_by_the_sweep_after_it(reviewer):
    application = scenes.paid(scenes.with_license(scenes.physician(oet=False)))
    scenes.confirm_license(application, actor_label(reviewer))
    scenes.release_oet(application.applicant, released_on=date(2026, 1, 31))

    season_end.sweep(at=OVER)

    application.refresh_from_db()
    assert application.state == PathwayState.IN_REVIEW
    assert application.complete_at == LAST


def test_what_was_complete_and_lost_its_payment_closes_with_the_season():
    application = scenes.paid(scenes.with_license(scenes.physician()))
    PathwayApplication.objects.update(state=PathwayState.SUBMITTED, paid_at=None, complete_at=LAST)

    season_end.sweep(at=OVER)

    application.refresh_from_db()
    assert application.state == PathwayState.CLOSED_WITH_SEASON


def test_payment_cannot_begin_after_the_season():
    application = scenes.sent(scenes.with_license(scenes.physician()))

    scenes.press_pay(application, at=LAST)
    with pytest.raises(PurchaseRefusedError, match="closed"):
        scenes.press_pay(application, at=OVER)


@pytest.mark.parametrize("swept", [True, False], ids=["after the sweep", "before the sweep"])
def test_money_that_comes_after_the_season_reaches_staff_and_the_person(swept, till):
    application = scenes.sent(scenes.with_license(scenes.physician()))
    if swept:
        season_end.sweep(at=OVER)

    scenes.settle(application, at=OVER + timedelta(hours=1))

    assert application.state == PathwayState.CLOSED_WITH_SEASON
    assert InboxMessage.objects.filter(kind="pathway_paid_late").count() == 1
    alert = OutgoingEmail.objects.get(template="staff_alert", subject__contains="after the season")
    assert str(application.pk) in alert.text
    assert till.earned == []


def test_draft_of_a_closed_season_takes_nothing_more():
    draft = scenes.with_license(scenes.physician())

    with pytest.raises(SeasonClosedError):
        drafts.save_license(key=draft.pk, answers=scenes.license_answers(), file=None, at=OVER, actor=ACTOR)
    with pytest.raises(SeasonClosedError):
        scenes.sent(draft, at=OVER)


def test_warnings_come_thirty_seven_and_one_day_before_once_each():
    scenes.with_license(scenes.physician())
    seen = []
    for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 24), date(2026, 1, 30)):
        at = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
        season_end.sweep(at=at)
        season_end.sweep(at=at + timedelta(minutes=5))
        seen.append(InboxMessage.objects.filter(kind="pathway_deadline").count())

    assert seen == [0, 1, 1, 2, 3]


def test_end_is_midnight_of_the_wall_clock_in_summer_too():
    season = seasons.season_of(2025)

    assert season.ends_at.astimezone(UTC) == datetime(2025, 6, 1, 4, 0, tzinfo=UTC)
    assert seasons.season_of(2026).ends_at.astimezone(UTC) == OVER


# --- Revalidation (E27) ---


def revalidated(reviewer):
    """A person whose certificate ended in 2024, as the application for revalidation was accepted."""
    person = scenes.physician()
    ExaminationResultFactory.create(applicant=person, examination="step_2_ck")
    CertificateFactory.create(applicant=person, issued_on=date(2023, 5, 1), valid_through=date(2024, 12, 31))
    application = scenes.settle(scenes.sent(scenes.with_license(person)))
    assert application.is_revalidation
    scenes.confirm_license(application, actor_label(reviewer))
    season_end.sweep(at=REVIEWED)
    application.refresh_from_db()
    return application


def test_expired_certificate_is_renewed_by_a_revalidation(reviewer, till):
    """R-CERT-8: who accepts is the first of two, and one act of the second extends the certificate."""
    application = revalidated(reviewer)
    person = application.applicant
    assert list(till.lines.values()) == ["PATHWAY_REVALIDATION"]
    before = evaluate_person(person, eastern_date(REVIEWED))

    assert scenes.accept(application, reviewer).valid_through == date(2027, 12, 31)
    extension = CertificateExtension.objects.get()
    assert (extension.certificate.applicant, extension.proposed_by) == (person, actor_label(reviewer))
    assert OutgoingEmail.objects.filter(template="staff_alert", subject__contains="revalidated").exists()
    with pytest.raises(SamePersonError):
        extending.carry_out(extension_id=extension.pk, reason="", actor=actor_label(reviewer), at=REVIEWED)
    assert extending.carry_out(extension_id=extension.pk, reason="As accepted", actor=senior(), at=REVIEWED)
    extending.run_batch(extension.pk, at=REVIEWED)

    certificate = Certificate.objects.get(applicant=person)
    change = certificate.changes.get()
    assert (change.kind, change.valid_through_before) == (CertificateChangeKind.EXTENDED, date(2024, 12, 31))
    assert (change.proposed_by, change.decided_by) == (actor_label(reviewer), senior())
    assert AuditEvent.objects.filter(event="certification.certificate_extended", person=person.pk).exists()
    after = evaluate_person(person, eastern_date(REVIEWED))
    assert (before.answer, after.answer) == (CertificationAnswer.EXPIRED, CertificationAnswer.YES)
    assert after.certificate.valid_through == date(2027, 12, 31)


def test_revalidation_is_left_to_staff_while_something_holds_the_certificate(reviewer):
    application = revalidated(reviewer)
    HoldFactory.create(applicant=application.applicant, placed_at=REVIEWED - timedelta(days=3))

    scenes.accept(application, reviewer)

    assert not CertificateExtension.objects.exists()
    assert OutgoingEmail.objects.filter(template="staff_alert", text__contains="what holds the certificate").exists()
