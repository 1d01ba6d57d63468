"""Payments for staff: everything can be read, nothing edited; fees are added with a date, never changed once in effect."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from applicants.admin.naming import NamesApplicant
from applicants.numbers import format_identification_number
from payments import gateway
from payments.models import (
    Fee,
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
    Order,
    OrderLine,
    Payment,
    PaymentLine,
    Refund,
    StripeEvent,
)
from payments.services import sync
from payments.states import PAYMENT_MACHINE, PaymentState, RefundState
from portal.admin import ExportableAdmin, ReadOnlyAdmin, WaitingFilter
from portal.eastern import eastern_date
from portal.money import format_cents
from portal.work_queue import Queue, in_states


def money(field: str, words: str) -> Callable[[models.Model], str]:
    """Return a column of a list that shows the cents in `field` as an amount."""

    @admin.display(description=words, ordering=field)
    def amount(row: models.Model) -> str:
        return format_cents(getattr(row, field))

    return amount


class AmountsAdmin(ExportableAdmin):
    """Rows with amounts, shown in dollars and not in the cents that are stored."""

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[Any]:  # Any: as Django has it
        """Show what is stored as `total_cents` as the total."""
        return [_in_dollars(field) for field in super().get_fields(request, obj)]


def _in_dollars(field: object) -> object:
    if isinstance(field, str) and field.endswith("_cents"):
        return money(field, field.removesuffix("_cents").replace("_", " "))
    return field


class ReadOnlyInline(admin.TabularInline[models.Model, models.Model]):
    """Rows below another row, to read."""

    template = "admin/scrolling_table.html"
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Rows come from services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Rows are changed by services."""
        return False


class OrderLines(ReadOnlyInline):
    """Lines of an order."""

    model = OrderLine
    fk_name = "order"


class PaymentLines(ReadOnlyInline):
    """What a payment pays."""

    model = PaymentLine

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Model]:
        """Read the lines of the order with those of the payment."""
        return super().get_queryset(request).select_related("order_line")


class Refunds(ReadOnlyInline):
    """Refunds of a payment."""

    model = Refund
    fields = ["amount_cents", "state", "reason", "stripe_id", "created_at", "last_error"]


class Postings(ReadOnlyInline):
    """Ledger postings of a payment."""

    model = LedgerTransaction
    fields = ["key", "at", "actor", "reason"]


class Entries(ReadOnlyInline):
    """Sides of a posting."""

    model = LedgerEntry
    verbose_name_plural = "ledger entries"

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Model]:
        """Read the accounts with the entries."""
        return super().get_queryset(request).select_related("account")


@admin.register(Fee)
class FeeAdmin(admin.ModelAdmin[Fee]):
    """The price list: add a row for a coming day; what is in effect stays as it was."""

    list_display = ["code", "description", money("amount_cents", "amount"), "effective_from", "basis"]
    ordering = ["code", "-effective_from"]

    def has_change_permission(self, request: HttpRequest, obj: Fee | None = None) -> bool:
        """Tell whether the fee may still be changed: only before its first day."""
        return super().has_change_permission(request, obj) and _is_to_come(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Fee | None = None) -> bool:
        """Tell whether the fee may still be deleted: only before its first day."""
        return obj is not None and super().has_delete_permission(request, obj) and _is_to_come(obj)


def _is_to_come(fee: Fee | None) -> bool:
    return fee is None or fee.effective_from > eastern_date(timezone.now())


@admin.register(Order)
class OrderAdmin(NamesApplicant, ExportableAdmin):
    """Orders, newest first."""

    list_display = ["reference", "number", "state", "created_at", "placed_at", "paid_at"]
    list_select_related = ["applicant"]
    export_columns = ["reference", "applicant_id", "state", "created_at", "placed_at", "paid_at"]
    list_filter = ["state"]
    search_fields = ["reference", "applicant__identification_number"]
    ordering = ["-id"]
    inlines = [OrderLines]

    @admin.display(description="identification number", ordering="applicant__identification_number")
    def number(self, order: Order) -> str:
        """Return whose order it is."""
        return format_identification_number(order.applicant.identification_number)


@admin.register(Payment)
class PaymentAdmin(NamesApplicant, AmountsAdmin):
    """Payments with lines, refunds, postings and Stripe's ids."""

    list_display = [
        "id",
        "order",
        "state",
        "next_step",
        money("total_cents", "total"),
        money("due_cents", "by card or bank"),
        "created_at",
        "needs_attention",
    ]
    export_columns = ["id", "order", "state", "next_step", "total_cents", "due_cents", "created_at", "needs_attention"]
    list_filter = [WaitingFilter, "state", "disputed"]
    queues = (
        Queue(
            "payments",
            "Payments to look at",
            permission="payments.sync_payment",
            waits=lambda _: Q(state=PaymentState.REVIEW) | ~Q(needs_attention=""),
            since="created_at",
            days=1,
        ),
    )
    list_select_related = ["order"]
    search_fields = ["id", "order__reference", "session_id", "payment_intent_id", "charge_id", "receipt_number"]
    ordering = ["-created_at"]
    inlines = [PaymentLines, Refunds, Postings]
    actions = ["export_table", "sync_now"]

    @admin.display(description="Next step by")
    def next_step(self, payment: Payment) -> str:
        """Return who must act next for the payment to move on."""
        return PAYMENT_MACHINE.owners[PaymentState(payment.state)].label

    def has_sync_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may have payments read at Stripe."""
        return request.user.has_perm("payments.sync_payment")

    @admin.action(description="Sync now", permissions=["sync"])
    def sync_now(self, request: HttpRequest, queryset: QuerySet[models.Model]) -> None:
        """Read the chosen payments at Stripe, at most 50."""
        for payment_id in queryset.values_list("pk", flat=True)[:50]:
            try:
                state = sync.sync(payment_id)
            except gateway.GatewayUnavailableError as error:
                self.message_user(request, f"{payment_id}: Stripe does not answer ({error}).", messages.WARNING)
            else:
                self.message_user(request, f"{payment_id}: {state.label}.", messages.SUCCESS)


@admin.register(Refund)
class RefundAdmin(AmountsAdmin):
    """Refunds, newest first."""

    list_display = [
        "id",
        "payment_id",
        money("amount_cents", "amount"),
        "state",
        "reason",
        "created_at",
        "next_try_at",
        "last_error",
    ]
    export_columns = ["id", "payment_id", "amount_cents", "state", "reason", "created_at", "next_try_at", "last_error"]
    list_filter = [WaitingFilter, "state"]
    queues = (
        Queue(
            "refunds",
            "Refunds that failed",
            permission="payments.sync_payment",
            waits=in_states(RefundState.FAILED),
            since="created_at",
            days=1,
            person="payment__applicant",
        ),
    )
    search_fields = ["id", "stripe_id", "payment__id"]
    ordering = ["-created_at"]


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnlyAdmin):
    """Stripe's events as they arrived."""

    list_display = ["id", "type", "created", "received_at", "processed_at", "attempts", "last_error"]
    list_filter = ["type"]
    search_fields = ["id", "payload"]
    ordering = ["-created"]


@admin.register(LedgerTransaction)
class LedgerTransactionAdmin(ReadOnlyAdmin):
    """Postings, newest first, with their entries."""

    list_display = ["id", "key", "at", "actor", "reason", "payment_id"]
    search_fields = ["key", "payment__id"]
    ordering = ["-id"]
    inlines = [Entries]


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyAdmin):
    """Accounts and their balances."""

    list_display = ["name", money("balance_cents", "balance"), "may_go_below_zero"]
    search_fields = ["name"]
    ordering = ["name"]
