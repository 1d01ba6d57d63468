"""The till: how apps beside and below payments sell through the person's one order (applicants.purchases)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction

from applicants import purchases
from applicants.models import Applicant
from applicants.purchases import LineStanding
from payments.models import OrderLine
from payments.services import fees, ledger, orders
from payments.services.orders import OrderNotEditableError
from payments.signals import Settlement
from payments.states import OrderState
from portal.eastern import eastern_date


class OrdersTill:
    """Sells through orders, Checkout and the ledger: the same as status reports."""

    def price(self, fee_code: str, on: date) -> int:
        """Return the price in cents on the U.S. Eastern day `on`; raises NoPriceError."""
        try:
            return fees.price_on(fee_code, on)
        except fees.UnknownFeeError as error:
            raise purchases.NoPriceError(fee_code) from error

    @transaction.atomic
    def add_to_order(self, *, applicant: Applicant, fee_code: str, description: str, at: datetime, actor: str) -> int:
        """Put one thing into the person's unpaid order at today's price and return its line id; a repeat adds nothing.

        Raises NoPriceError and PaymentUnderWayError.
        """
        price = self.price(fee_code, eastern_date(at))
        order = orders.open_basket(applicant=applicant, at=at, actor=actor)
        orders.lock(order)
        same = order.lines.filter(fee_code=fee_code, description=description, removed_at__isnull=True)
        line = same.filter(paid_by__isnull=True).first()
        if line is not None:
            return line.pk
        try:
            return orders.add_line(order=order, fee_code=fee_code, description=description, price_cents=price, at=at).pk
        except OrderNotEditableError as error:
            raise purchases.PaymentUnderWayError(order.reference) from error

    @transaction.atomic
    def remove_from_order(self, *, line_id: int, at: datetime) -> None:
        """Take an unpaid thing out of its order; one that is gone stays gone. Raises PaymentUnderWayError."""
        line = OrderLine.objects.select_related("order").filter(pk=line_id).first()
        if line is None:
            return
        orders.lock(line.order)
        if line.order.state == OrderState.BASKET:
            orders.remove_line(line=line, at=at)
        elif line.order.state == OrderState.PAYMENT_PENDING:
            raise purchases.PaymentUnderWayError(line.order.reference)

    def standing(self, line_id: int) -> LineStanding:
        """Tell where a line stands; an unknown one is GONE."""
        line = OrderLine.objects.select_related("order").filter(pk=line_id).first()
        if line is None or line.removed_at is not None:
            return LineStanding.GONE
        if line.paid_by_id is not None:
            return LineStanding.PAID
        unpaid = {OrderState.BASKET: LineStanding.WAITING, OrderState.PAYMENT_PENDING: LineStanding.UNDER_WAY}
        return unpaid.get(OrderState(line.order.state), LineStanding.GONE)

    def reference(self, line_id: int) -> str:
        """Return the order's reference; empty for an unknown line."""
        found = OrderLine.objects.filter(pk=line_id).values_list("order__reference", flat=True).first()
        return found or ""

    def owed_cents(self, applicant_id: int) -> int:
        """Return what the person owes on the financial account (R-HOLD-1); 0 when nothing."""
        return ledger.owed(applicant_id)

    def debts(self, applicant_ids: Iterable[int]) -> Mapping[int, int]:
        """Return the cents that each of these people owes; people who owe nothing are left out (one query)."""
        return ledger.debts(applicant_ids)

    def earn(self, *, line_id: int, at: datetime, actor: str) -> None:
        """Book what was paid for a line as earned, once; a line that is not paid earns nothing."""
        line = OrderLine.objects.select_related("paid_by").filter(pk=line_id, paid_by__isnull=False).first()
        if line is not None and line.price_cents:
            ledger.earn(
                key=f"line:{line.pk}:earned", amount_cents=line.price_cents, at=at, actor=actor, payment=line.paid_by
            )


def tell_sellers(sender: object, settlement: Settlement, **_: object) -> None:
    """Hand a settled payment to who sold its lines, inside the settling transaction."""
    lines = OrderLine.objects.filter(pk__in=settlement.order_line_ids).select_related("order").order_by("pk")
    for line in lines:
        purchases.tell_settled(
            purchases.Settled(line.pk, line.order.applicant_id, line.fee_code, settlement.paid, settlement.at)
        )
