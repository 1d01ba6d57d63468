"""Fees, orders, payments, Stripe's events, refunds, and the double-entry ledger. Amounts are integer U.S. cents."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q

from applicants.models import Applicant
from payments.states import UNFINISHED, OrderState, PaymentState, RefundState
from portal.constraints import filled_exactly_in, state_is_known

# The fee code of a status report; those of other services are known to the apps that sell them.
STATUS_REPORT = "CVS_STATUS_REPORT"
LIVE_STATES = [*UNFINISHED, PaymentState.PAID, PaymentState.REVIEW]


class Fee(models.Model):
    """What a service costs from a day on (US Eastern); the newest row on or before a day is the price on that day."""

    code = models.CharField(max_length=40)
    description = models.CharField(max_length=250)
    amount_cents = models.PositiveIntegerField()
    effective_from = models.DateField()
    basis = models.CharField(max_length=20, help_text="seed, source or assumption.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "effective_from"], name="fee_one_per_day")]

    def __str__(self) -> str:
        return f"{self.code} from {self.effective_from}"


class OrderQuerySet(models.QuerySet["Order"]):
    """Questions about orders."""

    def visible_to(self, applicant: Applicant) -> "OrderQuerySet":
        """Return the orders of `applicant`; nobody sees anybody else's."""
        return self.filter(applicant=applicant)

    def baskets_untouched_since(self, moment: datetime) -> "OrderQuerySet":
        """Return baskets last changed before `moment`."""
        return self.filter(state=OrderState.BASKET, touched_at__lt=moment)


class Order(models.Model):
    """What a person wants to buy: a basket until paid, then a record. At most one basket or pending order a person."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="orders")
    reference = models.CharField(max_length=20, unique=True, help_text="Such as CV-2026-004817.")
    state = models.CharField(max_length=16, choices=OrderState.choices, default=OrderState.BASKET)
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField(help_text="Last change by the person; a basket is kept 30 days from it.")
    placed_at = models.DateTimeField(null=True, blank=True, help_text="First time Pay was pressed.")
    paid_at = models.DateTimeField(null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [
            state_is_known("order", "state", OrderState.values),
            filled_exactly_in("order", "state", "paid_at", [OrderState.PAID]),
            models.UniqueConstraint(
                fields=["applicant"],
                condition=Q(state__in=[OrderState.BASKET, OrderState.PAYMENT_PENDING]),
                name="order_one_unpaid_per_person",
            ),
        ]
        indexes = [models.Index(fields=["applicant", "-id"], name="order_of_applicant")]

    def __str__(self) -> str:
        return self.reference


class OrderLine(models.Model):
    """One priced thing of an order; `price_cents` is frozen when Pay is pressed (R-CVS-6)."""

    audit_person = "order__applicant_id"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    fee_code = models.CharField(max_length=40)
    description = models.CharField(max_length=300)
    price_cents = models.PositiveIntegerField()
    paid_by = models.ForeignKey(
        "payments.Payment", null=True, blank=True, on_delete=models.PROTECT, related_name="paid_lines"
    )
    removed_at = models.DateTimeField(null=True, blank=True, help_text="No longer wanted.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(paid_by__isnull=True) | Q(removed_at__isnull=True), name="order_line_not_both_paid_removed"
            )
        ]

    def __str__(self) -> str:
        return f"line {self.pk}"


class Payment(models.Model):
    """One attempt to pay an order. `params` are frozen before Stripe is called, so a repeat sends the same (D6)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="payments")
    state = models.CharField(max_length=12, choices=PaymentState.choices, default=PaymentState.CREATED)
    total_cents = models.PositiveIntegerField()
    credit_cents = models.PositiveIntegerField(help_text="Part paid from the financial account.")
    due_cents = models.PositiveIntegerField(help_text="Part paid through Stripe: 0, or at least 50.")
    tax_cents = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="usd")
    params = models.JSONField(default=dict, help_text="Parameters of the Checkout Session, frozen.")
    session_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    session_url = models.CharField(max_length=1000, blank=True)
    payment_intent_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    charge_id = models.CharField(max_length=120, blank=True)
    method = models.CharField(max_length=20, blank=True, help_text="card or us_bank_account.")
    method_detail = models.CharField(max_length=60, blank=True, help_text="Such as Visa ending 4242.")
    decline = models.CharField(max_length=300, blank=True, help_text="Stripe's words of the last decline.")
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    refunded_cents = models.PositiveIntegerField(default=0, help_text="As Stripe says.")
    disputed = models.BooleanField(default=False)
    needs_attention = models.CharField(max_length=300, blank=True, help_text="Why staff must look; empty when not.")
    receipt_number = models.CharField(max_length=20, unique=True, null=True, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    last_synced_at = models.DateTimeField(null=True, blank=True)
    next_sync_at = models.DateTimeField(null=True, blank=True)
    sync_attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            state_is_known("payment", "state", PaymentState.values),
            models.CheckConstraint(
                condition=Q(total_cents=F("credit_cents") + F("due_cents")), name="payment_parts_add_up"
            ),
            models.CheckConstraint(
                condition=Q(due_cents=0) | Q(due_cents__gte=50), name="payment_due_zero_or_chargeable"
            ),
            models.CheckConstraint(condition=Q(total_cents__gt=0), name="payment_total_positive"),
        ]
        indexes = [
            models.Index(fields=["next_sync_at"], condition=Q(next_sync_at__isnull=False), name="payment_due_for_sync"),
            models.Index(fields=["applicant", "created_at"], name="payment_of_applicant"),
        ]

    def __str__(self) -> str:
        return f"payment {self.pk}"


class PaymentLine(models.Model):
    """What of one order line this payment pays. An order line has at most one live payment line (invariant 5)."""

    audit_person = "payment__applicant_id"

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="payment_lines")
    from_credit_cents = models.PositiveIntegerField()
    from_stripe_cents = models.PositiveIntegerField()
    live = models.BooleanField(default=True, help_text="False once this payment can no longer pay the line.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "order_line"], name="payment_line_once"),
            models.UniqueConstraint(fields=["order_line"], condition=Q(live=True), name="payment_line_one_live"),
        ]

    def __str__(self) -> str:
        return f"payment line {self.pk}"


class StripeEvent(models.Model):
    """Inbox of webhooks: an event is a hint which payment to read again (D5)."""

    id = models.CharField(primary_key=True, max_length=120)
    type = models.CharField(max_length=80)
    created = models.DateTimeField(help_text="Stripe's time.")
    payload = models.JSONField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["not_before"], condition=Q(processed_at__isnull=True), name="stripe_event_waiting"),
            models.Index(fields=["created"], name="stripe_event_created"),
        ]

    def __str__(self) -> str:
        return self.id


class Refund(models.Model):
    """Money on its way back to where it came from; `key` makes a repeated call create nothing new (invariant 11)."""

    audit_person = "payment__applicant_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=80, unique=True, help_text="Idempotency key of the call.")
    amount_cents = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=12, choices=RefundState.choices, default=RefundState.REQUESTED)
    stripe_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            state_is_known("refund", "state", RefundState.values),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="refund_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"refund {self.pk}"


class LedgerAccount(models.Model):
    """An account of the double-entry ledger; `balance_cents` is kept by a trigger from its entries."""

    name = models.CharField(max_length=80, unique=True, help_text="Such as wallet:17 or stripe_clearing.")
    balance_cents = models.BigIntegerField(default=0)
    may_go_below_zero = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(may_go_below_zero=True) | Q(balance_cents__gte=0), name="ledger_account_floor"
            )
        ]

    def __str__(self) -> str:
        return self.name


class LedgerTransaction(models.Model):
    """One balanced posting; `key` makes a repeated posting impossible. Append-only."""

    audit_person = "payment__applicant_id"

    key = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    reason = models.CharField(max_length=300)
    payment = models.ForeignKey(Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="postings")

    def __str__(self) -> str:
        return self.key


class LedgerEntry(models.Model):
    """One side of a posting: cents added to an account (negative: taken). Append-only."""

    audit_person = "transaction__payment__applicant_id"

    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="entries")
    amount_cents = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount_cents=0), name="ledger_entry_not_zero")]

    def __str__(self) -> str:
        return f"entry {self.pk}"
