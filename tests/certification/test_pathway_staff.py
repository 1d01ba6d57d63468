"""The staff pages about Pathways: the licensing authority's answer, the rules beside the decision, and who may decide."""

import pytest
from django.test import Client
from django.urls import reverse

from applicants.models import User
from applicants.roles import Role
from certification.models import PathwayAcceptance, PathwayApplication
from certification.services.pathways import deciding, season_end
from certification.states import Confirmation, PathwayState
from tests.certification import pathway_scenes as scenes
from tests.certification.pathway_scenes import REVIEWED
from tests.people import staff_in
from tests.support.sign_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enqueued", "till")]


@pytest.fixture(autouse=True)
def on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clock of the pages stand in the season."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: REVIEWED)


def page_of(application: PathwayApplication) -> str:
    return reverse("admin:certification_pathwayapplication_change", args=[application.pk])


def signed_in(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def test_reviewer_records_the_answer_takes_the_application_and_accepts_it(reviewer):
    application = scenes.paid(scenes.with_license(scenes.physician()))
    client = signed_in(reviewer)
    assert "MDC/1234" in client.get(page_of(application)).text

    client.post(page_of(application), {"act": "license_confirmed", "note": "Letter of the council, May 4"})
    application.refresh_from_db()
    assert application.license.confirmation == Confirmation.CONFIRMED
    assert application.state == PathwayState.IN_REVIEW
    assert "Nothing stands in the way of acceptance" in client.get(page_of(application)).text
    client.post(page_of(application), {"act": "take"})
    refused = client.post(page_of(application), {"act": "accept", "checks": ["license"]})
    assert "Make all checks before you accept" in refused.text
    assert not PathwayAcceptance.objects.exists()
    client.post(page_of(application), {"act": "accept", "checks": ["license", "authority", "oet"]})
    application.refresh_from_db()
    assert application.state == PathwayState.ACCEPTED


def test_answer_without_words_about_its_origin_is_not_recorded(reviewer):
    application = scenes.paid(scenes.with_license(scenes.physician()))

    page = signed_in(reviewer).post(page_of(application), {"act": "license_confirmed", "note": " "})

    assert "Say how and from whom the answer came." in page.text
    application.license.refresh_from_db()
    assert application.license.confirmation == Confirmation.WAITING


def test_page_says_which_rule_stands_in_the_way_and_shows_the_scores(reviewer):
    application = scenes.pathway_6()
    scenes.evaluate_all(application, score=3)
    season_end.sweep(at=REVIEWED)
    client = signed_in(reviewer)

    page = client.get(page_of(application))
    assert "R-PW-6" in page.text
    assert "Took a clear history." in page.text
    client.post(page_of(application), {"act": "take"})
    client.post(page_of(application), {"act": "committee"})
    application.refresh_from_db()
    assert application.committee_since == REVIEWED
    client.post(page_of(application), {"act": "take"})
    denied = client.post(page_of(application), {"act": "accept", "checks": ["evaluators", "oet"]})
    assert "Your role does not allow this" in denied.text
    assert not PathwayAcceptance.objects.exists()


@pytest.mark.parametrize("role", [Role.FINANCE, Role.EDITOR, Role.ADMINISTRATOR])
def test_other_roles_neither_see_nor_decide(role):
    application = scenes.paid(scenes.with_license(scenes.physician()))
    client = signed_in(staff_in(role))

    assert client.get(page_of(application)).status_code == 403
    assert client.post(page_of(application), {"act": "license_confirmed", "note": "x"}).status_code == 403
    application.license.refresh_from_db()
    assert application.license.confirmation == Confirmation.WAITING


def test_checks_depend_on_the_pathway():
    application = scenes.pathway_6()

    assert [code for code, _ in deciding.checks_of(application)] == ["evaluators", "oet"]
