"""From a basket to a placed order: what the person must see and agree to before the payment page opens."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from applicants.models import Applicant, ContactInformation
from applicants.services import identity
from applicants.services.contact import current_contact
from certification.facts import CertificationAnswer, CertificationFacts
from certification.services import facts_as_of
from cvs.models import ReportRequest
from cvs.services.baskets import NothingChosenError, available_authorities, basket_requests
from cvs.services.moves import move
from cvs.states import RequestState
from payments.models import Order, Payment
from payments.services import checkout, fees, ledger, orders
from payments.states import OrderState
from portal.eastern import eastern_date

CONFIRMATION_HOLDS = timedelta(hours=12)


class ContactNotConfirmedError(Exception):
    """Contact information was not confirmed in this ordering session, or changed since."""


class ConsentMissingError(Exception):
    """The person did not agree to the release of their certification status."""


class NotCertifiedNotAcknowledgedError(Exception):
    """The person is not certified and did not say that they know it (R-CVS-3)."""


class RepeatNotAcceptedError(Exception):
    """A paid report to the same authority is under way and the person did not ask for another one."""


class TotalChangedError(Exception):
    """The total differs from what the person saw; `total_cents` is the right one."""

    def __init__(self, total_cents: int) -> None:
        super().__init__(str(total_cents))
        self.total_cents = total_cents


@dataclass(frozen=True)
class PriceChange:
    """A line whose fee changed since it was chosen; cents."""

    description: str
    old_cents: int
    new_cents: int


@dataclass(frozen=True)
class OrderReview:
    """What the review page shows; amounts in cents. `usable_credit_cents` is what credit would pay of the total."""

    order: Order
    requests: tuple[ReportRequest, ...]
    facts: CertificationFacts
    total_cents: int
    credit_cents: int
    usable_credit_cents: int
    price_changes: tuple[PriceChange, ...]
    under_way: tuple[ReportRequest, ...]

    @property
    def is_certified(self) -> bool:
        """Tell whether each report would say that the person is certified today."""
        return self.facts.answer is CertificationAnswer.YES


@dataclass(frozen=True)
class Agreement:
    """What the person ticked, and the contact information they confirmed in this ordering session."""

    shown_total_cents: int
    use_credit: bool
    consented: bool
    knows_not_certified: bool
    accepts_repeats: bool
    contact_id: uuid.UUID | None
    contact_confirmed_at: datetime | None


def _under_way(applicant: Applicant, requests: list[ReportRequest]) -> tuple[ReportRequest, ...]:
    same = ReportRequest.objects.visible_to(applicant).under_way_to([request.authority_id for request in requests])
    return tuple(same.select_related("authority").order_by("id"))


def review(*, applicant: Applicant, at: datetime) -> OrderReview:
    """Return what would be ordered now, at today's fee, with everything the person must know.

    Raises `NothingChosenError` when there is no unpaid order.
    """
    requests = basket_requests(applicant)
    if not requests:
        raise NothingChosenError
    price = fees.price_on(fees.STATUS_REPORT, eastern_date(at))
    total = price * len(requests)
    credit = ledger.credit_balance(applicant.pk)
    lines = [request.order_line for request in requests]
    return OrderReview(
        order=lines[0].order,
        requests=tuple(requests),
        facts=facts_as_of(applicant_id=applicant.pk, as_of=eastern_date(at)),
        total_cents=total,
        credit_cents=credit,
        usable_credit_cents=checkout.usable_credit(total_cents=total, credit_cents=credit),
        price_changes=tuple(
            PriceChange(line.description, line.price_cents, price) for line in lines if line.price_cents != price
        ),
        under_way=_under_way(applicant, requests),
    )


def _require_agreement(reviewed: OrderReview, agreement: Agreement) -> None:
    if not agreement.consented:
        raise ConsentMissingError
    if not reviewed.is_certified and not agreement.knows_not_certified:
        raise NotCertifiedNotAcknowledgedError
    if reviewed.under_way and not agreement.accepts_repeats:
        raise RepeatNotAcceptedError
    if agreement.shown_total_cents != reviewed.total_cents:
        raise TotalChangedError(reviewed.total_cents)


def confirmed_contact(applicant: Applicant, agreement: Agreement, *, at: datetime) -> ContactInformation:
    """Return the contact information that was confirmed in this session and is still current.

    Raises `ContactNotConfirmedError`.
    """
    contact = current_contact(applicant)
    confirmed_at = agreement.contact_confirmed_at
    if contact is None or confirmed_at is None or contact.pk != agreement.contact_id:
        raise ContactNotConfirmedError
    if not at - CONFIRMATION_HOLDS <= confirmed_at <= at:
        raise ContactNotConfirmedError
    return contact


@transaction.atomic(durable=True)
def place_order(*, applicant: Applicant, agreement: Agreement, at: datetime, actor: str) -> Payment:
    """Freeze prices and agreement, open a payment for the basket and return it.

    A second call while the payment is under way returns the same payment, so that a double click pays once. Raises the
    errors of this module, `IdentityNotCheckedError`, `NothingChosenError` or `AuthorityNotAvailableError`, with nothing
    written.
    """
    order = orders.unpaid_order(applicant)
    if order is None:
        raise NothingChosenError
    orders.lock(order)
    if order.state == OrderState.PAYMENT_PENDING:
        return checkout.begin(order=order, use_credit=agreement.use_credit, at=at, actor=actor)
    identity.require_checked(applicant)
    contact = confirmed_contact(applicant, agreement, at=at)
    reviewed = review(applicant=applicant, at=at)
    available_authorities([request.authority.code for request in reviewed.requests])
    _require_agreement(reviewed, agreement)
    price = reviewed.total_cents // len(reviewed.requests)
    orders.reprice(order=order, price_cents_by_line={r.order_line_id: price for r in reviewed.requests}, at=at)
    for position, request in enumerate(reviewed.requests, start=1):
        move(
            request,
            RequestState.PAYMENT_PENDING,
            at=at,
            actor=actor,
            position=position,
            contact=contact,
            contact_confirmed_at=agreement.contact_confirmed_at,
            consented_at=at,
            knows_not_certified_at=None if reviewed.is_certified else at,
        )
    return checkout.begin(order=order, use_credit=agreement.use_credit, at=at, actor=actor)
