"""The pages of a copy of one's own data: its states, its limits, and who may take it."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import DataExport
from applicants.services import exports
from applicants.states import ExportState
from portal.models import AuditEvent
from tests.applicants.own_data import ask, confirm, exports_folder, fresh_counters, ready, unpacked
from tests.factories.applicants import ContactInformationFactory

__all__ = ["exports_folder", "fresh_counters"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enqueued", "exports_folder")]

PAGE = "own_data"
# Told of the copy itself once it is ready.
LATER = {"portal.AuditEvent", "portal.InboxMessage"}


# --- Pages ----------------------------------------------------------------------------------------------------------


def test_the_page_goes_through_its_states(applicant, applicant_client):
    def words() -> str:
        return str(applicant_client.get(reverse(PAGE)).content.decode())

    assert "Make a copy" in words()
    assert applicant_client.post(reverse(PAGE)).status_code == 302
    assert "Being made" in words()
    export = DataExport.objects.get()
    exports.build(export.pk)
    assert "Download" in words()
    DataExport.objects.update(state=ExportState.EXPIRED, stored_as="", file_key="")
    assert "was deleted after 7 days" in words()
    DataExport.objects.update(state=ExportState.FAILED)
    assert "The fault is ours" in words()


def test_pressing_twice_makes_one(applicant_client):
    applicant_client.post(reverse(PAGE))
    answer = applicant_client.post(reverse(PAGE), follow=True)

    assert "already being made" in answer.content.decode()
    assert DataExport.objects.count() == 1


def test_the_fourth_a_day_gets_the_time_to_come_back(applicant, applicant_client):
    for _ in range(3):
        ready(applicant)

    answer = applicant_client.post(reverse(PAGE))

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 80_000
    assert DataExport.objects.count() == 3


def test_the_poll_is_silent_until_there_is_news(applicant, applicant_client):
    export = ask(applicant)
    waiting = applicant_client.get(reverse("own_data_status"))
    exports.build(export.pk)
    done = applicant_client.get(reverse("own_data_status"))

    assert (waiting.status_code, done.status_code) == (204, 286)
    assert "Download" in done.content.decode()


def test_downloading_asks_for_the_password_again(applicant, applicant_client):
    address = reverse("own_data_download", args=[ready(applicant).pk])

    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        answer = applicant_client.get(address)

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not AuditEvent.objects.filter(event="applicants.export_downloaded").exists()


def test_downloading_after_confirming(applicant, applicant_client):
    address = reverse("own_data_download", args=[ready(applicant).pk])
    confirm(applicant_client)

    answer = applicant_client.get(address)

    assert answer.status_code == 200
    assert "manifest.json" in unpacked(answer.content)
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.zip"'
    assert "no-store" in answer["Cache-Control"]
    assert AuditEvent.objects.get(event="applicants.export_downloaded").actor == f"user:{applicant.user.pk}"


def test_confirming_does_not_last(applicant, applicant_client):
    address = reverse("own_data_download", args=[ready(applicant).pk])
    confirm(applicant_client)

    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        assert applicant_client.get(address).status_code == 302


def test_another_persons_copy_does_not_exist(other_applicant, applicant_client):
    address = reverse("own_data_download", args=[ready(other_applicant).pk])
    confirm(applicant_client)

    assert applicant_client.get(address).status_code == 404
    assert not AuditEvent.objects.filter(event="applicants.export_downloaded").exists()


def test_a_stranger_and_staff_have_no_such_page(applicant, staff_client):
    address = reverse("own_data_download", args=[ready(applicant).pk])

    assert Client().get(address)["Location"].startswith(reverse("account_login"))
    assert staff_client.get(address).status_code == 403
    assert staff_client.get(reverse(PAGE)).status_code == 403


def test_a_copy_that_is_not_ready_does_not_exist(applicant, applicant_client):
    address = reverse("own_data_download", args=[ask(applicant).pk])
    confirm(applicant_client)

    assert applicant_client.get(address).status_code == 404


def test_the_page_takes_few_queries(applicant, applicant_client, django_assert_max_num_queries):
    ready(applicant)
    ContactInformationFactory.create(applicant=applicant, superseded_at=timezone.now())

    with django_assert_max_num_queries(12):
        applicant_client.get(reverse(PAGE))
