"""Who gets what, at every address: tests/access_table.py against the portal."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import path
from pytest_django import DjangoDbBlocker

from applicants.models import User
from tests.access_table import GROUPS, PEOPLE, STAFF, STAFF_GROUPS, Group
from tests.support import access
from tests.support.access import World

# The marker makes the database; the world below is one for all tests and lies around each test's own transaction.
pytestmark = pytest.mark.django_db
MODELS = sorted(access.model_table())
# Called by programs that have no page of ours: Stripe by its signature, mail programs by the key of a reader (RFC 8058).
WITHOUT_TOKEN = {"stripe_webhook", "newsletter_unsubscribe"}
STRANGER = PEOPLE.index("stranger")
APPS = sorted({label.partition(".")[0] for label in MODELS})


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Everything there is to see, once for all rows of the table."""
    with django_db_blocker.unblock(), access.rolled_back():
        cache.clear()
        yield access.make_world()


def table_keys() -> set[str]:
    """Return the key of every address that the table speaks of."""
    groups = {address.split()[0] for group in (*GROUPS, *STAFF_GROUPS) for address in group.addresses}
    return groups | {key for label in MODELS for key in access.model_keys(label)} | {"admin:app_list"}


def without_row(keys: set[str]) -> set[str]:
    """Return which of these addresses the table forgets."""
    return keys - table_keys()


def opened(request: HttpRequest, **_: object) -> HttpResponse:
    """A view that lets everybody in."""
    return HttpResponse("open")


def test_every_address_has_a_row_and_every_row_an_address():
    keys = {key for key, _ in access.patterns()}

    assert sorted(without_row(keys)) == []
    assert sorted(table_keys() - keys) == []


def test_an_address_that_was_added_without_a_row_is_noticed():
    added = dict(access.patterns([path("new/", opened, name="new"), path("new/<int:pk>/", opened)]))

    assert without_row(set(added)) == {"new", "new/<int:pk>/"}


@pytest.mark.parametrize("group", [*GROUPS, *STAFF_GROUPS], ids=lambda group: group.title)
def test_addresses_answer_as_the_table_says(world: World, group: Group):
    assert access.all_wrong(world, access.group_trials(world, group)) == ""


@pytest.mark.parametrize("label", MODELS)
def test_staff_pages_of_a_model_answer_as_the_table_says(world: World, label: str):
    assert access.all_wrong(world, access.model_trials(world, label)) == ""


@pytest.mark.parametrize("label", APPS)
def test_staff_pages_of_an_app_answer_as_the_table_says(world: World, label: str):
    assert access.all_wrong(world, access.app_trials(label)) == ""


@pytest.mark.parametrize(("label", "act"), sorted(access.act_table()))
def test_acts_are_done_by_nobody_who_is_not_offered_them(world: World, label: str, act: str):
    assert access.all_wrong(world, access.act_trials(world, label, act)) == ""


@pytest.mark.parametrize("person", STAFF)
def test_staff_are_offered_the_acts_of_the_table(world: World, person: str):
    request = RequestFactory().get("/")
    request.user = world.users[person]

    offered = {
        (model._meta.label_lower, act)
        for model, page in admin.site._registry.items()
        for act in page.get_actions(request)
    }

    assert offered == {row for row, people in access.act_table().items() if people[person]}


def test_another_persons_object_does_not_exist():
    """No row may give a stranger what it gives the owner of an object, but where a code is the key for everybody."""
    by_code = {"url_code", "acknowledge_code", "uidb36", "key", "newsletter_number", "school_code", "requirement"}
    lax = [
        address
        for group in GROUPS
        for address in group.addresses
        if set(address.split()[1:]) - by_code
        and "404" not in {group.get.split()[STRANGER], group.post.split()[STRANGER], *group.officials.split()[1::2]}
    ]

    assert lax == []


@pytest.mark.parametrize("key", ["dashboard", "order_tracking", "receipt_pdf", "admin:index", "contact_details"])
def test_an_address_that_was_opened_turns_the_table_red(world: World, key: str, monkeypatch: pytest.MonkeyPatch):
    pattern = dict(access.patterns())[key]
    monkeypatch.setattr(pattern, "callback", login_not_required(opened))
    (group,) = (
        group for group in (*GROUPS, *STAFF_GROUPS) if key in {address.split()[0] for address in group.addresses}
    )

    wrong = access.all_wrong(world, access.group_trials(world, group))

    assert f"GET {key} as nobody: 200 instead of 302" in wrong


def test_staff_pages_that_were_opened_turn_the_table_red(world: World, monkeypatch: pytest.MonkeyPatch):
    page = type(admin.site._registry[User])
    monkeypatch.setattr(page, "has_view_permission", lambda *_: True)
    monkeypatch.setattr(page, "has_add_permission", lambda *_: True)

    wrong = access.all_wrong(world, access.model_trials(world, "applicants.user"))

    assert "GET admin:applicants_user_changelist as editor: 200 instead of 403" in wrong
    assert "GET admin:applicants_user_add as editor: 200 instead of 403" in wrong


def test_an_acting_address_that_acts_on_get_turns_the_table_red(world: World, monkeypatch: pytest.MonkeyPatch):
    def act(request: HttpRequest) -> HttpResponse:
        User.objects.update(is_active=True)
        return HttpResponse()

    monkeypatch.setattr(dict(access.patterns())["landing"], "callback", login_not_required(act))
    group = Group("test", get="200 200 200 200 200", post="200 200 200 200 200", addresses=("landing",))

    wrong = access.all_wrong(world, access.group_trials(world, group))

    assert "GET landing as nobody: wrote ['applicants_user']" in wrong
    assert "POST" not in wrong


@pytest.mark.parametrize("group", [*GROUPS, *STAFF_GROUPS], ids=lambda group: group.title)
def test_no_form_is_taken_without_its_token(world: World, group: Group):
    """A forged form of another site carries the session, but no token."""
    taken = [
        trial.key
        for trial in access.group_trials(world, group)
        if trial.method == "post" and trial.person == "owner" and trial.key not in WITHOUT_TOKEN
        if _forge(world, trial.url) != 403
    ]

    assert taken == []


def _forge(world: World, url: str) -> int:
    with access.rolled_back():
        return world.client("owner", forged=True).post(url).status_code
