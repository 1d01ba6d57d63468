"""Methods without a use, folders that are not listed, and who is written down as refused."""

import logging
from urllib.parse import urlsplit

import pytest
import structlog
from django.conf import settings
from django.test import Client
from django.urls import reverse

from applicants.models import Applicant
from applicants.permissions import NotAllowedError, require
from applicants.roles import Role
from payments.models import Order
from portal.audit import actor_label
from portal.models import AuditEvent
from tests.hostile.addresses import path_templates
from tests.people import staff_in
from tests.support.orders import make_authority, pay_with_credit
from tests.support.sign_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enqueued")]

HOSTS = (urlsplit(settings.BASE_URL).netloc, urlsplit(settings.UPLOADS_ORIGIN).netloc)
ADDRESSES = [template.replace("{", "").replace("}", "") for template in path_templates()]
REFUSALS = "portal.refusals"


def refusals(caplog: pytest.LogCaptureFixture, logger: str = REFUSALS) -> list[structlog.types.EventDict]:
    """The lines of one logger, without what every line has."""
    of_every_line = {"level", "logger", "timestamp", "request_id"}
    return [
        {name: value for name, value in record.msg.items() if name not in of_every_line}
        for record in caplog.records
        if record.name == logger and isinstance(record.msg, dict)
    ]


@pytest.mark.parametrize(("host", "status"), [(HOSTS[0], 405), (HOSTS[1], 404)], ids=["portal", "uploads"])
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "PATCH", "DELETE", "MADEUP"])
def test_methods_that_nothing_needs_are_refused_at_every_address(
    applicant_client: Client, host: str, status: int, method: str
):
    secret = {"host": host, "X-Said-Back": "not-to-be-said-back"}

    answers = {path: applicant_client.generic(method, path, headers=secret) for path in ADDRESSES}

    assert len(answers) > 100
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != status} == {}
    assert {answer.content for answer in answers.values()} == {b"" if status == 405 else b"Not found.\n"}
    assert not any("Content-Security-Policy" not in answer.headers for answer in answers.values())


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(
    "folder", ["static/", "static/build/", "static/js/", "pages/", "originals/", "uploads/", ".git/"]
)
def test_no_folder_is_listed_on_any_host(host: str, folder: str):
    for path in (f"/{folder}", f"/{folder.rstrip('/')}", f"/{folder}../"):
        assert Client().get(path, headers={"host": host}).status_code == 404


@pytest.fixture
def foreign_order(other_applicant: Applicant) -> str:
    """The address of an order that belongs to somebody else."""
    pay_with_credit(other_applicant, [make_authority(1)])
    return reverse("order_tracking", args=[Order.objects.get().reference])


def test_who_opens_what_is_anothers_is_named_by_a_row_number_and_not_the_address(
    applicant_client: Client, applicant: Applicant, foreign_order: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)

    answer = applicant_client.get(foreign_order)

    route = "reports/<slug:reference>/"
    [line] = refusals(caplog)
    assert answer.status_code == 404
    assert line == {
        "event": "refused", "account": applicant.user.pk, "method": "GET", "route": route, "status": 404,
    }  # fmt: skip
    assert foreign_order not in str(line)
    [record] = [one for one in caplog.records if one.name == REFUSALS]
    assert record.levelno == logging.WARNING
    assert isinstance(record.msg, dict)
    assert record.msg["request_id"] == answer["X-Request-ID"]


def test_a_form_that_another_site_sent_names_the_account_that_it_was_to_harm(
    applicant: Applicant, caplog: pytest.LogCaptureFixture
):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, applicant.user)

    client.post(reverse("contact_details"), {"email": "evil@applicants.example"})

    assert [(line["account"], line["status"]) for line in refusals(caplog)] == [(applicant.user.pk, 403)]


def test_staff_without_the_role_are_named(caplog: pytest.LogCaptureFixture):
    editor = staff_in(Role.EDITOR)
    client = Client()
    sign_in(client, editor)

    answer = client.get(reverse("admin:applicants_applicant_changelist"))

    assert answer.status_code in {403, 404}
    assert [(line["account"], line["status"]) for line in refusals(caplog)] == [(editor.pk, answer.status_code)]


def test_an_act_that_the_role_does_not_allow_is_logged_and_recorded_nowhere_else(caplog: pytest.LogCaptureFixture):
    actor = actor_label(staff_in(Role.EDITOR))
    before = AuditEvent.objects.count()

    with pytest.raises(NotAllowedError):
        require(actor, "payments.view_refund")

    said = refusals(caplog, "applicants.permissions")
    assert said == [{"event": "not_allowed", "actor": actor, "permission": "payments.view_refund"}]
    assert AuditEvent.objects.count() == before


def test_strangers_and_those_who_are_answered_are_not_named(
    applicant_client: Client, foreign_order: str, caplog: pytest.LogCaptureFixture
):
    Client().get(foreign_order)
    Client().get("/nothing/here/")
    applicant_client.get(reverse("dashboard"))

    assert refusals(caplog) == []
