"""What is typed into an application for a Pathway is kept before it is an answer, as that of the Application is."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from certification.models import License, PathwayApplication, SchoolBasis
from certification.services.pathways import drafts, submitting
from certification.services.pathways.errors import PathwayError
from certification.states import PathwayState
from tests.applicants.identity_scenes import scan
from tests.certification import pathway_scenes as scenes
from tests.certification.applications import parts, signed_in
from tests.certification.pathway_scenes import ACTOR, AT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enqueued", "till", "uploads_dir", "clock")]
HALF = {
    "authority": "Medical Council\x00",
    "country": "GH",
    "number": "MDC/77",
    "kind": "",
    **parts("valid_from", "31 2 x"),
}
SCHOOL = {"claim": "3", "agency": "", "partner_school": "A school"}


@pytest.fixture
def clock(time_machine) -> None:
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def draft() -> PathwayApplication:
    return drafts.start(applicant=scenes.physician(), holds_license=True, at=AT, actor=ACTOR)


@pytest.fixture
def client(draft: PathwayApplication) -> Client:
    return signed_in(draft.applicant)


def page(name: str, draft: PathwayApplication) -> str:
    return reverse(f"pathway_{name}", args=[draft.pk])


def test_what_is_typed_of_a_license_is_kept_encrypted_without_being_an_answer(
    draft: PathwayApplication, client: Client
):
    address = page("license", draft)
    assert client.post(address, {**HALF, "keep": "1", "stranger": "x"}).status_code == 204

    draft.refresh_from_db()
    assert (draft.state, License.objects.count()) == (PathwayState.DRAFT, 0)
    assert (draft.typed_pages["license"]["number"], "stranger" in draft.typed) == ("MDC/77", False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT typed FROM certification_pathwayapplication")
        assert "MDC" not in cursor.fetchone()[0]
    shown = client.get(address).content.decode()
    for words in ("We kept what you had typed", 'value="Medical Council"', 'value="31"', 'value="x"', "data-keeps"):
        assert words in shown
    drafts.save_license(key=draft.pk, answers=scenes.license_answers(), file=scan(), at=AT, actor=ACTOR)
    assert "We kept what you had typed" not in client.get(address).content.decode()


@pytest.mark.parametrize(("name", "answers"), [("license", HALF), ("school", SCHOOL)])
def test_a_page_that_is_not_complete_may_be_left_and_is_saved_or_discarded_before_it_is_sent(name, answers):
    person = scenes.physician()
    draft = drafts.start(applicant=person, holds_license=name == "license", at=AT, actor=ACTOR)
    PathwayApplication.objects.update(pathway=1 if name == "license" else 3)
    client, address = signed_in(person), page(name, draft)

    assert client.post(address, {**answers, "later": "1"})["Location"] == reverse("pathways")
    draft.refresh_from_db()
    assert submitting.missing(draft, at=AT)[name].startswith("Save or discard what you typed")
    assert "Save or discard what you typed" in client.get(page("check", draft)).content.decode()
    with pytest.raises(PathwayError, match="Save or discard"):
        submitting.submit(key=draft.pk, declared=True, at=AT, actor=ACTOR)
    assert "Discard what I typed" in client.get(address).content.decode()
    assert client.post(address, {"discard": "1"})["Location"] == address
    draft.refresh_from_db()
    assert draft.typed == ""
    assert not License.objects.exists()
    assert not SchoolBasis.objects.exists()


def test_a_valid_license_without_its_copy_is_not_lost(draft: PathwayApplication, client: Client):
    whole = {
        **HALF,
        "kind": "full",
        "unsupervised": "yes",
        "met_all_requirements": "yes",
        "disciplined": "no",
        "authority": "Medical Council",
        **parts("valid_from", "1 3 2016"),
    }

    answer = client.post(page("license", draft), whole)

    said = answer.content.decode()
    assert "Select a copy of your license" in said
    assert said.count("(optional)") == 1
    draft.refresh_from_db()
    assert draft.typed_pages["license"]["number"] == "MDC/77"


def test_nothing_that_was_typed_stays_when_the_draft_ends(draft: PathwayApplication, client: Client):
    client.post(page("license", draft), {**HALF, "keep": "1"})
    drafts.save_holding(key=draft.pk, holds_license=False, at=AT)
    draft.refresh_from_db()
    assert draft.typed == ""

    PathwayApplication.objects.update(state=PathwayState.CLOSED_WITH_SEASON)
    assert client.post(page("license", draft), {**HALF, "keep": "1"})["Location"] == reverse("pathway", args=[draft.pk])
    draft.refresh_from_db()
    assert draft.typed == ""


def test_what_somebody_else_types_is_not_taken(draft: PathwayApplication):
    stranger = signed_in(scenes.physician())

    assert stranger.post(page("license", draft), {**HALF, "keep": "1"}).status_code == 404
    draft.refresh_from_db()
    assert draft.typed == ""
