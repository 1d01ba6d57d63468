"""The basket: authorities a physician has chosen and not paid for. Nobody processes it (R-CVS-5)."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from applicants.models import Applicant
from cvs.models import LicensingAuthority, ReportRequest
from cvs.services.moves import move
from cvs.states import RequestState
from payments.models import Order
from payments.services import fees, orders
from payments.services.placing import NotPlacedError
from portal import audit
from portal.eastern import eastern_date


class NothingChosenError(NotPlacedError):
    """No licensing authority was chosen."""


class AuthorityNotAvailableError(NotPlacedError):
    """A chosen authority is unknown, closed, or has no address; `names` are what the person chose."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def available_authorities(codes: list[str]) -> list[LicensingAuthority]:
    """Return the authorities with these codes, each once, in order of jurisdiction.

    Raises `NothingChosenError` for no code and `AuthorityNotAvailableError` when one of them cannot get a report.
    """
    wanted = set(codes)
    if not wanted:
        raise NothingChosenError
    found = list(LicensingAuthority.objects.open_for_orders().filter(code__in=wanted).in_order_of_jurisdiction())
    missing = sorted(wanted - {authority.code for authority in found})
    if missing:
        names = dict(LicensingAuthority.objects.filter(code__in=missing).values_list("code", "name"))
        raise AuthorityNotAvailableError([names.get(code, code[:20]) for code in missing])
    return found


def basket_requests(applicant: Applicant) -> list[ReportRequest]:
    """Return the unpaid requests of `applicant`, in order of jurisdiction, with authority and order line loaded."""
    return list(
        ReportRequest.objects.visible_to(applicant)
        .filter(state__in=[RequestState.AWAITING_PAYMENT, RequestState.PAYMENT_PENDING])
        .select_related("authority", "order_line__order")
        .order_by("position", "id")
    )


def drop_request(request: ReportRequest, *, at: datetime, actor: str, reason: str) -> None:
    """Take a request out of the basket: forgotten when no payment ever named it, else kept as canceled."""
    line = request.order_line
    if line.payment_lines.exists():
        move(request, RequestState.CANCELED, at=at, actor=actor, reason=reason, canceled_at=at)
    else:
        request.delete()
    orders.remove_line(line=line, at=at)


@transaction.atomic
def choose(*, applicant: Applicant, codes: list[str], at: datetime, actor: str) -> Order:
    """Make the basket of `applicant` hold exactly the authorities `codes`, at today's fee; returns its order.

    Raises `NothingChosenError`, `AuthorityNotAvailableError`, or `payments.services.orders.OrderNotEditableError` while a
    payment is under way; nothing is written then.
    """
    authorities = available_authorities(codes)
    order = orders.open_basket(applicant=applicant, at=at, actor=actor)
    orders.lock(order)
    orders.require_basket(order)
    kept = {request.authority_id: request for request in _locked(order)}
    for request in kept.values():
        if request.authority_id not in {authority.pk for authority in authorities}:
            drop_request(request, at=at, actor=actor, reason="Taken out of the basket")
    price = fees.price_on(fees.STATUS_REPORT, eastern_date(at))
    for position, authority in enumerate(authorities, start=1):
        if authority.pk in kept:
            ReportRequest.objects.filter(pk=kept[authority.pk].pk).update(position=position)
            continue
        line = orders.add_line(
            order=order,
            fee_code=fees.STATUS_REPORT,
            description=f"Status report, {authority.name}",
            price_cents=price,
            at=at,
        )
        ReportRequest.objects.create(
            order_line=line, applicant=applicant, authority=authority, position=position, created_at=at
        )
    return order


def _locked(order: Order) -> list[ReportRequest]:
    return list(
        ReportRequest.objects.select_for_update(of=("self",))
        .filter(order_line__order=order, state=RequestState.AWAITING_PAYMENT)
        .select_related("order_line")
        .order_by("id")
    )


@transaction.atomic
def abandon(*, order: Order, at: datetime, actor: str, reason: str) -> None:
    """Empty and close a basket; the person starts anew. Raises `OrderNotEditableError` while a payment is under way."""
    _drop_all(order, at=at, actor=actor, reason=reason)
    orders.expire(order=order, at=at)
    audit.record("cvs.basket_closed", actor=actor, subject=order, at=at, reason=reason)


def _drop_all(order: Order, *, at: datetime, actor: str, reason: str) -> None:
    orders.require_basket(order)
    for request in _locked(order):
        drop_request(request, at=at, actor=actor, reason=reason)


@transaction.atomic
def empty(*, order: Order, at: datetime, actor: str) -> None:
    """Take every report out of a basket, and close it unless other services are in it.

    Raises `OrderNotEditableError` while a payment is under way.
    """
    _drop_all(order, at=at, actor=actor, reason="Everything was removed")
    if not order.lines.filter(removed_at__isnull=True).exists():
        orders.expire(order=order, at=at)
        audit.record("cvs.basket_closed", actor=actor, subject=order, at=at, reason="Everything was removed")


def expire_baskets(*, at: datetime, limit: int = 500) -> int:
    """Close baskets untouched for 30 days (R-CVS-5), at most `limit`; returns how many."""
    old = Order.objects.baskets_untouched_since(at - timedelta(days=settings.BASKET_DAYS)).order_by("touched_at")[
        :limit
    ]
    closed = 0
    for order in old:
        # The person may have pressed Pay since the list was read.
        with suppress(orders.OrderNotEditableError):
            abandon(order=order, at=at, actor="sweep", reason=f"Not paid for {settings.BASKET_DAYS} days")
            closed += 1
    return closed
