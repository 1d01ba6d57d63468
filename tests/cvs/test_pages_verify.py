"""The public pages: is a report genuine, and the authority's word that it arrived."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from cvs.codes import format_short_code, new_short_code, new_url_code
from cvs.models import IssuedReport, ReportRequest, VerificationLookup
from cvs.states import ReportState, RequestState
from portal.lookups import MOST_MISSES
from tests.cvs.pages import AT, authorities, issue, nothing_happens
from tests.support.orders import make_physician, pay_with_credit
from tests.support.wake_ups import WakeUp

pytestmark = pytest.mark.django_db

VERIFY = reverse("verify")
NOT_FOUND = "We have no report with this code and date"


@pytest.fixture
def report() -> IssuedReport:
    """A report that was sent."""
    (request,) = pay_with_credit(make_physician(4821375), authorities(1))
    issued = issue(request)
    ReportRequest.objects.filter(pk=request.pk).update(state=RequestState.DISPATCHED, dispatched_at=AT)
    return issued


def ask(client: Client, code: str, date: str) -> str:
    """Return the page that answers for a typed code and date."""
    return client.get(VERIFY, {"code": code, "date": date}).content.decode()


def test_empty_page_asks_and_logs_nothing(client: Client):
    page = client.get(VERIFY).content.decode()

    assert "Enter the code and the date printed on the report." in page
    assert "There is a problem" not in page
    assert not VerificationLookup.objects.exists()


@pytest.mark.parametrize("date", ["June 3, 2026", "2026-06-03", "6/3/2026", "3 Jun 2026"])
def test_genuine_report_is_named(client: Client, report: IssuedReport, date: str):
    page = ask(client, format_short_code(report.short_code).lower(), date)

    assert "This report is genuine" in page
    assert report.number in page
    assert "June 3, 2026" in page
    assert "Medical Board of California" in page
    assert "A. C. O." in page
    assert "Okonkwo" not in page
    assert "No. This is the latest report." in page


def test_answer_costs_few_queries(
    client: Client, report: IssuedReport, django_assert_max_num_queries: DjangoAssertNumQueries
):
    with django_assert_max_num_queries(6):
        ask(client, report.short_code, "June 3, 2026")


def test_replaced_report_names_the_new_one(client: Client, report: IssuedReport):
    IssuedReport.objects.filter(pk=report.pk).update(state=ReportState.SUPERSEDED)
    issue(report.request, number="CV-2026-000001-01-R2", version=2, replaces=report)

    page = ask(client, report.short_code, "June 3, 2026")

    assert "This report is genuine but was replaced" in page
    assert "CV-2026-000001-01-R2" in page
    assert "Yes. A newer report replaces this one." in page


def test_withdrawn_report_must_not_be_relied_on(client: Client, report: IssuedReport):
    IssuedReport.objects.filter(pk=report.pk).update(state=ReportState.WITHDRAWN)

    page = ask(client, report.short_code, "June 3, 2026")

    assert "This report was withdrawn" in page
    assert "This report is genuine" not in page


def test_every_failure_has_the_same_words(client: Client, report: IssuedReport):
    wrong_date = ask(client, report.short_code, "June 4, 2026")
    wrong_code = ask(client, new_short_code(), "June 3, 2026")
    wrong_link = client.get(reverse("verify_code", args=[new_url_code()])).content.decode()
    malformed_link = client.get(reverse("verify_code", args=["x"])).content.decode()

    for page in (wrong_date, wrong_code, wrong_link, malformed_link):
        assert NOT_FOUND in page
        assert report.number not in page
    assert VerificationLookup.objects.filter(found=False).count() == 4


def test_typing_mistakes_are_explained_and_not_counted(client: Client):
    page = ask(client, "7Q4K", "soon")

    assert "<title>Error: " in page
    assert page.count("Enter all 16 letters and digits of the code") == 2
    assert page.count("Enter the date as it is printed on the report, for example June 3, 2026") == 2
    assert not VerificationLookup.objects.exists()


def test_link_of_the_qr_code_answers_at_once(client: Client, report: IssuedReport):
    page = client.get(reverse("verify_code", args=[report.url_code])).content.decode()

    assert "This report is genuine" in page
    assert VerificationLookup.objects.get().by_link


def test_too_many_tries_are_answered_with_when_to_come_back(client: Client, report: IssuedReport):
    for _ in range(MOST_MISSES):
        ask(client, new_short_code(), "June 3, 2026")

    answer = client.get(VERIFY, {"code": report.short_code, "date": "June 3, 2026"})

    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 600
    assert "Too many tries" in answer.content.decode()
    assert report.number not in answer.content.decode()


def test_other_clients_are_not_slowed_down_by_one(client: Client, report: IssuedReport):
    for _ in range(MOST_MISSES):
        ask(client, new_short_code(), "June 3, 2026")

    answer = Client(REMOTE_ADDR="192.0.2.7").get(VERIFY, {"code": report.short_code, "date": "June 3, 2026"})

    assert answer.status_code == 200


def test_address_of_the_asker_is_not_stored(client: Client, report: IssuedReport):
    Client(REMOTE_ADDR="192.0.2.7").get(VERIFY, {"code": report.short_code, "date": "June 3, 2026"})

    assert re.fullmatch(r"[0-9a-f]{32}", VerificationLookup.objects.get().client)


def test_looking_at_the_confirmation_link_changes_nothing(client: Client, report: IssuedReport, enqueued: list[WakeUp]):
    address = reverse("acknowledge", args=[report.acknowledge_code])

    with nothing_happens(enqueued):
        page = client.get(address).content.decode()
        head = client.head(address)

    assert "Did you receive this report?" in page
    assert report.number in page
    assert report.request.authority.name in page
    assert head.status_code == 200


def test_pressing_the_button_records_receipt_once(client: Client, report: IssuedReport):
    address = reverse("acknowledge", args=[report.acknowledge_code])

    answer = client.post(address)
    first = IssuedReport.objects.get().acknowledged_at
    client.post(address)
    page = client.get(address).content.decode()

    assert answer.headers["Location"] == address
    assert first is not None
    assert timezone.now() - first < timedelta(minutes=1)
    assert IssuedReport.objects.get().acknowledged_at == first
    assert ReportRequest.objects.get().state == RequestState.DELIVERED
    assert "You have confirmed this report" in page
    assert "<form" not in page.split("<main")[1].split("</main>")[0]


def test_unknown_confirmation_link_is_answered_kindly_and_records_nothing(client: Client, enqueued: list[WakeUp]):
    address = reverse("acknowledge", args=[new_url_code()])

    with nothing_happens(enqueued):
        sent = client.post(address)
        answer = client.get(address)

    assert sent.headers["Location"] == address
    assert answer.status_code == 404
    assert "We do not know this link" in answer.content.decode()
