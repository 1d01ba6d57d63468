"""Who visits the measured pages: signed-in physicians with orders, and boards that check a report."""

import http.client
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applicants.models import Applicant
from applicants.services.contact import current_contact
from bench.browser import UnexpectedAnswerError
from cvs.confirmed_contact import CONFIRMED_CONTACT
from cvs.models import IssuedReport
from payments.models import Order
from sandbox.sample_data.sign_in import sign_in

VISITORS = 8
ROWS_OF_THE_DEEPEST_PAGE = 10
_AUTHORITIES = "/reports/new/authorities/"


@dataclass(frozen=True)
class Page:
    """One page as one visitor opens it; `cookie` is empty for the public."""

    name: str
    path: str
    cookie: str = ""


@dataclass(frozen=True)
class Visits:
    """The pages to measure: for each busy page its visitors, and the first and the deepest page of the longest list."""

    busy: dict[str, list[Page]]
    codes: list[str]
    first_of_list: Page
    deepest_of_list: Page


def prepare_visits() -> Visits:
    """Sign the first made-up physicians in, half-way through an order, and return what they open.

    They are the same in every copy of this database.
    """
    people = list(Applicant.objects.filter(identification_number__startswith="5").order_by("id")[: VISITORS + 1])
    busiest, regulars = people[0], people[1:]
    cookies = {one.pk: _sign_in(one) for one in people}
    pages: dict[str, list[Page]] = {"landing": [Page("landing", "/")]}
    for name, path in (("dashboard", "/dashboard/"), ("reports", "/reports/"), ("authorities", _AUTHORITIES)):
        pages[name] = [Page(name, path, cookies[one.pk]) for one in regulars]
    pages["tracking"] = [Page("tracking", f"/reports/{_latest_reference(one)}/", cookies[one.pk]) for one in regulars]
    return Visits(
        busy=pages,
        codes=list(IssuedReport.objects.order_by("id").values_list("url_code", flat=True)[:50]),
        first_of_list=Page("reports", "/reports/", cookies[busiest.pk]),
        deepest_of_list=Page("reports", f"/reports/?before={_deepest(busiest)}", cookies[busiest.pk]),
    )


def _sign_in(applicant: Applicant) -> str:
    client = Client()
    sign_in(client, applicant.user)
    contact = current_contact(applicant)
    session = client.session
    session[CONFIRMED_CONTACT] = {"contact_id": str(contact.pk if contact else ""), "at": timezone.now().isoformat()}
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _latest_reference(applicant: Applicant) -> str:
    return Order.objects.filter(applicant=applicant).latest("id").reference


def _deepest(applicant: Applicant) -> int:
    keys = Order.objects.filter(applicant=applicant).order_by("id").values_list("id", flat=True)
    return list(keys[: ROWS_OF_THE_DEEPEST_PAGE + 1])[-1]


def count_queries(visits: Visits) -> dict[str, int]:
    """Return the most SQL statements with which each page was answered for any of its visitors."""
    pages = [*(page for visitors in visits.busy.values() for page in visitors)]
    pages += [visits.first_of_list, visits.deepest_of_list, Page("verify", f"/v/{visits.codes[0]}/")]
    most: dict[str, int] = {}
    for page in pages:
        most[page.name] = max(most.get(page.name, 0), _queries(page))
    return most


def _queries(page: Page) -> int:
    client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(page.path, headers={"cookie": page.cookie} if page.cookie else None)
    if answer.status_code != http.client.OK:
        raise UnexpectedAnswerError(f"{page.path} answered {answer.status_code}.")
    return len(captured)
