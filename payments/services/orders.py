"""Orders before they are paid. Every writer here needs the caller's transaction and locks the order row first."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from applicants.models import Applicant
from payments.models import Order, OrderLine
from payments.services.ledger import next_number
from payments.states import ORDER_MACHINE, OrderState
from portal import audit
from portal.eastern import eastern_date

UNPAID = (OrderState.BASKET, OrderState.PAYMENT_PENDING)


class OrderNotEditableError(Exception):
    """The order is not a basket (any more): a payment is under way, or it is paid, expired or canceled."""


def unpaid_order(applicant: Applicant) -> Order | None:
    """Return the person's basket or pending order, of which there is at most one."""
    return Order.objects.filter(applicant=applicant, state__in=UNPAID).first()


@transaction.atomic
def open_basket(*, applicant: Applicant, at: datetime, actor: str) -> Order:
    """Return the person's unpaid order, or a new basket with a new reference such as CV-2026-004817."""
    existing = unpaid_order(applicant)
    if existing is not None:
        return existing
    reference = f"{settings.ORDER_PREFIX}-{eastern_date(at).year}-{next_number('order_number'):06d}"
    try:
        with transaction.atomic():
            order = Order.objects.create(applicant=applicant, reference=reference, created_at=at, touched_at=at)
    except IntegrityError:
        # Another tab was first: order_one_unpaid_per_person let only one of the two through.
        return Order.objects.get(applicant=applicant, state__in=UNPAID)
    audit.record("payments.order_opened", actor=actor, subject=order, at=at, reference=reference)
    return order


def lock(order: Order) -> None:
    """Lock the row of `order` until the end of the caller's transaction and read its present state into `order`."""
    order.refresh_from_db(from_queryset=Order.objects.select_for_update())


def require_basket(order: Order) -> None:
    """Lock `order` and raise OrderNotEditableError unless it is a basket."""
    lock(order)
    if order.state != OrderState.BASKET:
        raise OrderNotEditableError(order.reference)


def touch(*, order: Order, at: datetime) -> None:
    """Note that the person changed the order at `at`; an unpaid basket is kept 30 days from then."""
    order.touched_at = at
    order.save(update_fields=["touched_at"])


def add_line(*, order: Order, fee_code: str, description: str, price_cents: int, at: datetime) -> OrderLine:
    """Add one thing at `price_cents` to a basket; raises OrderNotEditableError."""
    require_basket(order)
    line = OrderLine.objects.create(order=order, fee_code=fee_code, description=description, price_cents=price_cents)
    touch(order=order, at=at)
    return line


def remove_line(*, line: OrderLine, at: datetime) -> None:
    """Take a line out of a basket: forgotten when no payment ever named it, else kept with the time of its removal.

    Raises OrderNotEditableError. A line that was removed before stays as it is.
    """
    order = line.order
    require_basket(order)
    if not line.payment_lines.exists():
        line.delete()
    elif not OrderLine.objects.filter(pk=line.pk, removed_at__isnull=True, paid_by__isnull=True).update(removed_at=at):
        return
    touch(order=order, at=at)


def reprice(*, order: Order, price_cents_by_line: Mapping[int, int], at: datetime) -> None:
    """Give lines of a basket today's price: line id → cents. The person did nothing, so the basket keeps its age.

    Raises OrderNotEditableError.
    """
    require_basket(order)
    for line in order.lines.filter(pk__in=price_cents_by_line, removed_at__isnull=True, paid_by__isnull=True):
        if line.price_cents == price_cents_by_line[line.pk]:
            continue
        audit.record(
            "payments.line_repriced",
            actor="orders",
            subject=order,
            at=at,
            line=line.pk,
            old_cents=line.price_cents,
            new_cents=price_cents_by_line[line.pk],
        )
        line.price_cents = price_cents_by_line[line.pk]
        line.save(update_fields=["price_cents"])


def expire(*, order: Order, at: datetime) -> None:
    """End a basket that was not touched for too long; raises OrderNotEditableError."""
    require_basket(order)
    move_order(order, OrderState.EXPIRED, at=at, actor="orders")


def move_order(order: Order, target: OrderState, *, at: datetime, actor: str) -> None:
    """Move a locked order to `target`; raises IllegalMoveError. The only writer of `Order.state`."""
    ORDER_MACHINE.check(order.state, target)
    was = order.state
    order.state = target
    order.paid_at = at if target == OrderState.PAID else None
    if target == OrderState.PAYMENT_PENDING and order.placed_at is None:
        order.placed_at = at
    order.save(update_fields=["state", "paid_at", "placed_at"])
    audit.record(f"payments.order_{target.value}", actor=actor, subject=order, at=at, was=was)
