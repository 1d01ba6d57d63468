"""The control API under `/_control/`: what tests and the demo do in the place of banks, buyers and bad luck.

All bodies and answers are JSON; amounts are cents; unknown or mistyped fields are 400 with `{"error": {...}}`.

    GET  /_control/state      counts per kind, time, waiting webhooks, planned faults, options
    GET  /_control/requests   the last 10,000 API requests: method, path, params, idempotency_key, status, fault, at
    GET  /_control/deliveries the last 1,000 webhook attempts: event, url, attempt, status

    POST /_control/pay            {session, card | bank, name?, email?, authentication?: complete|fail, force?}
                                  → {outcome: paid|processing|declined, message}; `force` pays an expired session
    POST /_control/settle_debit   {payment_intent}                  the bank pays a debit under way
    POST /_control/fail_debit     {payment_intent, code?}           insufficient_funds, account_closed, no_account, …
    POST /_control/end_debit      {payment_intent}                  as the test account number says
    POST /_control/open_dispute   {payment_intent, reason?, amount?}
    POST /_control/close_dispute  {dispute, status: won|lost}
    POST /_control/fraud_warning  {payment_intent}
    POST /_control/settle_refund  {refund}                          pending → succeeded
    POST /_control/fail_refund    {refund, reason?}                 pending or succeeded → failed
    POST /_control/move_clock     {seconds}                         expires sessions that become due
    POST /_control/webhooks       {paused?, copies?, shuffled?, drop?}   drop = how many coming deliveries are lost
    POST /_control/resend_event   {event}
    POST /_control/fault          {mode, times?, path?}             see `faults.FaultMode`
    POST /_control/edit           {object, amount?, currency?}      a session (with its intent) or an intent
    POST /_control/options        {late_fees?, auto_settle_seconds?}
    POST /_control/book_fees      {}                                gives late balance transactions, charge.updated
    POST /_control/reset          {}                                forgets all but the webhook endpoints
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.stripe_double import charges, checkout, disputes, events, paying, refunds
from sandbox.stripe_double.api import Api
from sandbox.stripe_double.errors import ApiError, not_found
from sandbox.stripe_double.faults import FaultMode
from sandbox.stripe_double.numbers import TEST_BANKS, TEST_CARDS
from sandbox.stripe_double.store import JsonObject


class Command(BaseModel):
    """The body of a command."""

    model_config = ConfigDict(extra="forbid")


class Pay(Command):
    """Pay a session without the page, by test card or test bank account number."""

    session: str
    card: str | None = None
    bank: str | None = None
    name: str = "Test Buyer"
    email: str = "buyer@example.org"
    authentication: Literal["complete", "fail"] = "complete"
    force: bool = False


class ForIntent(Command):
    """Names a payment intent."""

    payment_intent: str


class FailDebit(ForIntent):
    """Names a payment intent and the bank's failure code."""

    code: str = "insufficient_funds"


class OpenDispute(ForIntent):
    """Names a payment intent; reason and amount in cents may be given."""

    reason: str | None = None
    amount: Annotated[int, Field(gt=0)] | None = None


class CloseDispute(Command):
    """Names a dispute and how it ends."""

    dispute: str
    status: Literal["won", "lost"]


class ForRefund(Command):
    """Names a refund."""

    refund: str


class FailRefund(ForRefund):
    """Names a refund and why it came back."""

    reason: str = "lost_or_stolen_card"


class MoveClock(Command):
    """Seconds by which the time moves."""

    seconds: int


class Webhooks(Command):
    """The fields of `outbox.Disturbance` to change."""

    paused: bool | None = None
    copies: Annotated[int, Field(ge=1, le=100)] | None = None
    shuffled: bool | None = None
    drop: Annotated[int, Field(ge=0)] | None = None


class ForEvent(Command):
    """Names an event."""

    event: str


class PlanFault(Command):
    """Lets coming requests fail."""

    mode: FaultMode
    times: Annotated[int, Field(ge=1, le=100_000)] = 1
    path: str | None = None


class Edit(Command):
    """Changes amount or currency of a session or an intent behind the shop's back."""

    object: str
    amount: Annotated[int, Field(gt=0)] | None = None
    currency: Annotated[str, Field(pattern="^[a-z]{3}$")] | None = None


class SetOptions(Command):
    """The fields of `world.Options` to change."""

    late_fees: bool = False
    auto_settle_seconds: float | None = None


@dataclass
class Control:
    """Runs commands on the world behind an Api."""

    api: Api

    async def handle_command(self, request: web.Request) -> web.StreamResponse:
        """Answer `POST /_control/{name}`."""
        try:
            body = json.loads(await request.text() or "{}")
            return web.json_response(self.run(request.match_info["name"], body))
        except ApiError as failure:
            return web.json_response(failure.body, status=failure.status)
        except (ValidationError, json.JSONDecodeError) as failure:
            return web.json_response({"error": {"message": str(failure)}}, status=400)

    async def handle_reading(self, request: web.Request) -> web.StreamResponse:
        """Answer `GET /_control/{name}`."""
        readings: dict[str, Callable[[], object]] = {
            "state": self.state,
            "requests": lambda: {"data": list(self.api.recorded)},
            "deliveries": lambda: {"data": self.api.world.outbox.log()},
        }
        reading = readings.get(request.match_info["name"])
        if reading is None:
            raise web.HTTPNotFound
        return web.json_response(reading())

    def state(self) -> JsonObject:
        """Return counts per kind, the time, waiting webhooks, planned faults and options."""
        world = self.api.world
        return {
            "counts": world.store.counts(),
            "now": world.clock.now(),
            "webhooks_waiting": world.outbox.waiting(),
            "webhooks": asdict(world.outbox.disturbance),
            "faults_left": self.api.faults.left(),
            "options": asdict(world.options),
        }

    def run(self, name: str, body: object) -> JsonObject:
        """Run one command and return its answer. Raises ApiError, or ValidationError for a wrong body."""
        if name not in _COMMANDS:
            raise ApiError(404, f"Unknown command: {name}")
        model, function = _COMMANDS[name]
        return function(self.api, model.model_validate(body))


def _pay(api: Api, command: Pay) -> JsonObject:
    world = api.world
    session = paying.open_session(world, command.session, force=command.force)
    holder = {"name": command.name, "email": command.email}
    if command.bank is not None:
        if command.bank not in TEST_BANKS:
            raise ApiError(400, "Not a test bank account.", param="bank")
        attempt = paying.pay_by_bank(world, session, TEST_BANKS[command.bank], holder)
    else:
        card = TEST_CARDS.get(command.card or "4242424242424242")
        if card is None:
            raise ApiError(400, "Not a test card.", param="card")
        attempt = paying.pay_by_card(world, session, card, holder)
    if attempt.outcome is paying.Outcome.AUTHENTICATION:
        attempt = paying.authenticate(world, session, passed=command.authentication == "complete")
    return {"outcome": attempt.outcome, "message": attempt.message}


def _move_clock(api: Api, command: MoveClock) -> JsonObject:
    now = api.world.clock.move(command.seconds)
    return {"now": now, "expired": checkout.expire_due(api.world)}


def _webhooks(api: Api, command: Webhooks) -> JsonObject:
    disturbance = api.world.outbox.disturbance
    for name, value in command.model_dump(exclude_none=True).items():
        setattr(disturbance, name, value)
    return asdict(disturbance)


def _fault(api: Api, command: PlanFault) -> JsonObject:
    api.faults.plan(command.mode, command.times, command.path)
    return {"faults_left": api.faults.left()}


def _edit(api: Api, command: Edit) -> JsonObject:
    document = api.world.store.find(command.object)
    if document is None or document["object"] not in {"checkout.session", "payment_intent"}:
        raise not_found("checkout.session or payment_intent", command.object, "object")
    if document["object"] == "payment_intent":
        return _edit_intent(document, command)
    if command.amount is not None:
        document.update(amount_total=command.amount, amount_subtotal=command.amount)
    if command.currency is not None:
        document["currency"] = command.currency
    intent = api.world.store.find_kind("payment_intent", document["payment_intent"])
    if intent is not None:
        _edit_intent(intent, command)
    return document


def _edit_intent(intent: JsonObject, command: Edit) -> JsonObject:
    if command.amount is not None:
        intent["amount"] = command.amount
        intent["amount_received"] = command.amount if intent["status"] == "succeeded" else 0
    if command.currency is not None:
        intent["currency"] = command.currency
    return intent


def _options(api: Api, command: SetOptions) -> JsonObject:
    for name in command.model_fields_set:
        setattr(api.world.options, name, getattr(command, name))
    return asdict(api.world.options)


def _reset(api: Api, _: Command) -> JsonObject:
    api.forget()
    api.world.forget_everything()
    return {"reset": True}


# Any: each function takes the model that stands beside it.
_COMMANDS: dict[str, tuple[type[Command], Callable[[Api, Any], JsonObject]]] = {
    "pay": (Pay, _pay),
    "settle_debit": (ForIntent, lambda api, c: paying.settle_debit(api.world, c.payment_intent)),
    "fail_debit": (FailDebit, lambda api, c: paying.fail_debit(api.world, c.payment_intent, c.code)),
    "end_debit": (ForIntent, lambda api, c: paying.end_debit(api.world, c.payment_intent)),
    "open_dispute": (
        OpenDispute,
        lambda api, c: disputes.open_dispute(api.world, c.payment_intent, c.reason, c.amount),
    ),
    "close_dispute": (CloseDispute, lambda api, c: disputes.decide(api.world, c.dispute, c.status)),
    "fraud_warning": (ForIntent, lambda api, c: disputes.open_fraud_warning(api.world, c.payment_intent)),
    "settle_refund": (ForRefund, lambda api, c: refunds.settle(api.world, c.refund)),
    "fail_refund": (FailRefund, lambda api, c: refunds.fail(api.world, c.refund, c.reason)),
    "move_clock": (MoveClock, _move_clock),
    "webhooks": (Webhooks, _webhooks),
    "resend_event": (ForEvent, lambda api, c: {"deliveries": events.resend(api.world, c.event)}),
    "fault": (PlanFault, _fault),
    "edit": (Edit, _edit),
    "options": (SetOptions, _options),
    "book_fees": (Command, lambda api, _: {"booked": charges.book_late_fees(api.world)}),
    "reset": (Command, _reset),
}
