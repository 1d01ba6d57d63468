"""People of whom no result is known say when they registered for a Step (R-PW-0)."""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from certification.models import PathwayApplication
from certification.services.pathways import deciding, drafts, seasons
from certification.services.pathways.errors import PathwayError
from certification.services.person import person_facts
from certification.states import PathwayState
from portal.eastern import eastern_date
from tests.certification import pathway_scenes as scenes
from tests.certification.applications import parts, signed_in
from tests.certification.pathway_scenes import ACTOR, AT
from tests.factories.certification import ExaminationResultFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enqueued", "till")]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("", "Enter the day on which you registered"),
        ("1 1 1990", "Enter a year from 1992 on"),
        ("1 1 2090", "not in the future"),
        ("31 2 2024", "Enter a real date"),
        ("3 2 2025", ""),
    ],
)
def test_who_only_registered_for_a_step_says_when_and_applies(day, said, time_machine):
    time_machine.move_to(AT, tick=False)
    person = scenes.physician(sat=False)
    client = signed_in(person)
    answers = {"holds_license": "yes", **parts("registered_on", day)}

    assert "I have registered for a Step" in client.get(reverse("pathways")).content.decode()
    answer = client.post(reverse("pathway_start"), answers)

    if said:
        assert said in answer.content.decode()
        assert not PathwayApplication.objects.exists()
        return
    application = PathwayApplication.objects.get()
    assert application.registered_on == date(2025, 2, 3)
    assert ("registered" in dict(deciding.checks_of(application))) is True
    assert person_facts(person, eastern_date(AT)).first_registered_on == date(2025, 2, 3)


def test_what_nobody_confirmed_is_asked_again_after_the_season():
    person = scenes.physician(sat=False)
    draft = drafts.start(applicant=person, holds_license=False, registered_on=date(2025, 2, 3), at=AT, actor=ACTOR)
    season = seasons.season_of(2026)

    def asks():
        return drafts.asks_registration(person_facts(person, eastern_date(AT)), season, at=AT)

    assert not asks()
    PathwayApplication.objects.update(state=PathwayState.CLOSED_WITH_SEASON)
    assert asks()
    PathwayApplication.objects.update(checks=["registered"])
    assert not asks()
    PathwayApplication.objects.update(checks=[], state=PathwayState.DRAFT)
    ExaminationResultFactory.create(applicant=person)
    assert "registered" not in dict(deciding.checks_of(draft))


def only(*pathways: int) -> seasons.Season:
    """The season that is open, with these Pathways alone."""
    found = seasons.season_of(2026)
    row = replace(found.row, pathways=pathways)
    others = tuple(one for one in found.tables.seasons if one.season != row.season)
    return seasons.Season(row, replace(found.tables, seasons=(*others, row)))


def test_nobody_is_asked_whom_another_rule_stops_anyway(monkeypatch, time_machine):
    time_machine.move_to(AT, tick=False)
    person, season = scenes.physician(sat=False), only(1)
    facts = person_facts(person, eastern_date(AT))
    monkeypatch.setattr(seasons, "open_season", lambda _at: season)

    assert drafts.asks_registration(facts, seasons.season_of(2026), at=AT)
    assert not drafts.asks_registration(facts, season, at=AT)
    client = signed_in(person)
    page = client.get(reverse("pathways")).content.decode()
    assert "No Pathway is open to you in this season" in page
    assert "registered" not in page
    answer = client.post(reverse("pathway_start"), {"holds_license": "no", **parts("registered_on", "3 2 2025")})
    assert "No Pathway is open to you in this season" in answer.content.decode()
    assert not PathwayApplication.objects.exists()


@pytest.mark.parametrize(
    ("day", "said"),
    [("1 1 2090", "not in the future"), ("", "Enter the day on which you registered"), ("5 3 2024", "")],
)
def test_the_day_can_be_corrected_in_a_draft(day, said, time_machine):
    time_machine.move_to(AT, tick=False)
    person = scenes.physician(sat=False)
    draft = drafts.start(applicant=person, holds_license=False, registered_on=date(2025, 2, 3), at=AT, actor=ACTOR)
    client, page = signed_in(person), reverse("pathway_registration", args=[draft.pk])
    assert page in client.get(reverse("pathway_check", args=[draft.pk])).content.decode()
    assert 'value="2025"' in client.get(page).content.decode()

    answer = client.post(page, parts("registered_on", day))

    draft.refresh_from_db()
    assert draft.registered_on == (date(2025, 2, 3) if said else date(2024, 3, 5))
    assert said in answer.content.decode() if said else answer["Location"] == reverse("pathway_check", args=[draft.pk])


def test_no_other_draft_gets_a_day_of_registration():
    draft = drafts.start(applicant=scenes.physician(), holds_license=False, at=AT, actor=ACTOR)

    with pytest.raises(PathwayError, match="does not ask"):
        drafts.save_registration(key=draft.pk, registered_on=date(2024, 3, 5), at=AT)
    PathwayApplication.objects.update(registered_on=date(2024, 3, 5), state=PathwayState.CLOSED_WITH_SEASON)
    with pytest.raises(PathwayError, match="cannot be changed"):
        drafts.save_registration(key=draft.pk, registered_on=date(2024, 1, 1), at=AT)
    draft.refresh_from_db()
    assert draft.registered_on == date(2024, 3, 5)


def test_without_an_application_for_certification_no_registration_helps(applicant, time_machine):
    time_machine.move_to(AT, tick=False)
    answers = {"holds_license": "yes", **parts("registered_on", "3 2 2025")}

    answer = signed_in(applicant).post(reverse("pathway_start"), answers)

    assert "Submit the Application for Certification" in answer.content.decode()
    assert not PathwayApplication.objects.exists()


def test_day_of_registration_is_not_kept_of_somebody_who_sat_a_step():
    draft = drafts.start(
        applicant=scenes.physician(), holds_license=True, registered_on=date(2024, 1, 2), at=AT, actor=ACTOR
    )

    assert draft.registered_on is None
    assert "registered" not in dict(deciding.checks_of(draft))
