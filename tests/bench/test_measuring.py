"""Each benchmark on the smallest sizes: it finds what it measures, and refuses what is not right."""

from functools import partial
from pathlib import Path

import pytest

from applicants.models import DataExport
from applicants.services import exports
from bench import burst, commits, imports, own_data, pages, people, rendering, schools, visitors
from bench.browser import Browser, UnexpectedAnswerError
from bench.launcher import Launcher
from bench.orders import fill_baskets
from bench.sizes import Sizes
from certification.models import ExaminationResult, MedicalSchool
from cvs.models import DispatchJob, IssuedReport, ReportRequest
from cvs.states import RequestState
from payments.models import Order, Payment
from payments.states import OrderState, PaymentState
from portal.models import DeliveryState
from portal.own_data import build_zip
from sandbox.mailbox.client import MailboxControl
from sandbox.sample_data import load_reference_data
from sandbox.stripe_double.process import StripeDoubleProcess
from tests.applicants.own_data import exports_folder
from tests.support.processes import free_port, process_environment

__all__ = ["exports_folder"]

pytestmark = pytest.mark.slow

TINY = Sizes(
    renders=1,
    reports_for_memory=(1, 2),
    reports_side_by_side=1,
    burst_orders=2,
    orders_per_second=50,
    waiting_orders=2,
    commits=2,
    requests_per_page=3,
    few_people=30,
    many_people=30,
    orders_of_the_busiest=25,
    schools=30,
    searches=8,
    import_rows=40,
    copies=2,
    copy_bytes=80_000,
)


@pytest.fixture
def launcher(transactional_db: None, mailbox: MailboxControl, tmp_path: Path):
    """Starts measuring processes on the test's database."""
    starter = Launcher(tmp_path, process_environment())
    yield starter
    starter.stop_all()


@pytest.fixture
def population(transactional_db: None) -> None:
    """Thirty made-up physicians with their history."""
    load_reference_data()
    people.add_people(TINY.few_people, busiest=TINY.orders_of_the_busiest)


@pytest.mark.usefixtures("population")
def test_everyone_loaded_has_a_paid_order_with_a_report_that_was_sent():
    expected = TINY.orders_of_the_busiest + (people.REGULARS - 1) * people.ORDERS_OF_A_REGULAR + 10

    assert Order.objects.filter(state=OrderState.PAID).count() == expected
    assert ReportRequest.objects.filter(state=RequestState.DISPATCHED).count() == expected
    assert IssuedReport.objects.count() == expected
    assert Payment.objects.filter(state=PaymentState.PAID).count() == expected


@pytest.mark.usefixtures("seal_keys")
def test_rendering_is_measured_for_pages_seal_and_memory(launcher: Launcher):
    figures = {figure.name: figure for figure in rendering.measure(launcher, TINY)}

    assert all(figure.value > 0 and figure.ratio for figure in figures.values())
    assert figures["seal, two pages"].value < figures["render + seal, two pages"].value
    assert len(figures) == 6


@pytest.mark.usefixtures("population")
def test_commits_are_measured_and_leave_orders_paid_or_waiting_for_the_card(stripe_double: StripeDoubleProcess):
    before = Order.objects.filter(state=OrderState.PAID).count()

    figures = commits.measure(process_environment()["DATABASE_URL"], TINY)

    assert all(figure.value > 0 and figure.ratio for figure in figures)
    assert Order.objects.filter(state=OrderState.PAID).count() == before + TINY.commits + 1
    assert Payment.objects.filter(state=PaymentState.OPEN).count() == TINY.commits


@pytest.mark.usefixtures("population")
def test_more_orders_than_people_are_refused():
    with pytest.raises(ValueError, match="Only 30 physicians without an unpaid order for 31 orders"):
        fill_baskets(31)

    assert not Order.objects.filter(state=OrderState.BASKET).exists()


@pytest.mark.usefixtures("population", "seal_keys")
def test_burst_is_measured_when_every_report_arrived_once(launcher: Launcher, mailbox: MailboxControl):
    figures = burst.measure(launcher, mailbox, TINY)

    assert all(figure.value > 0 for figure in figures)
    assert len([one for one in mailbox.messages() if one.attachments]) == TINY.waiting_orders + TINY.burst_orders
    paid = DispatchJob.objects.exclude(message_id__startswith="<bench-")
    assert set(paid.values_list("state", flat=True)) == {DeliveryState.SENT}


@pytest.mark.usefixtures("population", "collected_static")
def test_pages_are_measured_through_a_web_server(launcher: Launcher):
    visits = visitors.prepare_visits()
    port, bare_port = free_port(), free_port()
    launcher.start_web(port)
    launcher.start_web(bare_port, application="bench.bare")
    portal, bare = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{bare_port}"

    figures = pages.measure(pages.Addresses(few=portal, many=portal, bare=bare), visits, TINY)

    statements = {figure.name: figure.value for figure in figures if figure.unit == "queries"}
    assert statements["landing, SQL statements"] == 0
    assert set(statements) == {
        f"{name}, SQL statements" for name in ("landing", "dashboard", "reports", "authorities", "tracking", "verify")
    }
    assert all(figure.value > 0 for figure in figures if figure.unit != "queries")


@pytest.mark.usefixtures("population", "collected_static")
def test_page_that_does_not_answer_is_not_measured(launcher: Launcher):
    port = free_port()
    launcher.start_web(port)

    with pytest.raises(UnexpectedAnswerError, match="/dashboard/ answered 302"):
        Browser(f"http://127.0.0.1:{port}").milliseconds("/dashboard/")


@pytest.mark.usefixtures("transactional_db")
def test_search_of_schools_is_measured():
    load_reference_data()

    (figure,) = schools.measure(process_environment()["DATABASE_URL"], TINY)

    assert figure.value > 0
    assert figure.ratio
    assert MedicalSchool.objects.filter(code__startswith="B").count() == TINY.schools


@pytest.mark.usefixtures("transactional_db")
def test_import_is_measured_when_every_row_was_written(launcher: Launcher):
    load_reference_data()

    figures = imports.measure(launcher, TINY)

    assert all(figure.value > 0 and figure.ratio for figure in figures)
    assert ExaminationResult.objects.filter(source_import__isnull=False).count() == TINY.import_rows + 4


@pytest.mark.usefixtures("population", "enqueued", "uploads_dir", "exports_folder")
def test_a_copy_of_a_persons_data_is_measured_when_it_is_complete(monkeypatch: pytest.MonkeyPatch):
    (figure,) = own_data.measure(TINY)

    assert figure.value > 0
    assert figure.ratio
    assert figure.is_met
    monkeypatch.setattr(exports, "build_zip", partial(build_zip, most_bytes=20_000))
    DataExport.objects.all().delete()
    with pytest.raises(own_data.NotMadeError, match="not complete"):
        own_data.measure(TINY)
