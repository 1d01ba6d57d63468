"""The list of a person's orders, a page at a time, and the unpaid one on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Sum

from applicants.models import Applicant
from cvs.models import ReportRequest
from cvs.presenters.progress import Progress, progress_of
from cvs.states import RequestState
from payments.models import STATUS_REPORT, Order, OrderLine, Payment
from payments.states import OrderState, PaymentState

PAGE_SIZE = 20


@dataclass(frozen=True)
class OrderRow:
    """One paid order; `paid_cents` includes what financial account credit paid."""

    reference: str
    ordered_at: datetime
    paid_cents: int
    progress: Progress


@dataclass(frozen=True)
class OrderPage:
    """One page of paid orders, newest first; `older` is where the next page starts, None on the last."""

    rows: tuple[OrderRow, ...]
    older: int | None


@dataclass(frozen=True)
class UnpaidOrder:
    """The basket, or the order whose payment is under way."""

    reference: str
    authorities: int
    days_left: int
    payment_state: str

    @property
    def bank_payment(self) -> bool:
        """Tell whether a bank debit is on its way, so that there is nothing to do but wait."""
        return self.payment_state == PaymentState.PROCESSING


def order_page(applicant: Applicant, *, before: int | None) -> OrderPage:
    """Return the paid orders with reports older than the one with the key `before`, or the newest (three queries)."""
    reports = OrderLine.objects.filter(order=OuterRef("pk"), fee_code=STATUS_REPORT)
    paid = Order.objects.visible_to(applicant).filter(Exists(reports), state=OrderState.PAID).order_by("-id")
    found = list(paid.filter(id__lt=before)[: PAGE_SIZE + 1] if before else paid[: PAGE_SIZE + 1])
    orders = found[:PAGE_SIZE]
    return OrderPage(_rows(orders), orders[-1].pk if len(found) > PAGE_SIZE else None)


def _rows(orders: Sequence[Order]) -> tuple[OrderRow, ...]:
    states: dict[int, list[str]] = {order.pk: [] for order in orders}
    requests = ReportRequest.objects.filter(order_line__order__in=states).values_list("order_line__order_id", "state")
    for order_id, state in requests:
        states[order_id].append(state)
    amounts = dict(
        Payment.objects.filter(order__in=states, receipt_number__isnull=False)
        .values_list("order_id")
        .annotate(paid=Sum("total_cents"))
    )
    return tuple(
        OrderRow(
            order.reference,
            order.placed_at or order.created_at,
            amounts.get(order.pk, 0),
            progress_of(states[order.pk]),
        )
        for order in orders
    )


def unpaid_order_of(applicant: Applicant, *, at: datetime) -> UnpaidOrder | None:
    """Return the unpaid order that has something in it (three queries), or None."""
    unfinished = [OrderState.BASKET, OrderState.PAYMENT_PENDING]
    order = Order.objects.visible_to(applicant).filter(state__in=unfinished).first()
    if order is None:
        return None
    wanted = ReportRequest.objects.filter(order_line__order=order).exclude(state=RequestState.CANCELED)
    count = wanted.count()
    last = order.touched_at + timedelta(days=settings.BASKET_DAYS)
    state = Payment.objects.filter(order=order).order_by("-created_at").values_list("state", flat=True).first()
    return UnpaidOrder(order.reference, count, max((last - at).days, 0), state or "") if count else None
