"""Receipts of paid orders, as page and as PDF, from what was charged; nothing is computed anew."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from payments import rendering
from payments.models import Order, Payment
from payments.states import RefundState
from portal.eastern import EASTERN, eastern_date
from portal.money import format_cents


class NoReceiptError(Exception):
    """Nothing was paid for this order (yet)."""


@dataclass(frozen=True)
class Receipt:
    """What a receipt says; amounts in cents. `method` is such as Visa ending 4242, empty when credit paid everything."""

    number: str
    order_reference: str
    paid_at: datetime
    payer: str
    lines: tuple[tuple[str, int], ...]
    total_cents: int
    credit_cents: int
    due_cents: int
    method: str
    refunds: tuple[tuple[datetime, int], ...]


def receipt_of(order: Order) -> Receipt:
    """Return the receipt of a paid order; raises NoReceiptError."""
    payment = Payment.objects.filter(order=order, receipt_number__isnull=False).select_related("applicant").first()
    if payment is None or payment.settled_at is None or payment.receipt_number is None:
        raise NoReceiptError(order.reference)
    paid = payment.lines.select_related("order_line").order_by("order_line_id")
    sent_back = payment.refunds.exclude(state=RefundState.FAILED).order_by("created_at")
    return Receipt(
        number=payment.receipt_number,
        order_reference=order.reference,
        paid_at=payment.settled_at,
        payer=payment.applicant.full_name,
        lines=tuple((line.order_line.description, line.from_credit_cents + line.from_stripe_cents) for line in paid),
        total_cents=payment.total_cents,
        credit_cents=payment.credit_cents,
        due_cents=payment.due_cents,
        method=(payment.method_detail or "Card or bank account") if payment.due_cents else "",
        refunds=tuple(sent_back.values_list("created_at", "amount_cents")),
    )


def receipt_pdf(order: Order) -> bytes:
    """Return the receipt of a paid order as PDF; raises NoReceiptError."""
    receipt = receipt_of(order)
    return rendering.render_receipt(printed(receipt), number=receipt.number)


def printed(receipt: Receipt) -> dict[str, object]:
    """Return the texts that are printed: days in U.S. Eastern time, amounts in dollars."""
    summary = [("Total", format_cents(receipt.total_cents))]
    if receipt.credit_cents:
        summary.append(("From account credit", format_cents(receipt.credit_cents)))
    if receipt.due_cents:
        summary.append((receipt.method, format_cents(receipt.due_cents)))
    summary += [(f"Refunded on {_day(at)}", format_cents(cents)) for at, cents in receipt.refunds]
    return {
        "title": f"Receipt {receipt.number}",
        "subject": f"Payment for order {receipt.order_reference}",
        "created": receipt.paid_at.astimezone(EASTERN).isoformat(timespec="seconds"),
        "paper": settings.REPORT_PAPER,
        "organization": settings.ORGANIZATION,
        "number": receipt.number,
        "order_reference": receipt.order_reference,
        "paid_on": _day(receipt.paid_at),
        "payer": receipt.payer,
        "lines": [(description, format_cents(cents)) for description, cents in receipt.lines],
        "summary": summary,
    }


def _day(at: datetime) -> str:
    day = eastern_date(at)
    return f"{day:%B} {day.day}, {day.year}"
