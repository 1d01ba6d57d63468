"""What became of the last attempt to pay an order, in words."""

from django.db.models import F

from payments.models import Order, Payment
from payments.states import OrderState, PaymentState

NOT_CHARGED = "You have not been charged."
WORDS = {
    PaymentState.FAILED: "Your payment did not go through. {} You can pay again, or in another way.",
    PaymentState.EXPIRED: "The payment page was open for too long. {} Pay again when you are ready.",
    PaymentState.CANCELED: "You left the payment page. {} Pay again when you are ready.",
}


def last_attempt(order: Order) -> Payment | None:
    """Return the newest payment of an order."""
    return Payment.objects.filter(order=order).select_related("order").order_by("-created_at").first()


def what_happened(payment: Payment | None) -> str:
    """Return what to say about an attempt that did not pay; empty when there is nothing to say."""
    if payment is None or payment.state not in WORDS:
        return ""
    if payment.state == PaymentState.FAILED and payment.method == "us_bank_account":
        return "Your bank payment did not arrive. Nothing was sent or started. You can pay again, or in another way."
    return WORDS[PaymentState(payment.state)].format(NOT_CHARGED)


def payment_of(order: Order) -> Payment | None:
    """Return the payment that paid the order (it has the receipt), or the latest attempt."""
    newest_first = Payment.objects.filter(order=order).order_by(
        F("receipt_number").desc(nulls_last=True), "-created_at"
    )
    return newest_first.first()


def is_placed(order: Order) -> bool:
    """Tell whether there is something to follow: the money is there, or a bank is bringing it."""
    if order.state == OrderState.PAID:
        return True
    payment = payment_of(order) if order.state == OrderState.PAYMENT_PENDING else None
    return payment is not None and payment.state in {PaymentState.PROCESSING, PaymentState.REVIEW}
