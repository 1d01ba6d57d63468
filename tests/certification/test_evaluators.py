"""Evaluators of Pathway 6, well-meaning and not: invitations, links, forms, and everything that comes twice or too late."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from certification.models import Evaluation, Evaluator
from certification.services.pathways import drafts, evaluations, evaluators, season_end
from certification.services.pathways.errors import LinkNotValidError, PathwayError, SeasonClosedError
from certification.services.pathways.evaluations import AlreadySentError
from certification.states import EvaluatorState
from portal.models import OutgoingEmail
from portal.states import IllegalMoveError
from tests.certification import pathway_scenes as scenes
from tests.certification.pathway_scenes import ACTOR, AT, LATER
from tests.support.sign_in import sign_in
from tests.support.unchanged import nothing_happens

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enqueued", "till")]
OVER = datetime(2026, 2, 1, 5, 0, tzinfo=UTC)


@pytest.fixture
def application():
    return scenes.pathway_6()


def path(secret: str) -> str:
    return reverse("evaluate", args=[secret])


@pytest.fixture
def on_the_day(monkeypatch):
    """Let the clock of the pages stand in the season."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)


# --- Inviting ---


def test_message_to_the_evaluator_has_the_link_and_no_name_in_its_subject(application):
    secret = scenes.invited(application)

    email = OutgoingEmail.objects.get(template="evaluator_invited")
    assert path(secret) in email.text
    assert path(secret) in email.html
    assert "Mensah" not in email.subject
    assert "11:59 PM" in email.text
    assert not Evaluator.objects.filter(link_digest=secret).exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "evaluator1@hospital.example"}, "already"),
        ({"email": "EVALUATOR1@hospital.example"}, "already"),
        ({"licensed_since": date(2020, 9, 11)}, "5 years"),
    ],
)
def test_invitation_that_cannot_be_is_refused(application, enqueued, changes, words):
    scenes.invited(application)

    with nothing_happens(enqueued, *scenes.WATCHED), pytest.raises(PathwayError, match=words):
        evaluators.invite(key=application.pk, invitation=scenes.invitation(2, **changes), at=AT, actor=ACTOR)


def test_nobody_evaluates_themselves(application, enqueued):
    own = application.applicant.user.email.upper()

    with nothing_happens(enqueued, *scenes.WATCHED), pytest.raises(PathwayError, match="your own address"):
        evaluators.invite(key=application.pk, invitation=scenes.invitation(email=own), at=AT, actor=ACTOR)


def test_invitations_and_reminders_have_an_end(application):
    for number in range(evaluators.MOST_INVITATIONS):
        scenes.invited(application, number)
    with pytest.raises(PathwayError, match="12 invitations"):
        scenes.invited(application, 99)

    first = application.evaluators.order_by("pk").first()
    for _ in range(evaluators.MOST_LINKS - 1):
        evaluators.send_again(key=application.pk, evaluator_id=first.pk, at=AT, actor=ACTOR)
    with pytest.raises(PathwayError, match="5 times"):
        evaluators.send_again(key=application.pk, evaluator_id=first.pk, at=AT, actor=ACTOR)


def test_nobody_is_invited_before_the_fee_is_paid():
    draft = drafts.start(applicant=scenes.physician(failed_cs=True), holds_license=False, at=AT, actor=ACTOR)

    with pytest.raises(PathwayError, match="fee"):
        scenes.invited(draft)


# --- Agreeing ---


def test_opening_the_link_answers_nothing(application, enqueued, on_the_day):
    secret = scenes.invited(application)

    with nothing_happens(enqueued, *scenes.WATCHED):
        page = Client().get(path(secret))
    assert "Kofi Mensah" in page.text
    assert "0 of 2 for this applicant" in page.text
    assert "0 of 10 applicants this season" in page.text
    assert "Physical examination" in page.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"licensed_since": date(2020, 9, 11)}, "licensed_since"),
        ({"unrestricted": False}, "unrestricted"),
        ({"not_a_relative": False}, "not_a_relative"),
        ({"not_paid": False}, "not_paid"),
        ({"shares_contact": False}, "shares_contact"),
    ],
)
def test_who_may_not_evaluate_cannot_agree(application, enqueued, changes, field):
    secret = scenes.invited(application)

    with nothing_happens(enqueued, *scenes.WATCHED), pytest.raises(PathwayError) as refused:
        evaluators.agree(secret=secret, declaration=scenes.declaration(**changes), at=AT)
    assert refused.value.field == field


def test_five_years_to_the_day_are_enough(application):
    secret = scenes.invited(application)

    agreed = evaluators.agree(secret=secret, declaration=scenes.declaration(licensed_since=date(2020, 9, 10)), at=AT)
    assert agreed.state == EvaluatorState.AGREED


def test_ten_applicants_in_a_season_and_no_more():
    applications = [scenes.pathway_6() for _ in range(11)]
    secrets = [scenes.invited(one, at=AT + timedelta(minutes=number)) for number, one in enumerate(applications)]
    for secret in secrets[:10]:
        evaluators.agree(secret=secret, declaration=scenes.declaration(), at=AT)

    with pytest.raises(PathwayError, match="as many applicants"):
        evaluators.agree(secret=secrets[10], declaration=scenes.declaration(), at=AT)
    assert evaluators.place_of(evaluators.find(secrets[0])).applicants == 10


def test_agreeing_twice_is_agreeing_once(application):
    secret = scenes.agreed(application)
    first = evaluators.find(secret).agreed_on

    evaluators.agree(secret=secret, declaration=scenes.declaration(), at=LATER)
    assert evaluators.find(secret).agreed_on == first


def test_declining_ends_the_link(application, on_the_day):
    secret = scenes.invited(application)
    Client().post(path(secret), {"act": "decline"})

    assert evaluators.find(secret).state == EvaluatorState.DECLINED
    assert "You declined this invitation" in Client().get(path(secret)).text
    with pytest.raises(PathwayError):
        evaluators.agree(secret=secret, declaration=scenes.declaration(), at=AT)
    assert scenes.invited(application, at=LATER) != secret


# --- Encounters (R-PW-6) ---


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (scenes.encounter(date(2025, 9, 10)), "after September 10, 2025"),
        (scenes.encounter(date(2025, 9, 17)), "future"),
        (scenes.encounter(in_person=False), "same room"),
    ],
    ids=["on the day of the agreement", "in the future", "by video"],
)
def test_encounter_that_does_not_count_is_refused(application, enqueued, form, words):
    secret = scenes.agreed(application)

    with nothing_happens(enqueued, *scenes.WATCHED), pytest.raises(PathwayError, match=words):
        evaluations.send(secret=secret, number=1, form=form, at=LATER)


def test_nobody_evaluates_without_agreeing(application, enqueued):
    secret = scenes.invited(application)

    with nothing_happens(enqueued, *scenes.WATCHED), pytest.raises(PathwayError, match="Agree"):
        evaluations.send(secret=secret, number=1, form=scenes.encounter(), at=LATER)


def test_same_form_sent_twice_is_one_evaluation(application):
    secret = scenes.agreed(application)
    first = evaluations.send(secret=secret, number=1, form=scenes.encounter(), at=LATER)

    assert evaluations.send(secret=secret, number=1, form=scenes.encounter(), at=LATER) == first
    assert Evaluation.objects.count() == 1


def test_other_answers_under_the_same_number_are_kept_for_the_next_one(application, on_the_day):
    secret = scenes.agreed(application)
    evaluations.send(secret=secret, number=1, form=scenes.encounter(), at=LATER)

    page = Client().post(path(secret), {**_posted(), "number": "1"})
    assert "has arrived before" in page.text
    assert 'name="number" value="2"' in page.text
    assert "Another patient, another day." in page.text
    assert Evaluation.objects.count() == 1
    Client().post(path(secret), {**_posted(), "number": "2"})
    assert Evaluation.objects.count() == 2


def _posted(**changes: str) -> dict[str, str]:
    values = {
        "act": "send", "number": "1", "encounter_on_day": "13", "encounter_on_month": "9", "encounter_on_year": "2025",
        "setting": "office", "in_person": "yes", "interviewing": "7", "examination": "6", "professionalism": "8",
        "reasoning": "7", "comments": "Another patient, another day.",
    }  # fmt: skip
    return {**values, **changes}


def test_third_evaluation_of_one_physician_is_refused(application):
    secret = scenes.agreed(application)
    for number in (1, 2):
        form = scenes.encounter(date(2025, 9, 11 + number))
        evaluations.send(secret=secret, number=number, form=form, at=LATER)

    for number in (2, 3):
        with pytest.raises(AlreadySentError, match="2 evaluations"):
            evaluations.send(secret=secret, number=number, form=scenes.encounter(date(2025, 9, 14)), at=LATER)
    assert Evaluation.objects.count() == 2


# --- Links that do not work any more ---


def test_newer_link_ends_the_older_one(application, on_the_day):
    old = scenes.agreed(application)
    evaluator = evaluators.find(old)
    evaluators.send_again(key=application.pk, evaluator_id=evaluator.pk, at=LATER, actor=ACTOR)
    new = scenes.secret_of(evaluator.email)

    with pytest.raises(LinkNotValidError):
        evaluations.send(secret=old, number=1, form=scenes.encounter(), at=LATER)
    page = Client().get(path(old))
    assert page.status_code == 404
    assert "A newer link was sent to you" in page.text
    assert Client().get(path(new)).status_code == 200


def test_withdrawn_invitation_takes_nothing_and_loses_nothing(application, on_the_day):
    secret = scenes.agreed(application)
    evaluations.send(secret=secret, number=1, form=scenes.encounter(), at=LATER)
    evaluator = evaluators.find(secret)
    evaluators.withdraw(key=application.pk, evaluator_id=evaluator.pk, at=LATER, actor=ACTOR)

    page = Client().post(path(secret), _posted(number="2"))
    assert page.status_code == 410
    assert "This invitation was withdrawn" in page.text
    assert "Another patient, another day." in page.text
    assert Evaluation.objects.count() == 1
    with pytest.raises(IllegalMoveError):
        evaluators.withdraw(key=application.pk, evaluator_id=evaluator.pk, at=LATER, actor=ACTOR)


@pytest.mark.parametrize("swept", [True, False], ids=["after the sweep", "before the sweep"])
def test_reply_after_the_season_is_not_taken_and_given_back(application, monkeypatch, swept):
    secret = scenes.agreed(application)
    if swept:
        season_end.sweep(at=OVER)
    with pytest.raises(SeasonClosedError):
        evaluations.send(secret=secret, number=1, form=scenes.encounter(), at=OVER)

    monkeypatch.setattr("django.utils.timezone.now", lambda: OVER + timedelta(minutes=1))
    page = Client().post(path(secret), _posted())
    assert page.status_code == 410
    assert "has closed" in page.text
    assert "What you sent was not recorded" in page.text
    assert "Another patient, another day." in page.text
    assert not Evaluation.objects.exists()


def test_reply_when_six_are_there_is_not_needed(application):
    scenes.release_oet(application.applicant, taken_on=date(2025, 8, 30), released_on=date(2025, 9, 3))
    spare = scenes.agreed(application, 9)
    scenes.evaluate_all(application)
    assert application.state == "in_review"

    with pytest.raises(PathwayError, match="does not wait"):
        evaluations.send(secret=spare, number=1, form=scenes.encounter(), at=LATER)
    assert Evaluation.objects.count() == 6


@pytest.mark.parametrize("secret", ["x", "a" * 43, "A" * 3000])
def test_guessed_links_lead_nowhere(application, secret):
    scenes.agreed(application)

    assert Client().get(path(secret)).status_code == 404
    assert Client().post(path(secret), {"act": "agree"}).status_code == 404


@pytest.mark.parametrize("changes", [{"interviewing": "10"}, {"reasoning": "0"}, {"setting": "home"}, {"comments": ""}])
def test_form_out_of_range_is_shown_again_with_everything(application, on_the_day, changes):
    secret = scenes.agreed(application)

    page = Client().post(path(secret), _posted(**changes))
    assert "There is a problem" in page.text
    assert not Evaluation.objects.exists()


# --- The applicant's own pages ---


def test_evaluators_of_another_application_cannot_be_touched(application, on_the_day):
    other = scenes.pathway_6()
    scenes.invited(other)
    evaluator = other.evaluators.get()
    client = Client()
    sign_in(client, application.applicant.user)

    own = client.post(reverse("evaluator_withdraw", args=[application.pk, evaluator.pk]), follow=True)
    foreign = client.post(reverse("evaluator_withdraw", args=[other.pk, evaluator.pk]))

    assert "This invitation is over" in own.text
    assert foreign.status_code == 404
    evaluator.refresh_from_db()
    assert evaluator.state == EvaluatorState.INVITED


def test_applicant_invites_through_the_page_and_sees_the_answer(application, on_the_day):
    client = Client()
    sign_in(client, application.applicant.user)
    values = {
        "name": "Ama Boateng",
        "email": "ama@hospital.example",
        "license_authority": "Council",
        "license_country": "GH",
    }

    page = client.post(reverse("evaluator_invite", args=[application.pk]), values, follow=True)
    assert "Ama Boateng" in page.text
    assert "Invited" in page.text
    secret = scenes.secret_of("ama@hospital.example")
    evaluators.agree(secret=secret, declaration=scenes.declaration(), at=LATER)
    assert "Encounters after September 15, 2025 count" in client.get(reverse("pathway", args=[application.pk])).text
