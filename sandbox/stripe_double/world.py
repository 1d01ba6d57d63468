"""Everything the double knows, in one object that is handed to each operation."""

from dataclasses import dataclass, field, replace

from sandbox.stripe_double.bounded import BoundedDict
from sandbox.stripe_double.clock import Clock
from sandbox.stripe_double.numbers import Behavior
from sandbox.stripe_double.outbox import Outbox
from sandbox.stripe_double.store import JsonObject, Store

_LIMIT = 50_000


@dataclass
class Options:
    """Behaviour that Stripe shows only sometimes.

    `late_fees`: a charge has no balance transaction at first, it comes later with `charge.updated`.
    `auto_settle_seconds`: bank debits and refunds under way end by themselves after so long; None waits for a command.
    """

    late_fees: bool = False
    auto_settle_seconds: float | None = None


@dataclass
class CheckoutDetails:
    """What a session keeps to itself: parameters for the intent to come, and the line items."""

    intent_data: JsonObject
    line_items: list[JsonObject]


@dataclass
class PendingAuthentication:
    """A card payment that waits for the buyer on the 3-D Secure step."""

    payment_method: str
    email: str
    name: str


@dataclass
class Debit:
    """A bank debit under way: how its test account ends it, and the monotonic second at which it was submitted."""

    behavior: Behavior
    failure_code: str
    submitted_at: float


@dataclass
class Cause:
    """The API request that is being answered; events carry it. Both are None for what happens without a request."""

    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass
class World:
    """Objects, time, options, webhooks waiting to leave, and what is under way."""

    base_url: str = ""
    clock: Clock = field(default_factory=Clock)
    store: Store = field(default_factory=lambda: Store(_LIMIT))
    outbox: Outbox = field(default_factory=Outbox)
    initial_options: Options = field(default_factory=Options)
    options: Options = field(init=False)
    cause: Cause = field(default_factory=Cause)
    open_sessions: set[str] = field(default_factory=set)
    checkouts: BoundedDict[str, CheckoutDetails] = field(default_factory=lambda: BoundedDict(_LIMIT))
    session_of_intent: BoundedDict[str, str] = field(default_factory=lambda: BoundedDict(_LIMIT))
    authentications: BoundedDict[str, PendingAuthentication] = field(default_factory=lambda: BoundedDict(_LIMIT))
    debits: BoundedDict[str, Debit] = field(default_factory=lambda: BoundedDict(_LIMIT))
    failing_refund_cards: BoundedDict[str, bool] = field(default_factory=lambda: BoundedDict(_LIMIT))
    pending_refunds: BoundedDict[str, float] = field(default_factory=lambda: BoundedDict(_LIMIT))

    def __post_init__(self) -> None:
        self.options = replace(self.initial_options)

    def forget_everything(self) -> None:
        """Start anew with the machine's time and the options of the start; webhook endpoints are kept."""
        endpoints = list(self.store.newest_first("webhook_endpoint"))
        self.store.clear()
        self.open_sessions.clear()
        for collection in (self.checkouts, self.session_of_intent, self.authentications, self.debits):
            collection.clear()
        self.failing_refund_cards.clear()
        self.pending_refunds.clear()
        self.clock.reset()
        self.outbox.reset()
        self.options = replace(self.initial_options)
        for endpoint in reversed(endpoints):
            self.store.put(endpoint)
