"""Two reviewers at one record, of every kind that is reviewed: the late one is told by whom, and loses nothing."""

from datetime import timedelta
from typing import Any, cast

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.admin.reviews import ReviewAdmin
from applicants.models.reviews import HeldForReview
from applicants.roles import Role
from portal.models import AuditEvent, InboxMessage, OutgoingEmail
from tests.people import staff_in
from tests.support.access import World, make_world
from tests.support.wake_ups import WakeUp

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]

NOTE = "The seal is faint on the second page."
REVIEWED = {
    page.model._meta.label_lower: page for page in admin.site._registry.values() if isinstance(page, ReviewAdmin)
}


def test_every_kind_of_review_is_looked_at_here():
    assert set(REVIEWED) == {
        "applicants.birthdatecorrection",
        "applicants.identitycheck",
        "applicants.namerequest",
        "certification.application",
        "certification.certificaterequest",
        "certification.credential",
        "certification.pathwayapplication",
    }


@pytest.fixture
def world() -> World:
    """A row of each kind, and everybody of staff."""
    return make_world()


@pytest.fixture(params=sorted(REVIEWED))
def reviewed(request: pytest.FixtureRequest) -> ReviewAdmin:
    """The staff page of one kind."""
    return REVIEWED[request.param]


def in_review(world: World, page: ReviewAdmin) -> HeldForReview:
    """The row, in review by the person with every right."""
    record = cast("HeldForReview", world.rows[page.model._meta.label_lower])
    hold(record, world, "everything")
    rows: models.QuerySet[Any] = type(record)._default_manager.filter(pk=record.pk)
    rows.update(state=record.IN_REVIEW, submitted_at=timezone.now(), decided_at=None, decided_by=None)
    return record


def hold(record: HeldForReview, world: World, person: str) -> None:
    until = timezone.now() + timedelta(minutes=20)
    type(record)._default_manager.filter(pk=record.pk).update(reviewer=world.users[person], reviewer_until=until)


def entered(client: Client, url: str) -> dict[str, Any]:
    """What stands in the form of the page, with a note."""
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {**{name: value for name, value in values.items() if value not in (None, False)}, "internal_note": NOTE}


def everything_kept(record: HeldForReview) -> tuple[object, ...]:
    """The row and whatever a decision would write."""
    rows: models.QuerySet[Any] = type(record)._default_manager.filter(pk=record.pk)
    counted = (AuditEvent.objects.exclude(event="portal.record_read"), InboxMessage.objects, OutgoingEmail.objects)
    return (rows.values().get(), *(found.count() for found in counted))


def test_whoever_lost_the_record_decides_nothing_and_keeps_what_was_entered(
    world: World, reviewed: ReviewAdmin, enqueued: list[WakeUp]
):
    record, client = in_review(world, reviewed), world.client("everything")
    url = reverse(f"admin:{reviewed.opts.app_label}_{reviewed.opts.model_name}_change", args=[record.pk])
    values = entered(client, url)
    record.refresh_from_db()
    acts = ["save", "take", *(button.act for button in reviewed.buttons(record))]
    other = staff_in(Role.SENIOR_REVIEWER)
    hold(record, world, Role.SENIOR_REVIEWER.value)
    kept = everything_kept(record)
    enqueued.clear()

    for act in acts:
        answer = client.post(url, {**values, "act": act})
        text = answer.content.decode()

        assert (act, answer.status_code) == (act, 200)
        assert f"being reviewed by {other.username}" in text, act
        assert NOTE in text, act
        assert everything_kept(record) == kept, act
    assert enqueued == []
