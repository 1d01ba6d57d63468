"""Smallest valid fees and orders; states beyond a basket are reached through services."""

from datetime import UTC, date, datetime

from factory.declarations import SubFactory
from factory.django import DjangoModelFactory

from applicants.models import Applicant
from payments.models import Fee, Order
from payments.services import fees, ledger, orders
from tests.factories.applicants import ApplicantFactory

FEE_CENTS = 6600
AT = datetime(2026, 5, 4, 15, tzinfo=UTC)


class FeeFactory(DjangoModelFactory[Fee]):
    """The fee for one status report."""

    class Meta:
        model = Fee
        django_get_or_create = ("code", "effective_from")

    code = fees.STATUS_REPORT
    description = "Status report, for each licensing authority"
    amount_cents = FEE_CENTS
    effective_from = date(2024, 1, 1)
    basis = "seed"


class OrderFactory(DjangoModelFactory[Order]):
    """An empty basket."""

    class Meta:
        model = Order

    applicant = SubFactory(ApplicantFactory)
    reference = "CV-2026-999999"
    created_at = AT
    touched_at = AT


def basket_of(*prices: int, applicant: Applicant | None = None, at: datetime = AT) -> Order:
    """Return a basket with one line for each price in cents, made by the services."""
    owner = applicant or ApplicantFactory.create()
    order = orders.open_basket(applicant=owner, at=at, actor="test")
    for number, price in enumerate(prices or (FEE_CENTS,), start=1):
        orders.add_line(
            order=order, fee_code=fees.STATUS_REPORT, description=f"Status report {number}", price_cents=price, at=at
        )
    return order


def credit_for(applicant: Applicant, cents: int, *, key: str = "first", at: datetime = AT) -> None:
    """Give `applicant` credit of `cents`."""
    ledger.grant_credit(
        applicant_id=applicant.pk,
        amount_cents=cents,
        reason="Goodwill",
        actor="test",
        at=at,
        key=f"{applicant.pk}-{key}",
    )
