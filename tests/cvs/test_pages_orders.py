"""The list of orders and the tracking page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from cvs.models import ReportRequest
from cvs.states import ReportState, RequestState
from payments.models import Order
from tests.cvs.pages import AT, authorities, issue, physician
from tests.support.orders import pay_with_credit

pytestmark = pytest.mark.django_db

REPORTS = reverse("reports")


def tracking(client: Client) -> str:
    """Return the tracking page of the only order."""
    return client.get(reverse("order_tracking", args=[Order.objects.get().reference])).content.decode()


def put(request: ReportRequest, state: RequestState, **values: object) -> None:
    """Write the row of a request as the workers would leave it in `state`."""
    ReportRequest.objects.filter(pk=request.pk).update(state=state, **values)


def test_list_without_orders_explains_what_a_report_is(client: Client):
    physician(client)

    page = client.get(REPORTS).content.decode()

    assert "You have not ordered any reports yet" in page
    assert "Order your first report" in page


def test_list_shows_each_order_with_amount_and_progress(client: Client):
    requests = pay_with_credit(physician(client), authorities(3))
    put(requests[0], RequestState.DELIVERED, dispatched_at=AT, acknowledged_at=AT)
    put(requests[1], RequestState.DISPATCHED, dispatched_at=AT)

    page = client.get(REPORTS).content.decode()

    assert Order.objects.get().reference in page
    assert "$198.00" in page
    assert '<span class="status status--progress">1 of 3 opened</span>' in page


def test_older_orders_are_on_further_pages_at_the_same_cost(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    applicant = physician(client)
    board = authorities(1)
    for _ in range(23):
        pay_with_credit(applicant, board)
    references = list(Order.objects.order_by("-id").values_list("reference", flat=True))

    with django_assert_max_num_queries(12):
        first = client.get(REPORTS).content.decode()
    start = Order.objects.get(reference=references[19]).pk
    second = client.get(REPORTS, {"before": start}).content.decode()

    assert f'href="{REPORTS}?before={start}"' in first
    assert [reference for reference in references if reference in first] == references[:20]
    assert [reference for reference in references if reference in second] == references[20:]
    assert "Older orders" not in second


@pytest.mark.parametrize("before", ["x", "-1", "1' or 1=1", "9" * 40, "٣"])
def test_page_numbers_from_nowhere_show_the_newest_orders(client: Client, before: str):
    pay_with_credit(physician(client), authorities(1))

    answer = client.get(REPORTS, {"before": before})

    assert answer.status_code == 200
    assert Order.objects.get().reference in answer.content.decode()


def test_tracking_says_that_reports_are_being_prepared(client: Client):
    pay_with_credit(physician(client), authorities(2))

    page = tracking(client)

    assert "You do not need to do anything" in page
    assert "2 reports are being prepared." in page
    assert page.count("We are preparing the report") == 2
    assert "All reports sent" in page
    assert "Payment received" in page
    assert "<dd>Ours</dd>" in page


@pytest.mark.parametrize(
    ("state", "values", "chip", "said"),
    [
        (RequestState.ON_HOLD, {"hold_reason": "Open case 17"}, "On hold", "Our staff are checking something"),
        (RequestState.DISPATCHED, {"dispatched_at": AT}, "Sent", "Sent, not opened yet"),
        (RequestState.DELIVERED, {"dispatched_at": AT, "acknowledged_at": AT}, "Opened", "Opened<br>"),
        (
            RequestState.DELIVERY_PROBLEM,
            {"dispatched_at": AT, "problem": "The authority’s mail server refused the report."},
            "Delivery problem",
            "The authority’s mail server refused the report.",
        ),
        (RequestState.CANCELED, {"canceled_at": AT}, "Canceled", "This order was canceled"),
    ],
)
def test_each_state_has_its_words(client: Client, state: RequestState, values: dict[str, object], chip: str, said: str):
    (request,) = pay_with_credit(physician(client), authorities(1))
    put(request, state, **values)

    page = tracking(client)

    assert f">{chip}</span></td>" in page
    assert said in page
    assert "Open case 17" not in page


def test_prepared_and_revised_reports_are_in_the_history_and_never_linked(client: Client):
    (request,) = pay_with_credit(physician(client), authorities(1))
    first = issue(request, state=ReportState.SUPERSEDED)
    later = issue(request, at=AT + timedelta(days=3), number="CV-1-01-R2", version=2, replaces=first)
    put(request, RequestState.DISPATCHED, dispatched_at=AT)

    page = tracking(client)

    assert f"Report for {request.authority.name} prepared" in page
    assert f"Revised report for {request.authority.name} prepared" in page
    assert "Revised report sent, free of charge, not opened yet" in page
    assert "Reports go only to the authority, so you cannot download them." in page
    for report in (first, later):
        for secret in (report.url_code, report.short_code, report.acknowledge_code, report.stored_as, report.sha256):
            assert secret not in page


def test_history_is_newest_first_with_the_next_step_on_top(client: Client):
    first, second = pay_with_credit(physician(client), authorities(2))
    paid_at = Order.objects.get().paid_at
    assert paid_at is not None
    put(
        first,
        RequestState.DELIVERED,
        dispatched_at=paid_at + timedelta(days=2),
        acknowledged_at=paid_at + timedelta(days=4),
    )
    put(second, RequestState.DISPATCHED, dispatched_at=paid_at + timedelta(days=2))

    page = tracking(client)
    steps = [
        "All authorities open their reports",
        f"{first.authority.name} opened its report",
        f"Sent to {first.authority.name} and {second.authority.name}",
        "Payment received",
    ]

    places = [page.index(f"<h3>{step}</h3>") for step in steps]
    assert places == sorted(places)
    assert "<dd>The licensing authority’s</dd>" in page


def test_times_are_in_the_persons_zone_and_eastern(client: Client):
    applicant = physician(client)
    (request,) = pay_with_credit(applicant, authorities(1))
    applicant.time_zone = "Africa/Lagos"
    applicant.save()
    put(request, RequestState.DELIVERED, dispatched_at=AT, acknowledged_at=AT)

    assert "June 3, 2026, 3:05 PM in Lagos (10:05 AM ET)" in tracking(client)


def test_order_of_ninety_five_costs_no_more_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    requests = pay_with_credit(physician(client), authorities(95))
    for request in requests:
        issue(request)
        put(request, RequestState.DISPATCHED, dispatched_at=AT)

    with django_assert_max_num_queries(12):
        page = tracking(client)

    assert "Sent to 95 licensing authorities" in page
    assert page.count("Sent, not opened yet") == 95


def test_poll_is_silent_while_nothing_changed(client: Client):
    (request,) = pay_with_credit(physician(client), authorities(1))
    reference = Order.objects.get().reference
    address = tracking(client).split('hx-get="')[1].split('"')[0]

    silent = client.get(address, headers={"HX-Request": "true"})
    put(request, RequestState.DISPATCHED, dispatched_at=timezone.now())
    changed = client.get(address, headers={"HX-Request": "true"})

    assert address.startswith(reverse("order_status", args=[reference]))
    assert silent.status_code == 204
    assert changed.status_code == 200
    assert 'hx-swap-oob="true"><span class="status status--progress">Sent</span>' in changed.content.decode()


def test_poll_ends_when_everything_is_opened(client: Client):
    (request,) = pay_with_credit(physician(client), authorities(1))
    put(request, RequestState.DELIVERED, dispatched_at=AT, acknowledged_at=AT)

    answer = client.get(reverse("order_status", args=[Order.objects.get().reference]))

    assert answer.status_code == 286
    assert "hx-trigger" not in answer.content.decode()


def test_poll_after_the_session_ended_loads_the_page_again(client: Client):
    pay_with_credit(physician(client), authorities(1))
    client.logout()

    answer = client.get(reverse("order_status", args=[Order.objects.get().reference]), headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert answer.headers["HX-Refresh"] == "true"
    assert answer.content == b""


def test_order_paid_with_credit_alone_is_placed_not_charged(client: Client):
    pay_with_credit(physician(client), authorities(1))

    page = client.get(reverse("order_confirmation", args=[Order.objects.get().reference])).content.decode()

    assert "<h1>Order placed</h1>" in page
    assert "From your account credit" in page
    assert "<dt>Card</dt>" not in page
