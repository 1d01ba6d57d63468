"""Orders made as a person makes them, through services; credit pays, unless the payment page is what is measured."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from applicants.models import Applicant
from cvs.models import LicensingAuthority
from cvs.services import baskets, ordering
from payments.models import Payment
from payments.services import fees, ledger
from portal.eastern import eastern_date

ACTOR = "bench"


@dataclass(frozen=True)
class Basket:
    """What one press of Pay orders: reports of one physician for some authorities."""

    applicant: Applicant
    total_cents: int

    def pay(self, *, use_credit: bool = True) -> Payment:
        """Press Pay; with enough credit the order is paid when this returns."""
        at = timezone.now()
        contact = self.applicant.contacts.get(superseded_at__isnull=True)
        agreement = ordering.Agreement(
            shown_total_cents=self.total_cents,
            use_credit=use_credit,
            consented=True,
            knows_not_certified=True,
            accepts_repeats=True,
            contact_id=contact.pk,
            contact_confirmed_at=at,
        )
        return ordering.place_order(applicant=self.applicant, agreement=agreement, at=at, actor=ACTOR)


def fill_baskets(count: int, *, reports: int = 1, with_credit: bool = True) -> list[Basket]:
    """Return baskets of `count` made-up physicians who have no unpaid order, each for `reports` authorities.

    With credit each gets as much as the order costs. Raises ValueError when there are not enough physicians.
    """
    people = list(
        Applicant.objects.filter(identification_number__startswith="5")
        .exclude(orders__state__in=["basket", "payment_pending"])
        .order_by("-id")[:count]
    )
    if len(people) < count:
        raise ValueError(f"Only {len(people)} physicians without an unpaid order for {count} orders.")
    codes = list(LicensingAuthority.objects.open_for_orders().order_by("id").values_list("code", flat=True))
    return [_basket(one, _some(codes, place, reports), with_credit=with_credit) for place, one in enumerate(people)]


def _some(codes: Sequence[str], place: int, count: int) -> list[str]:
    return [codes[(place + step) % len(codes)] for step in range(count)]


def _basket(applicant: Applicant, codes: list[str], *, with_credit: bool) -> Basket:
    at = timezone.now()
    total = fees.price_on(fees.STATUS_REPORT, eastern_date(at)) * len(codes)
    if with_credit:
        key = f"{ACTOR}-{uuid.uuid4()}"
        ledger.grant_credit(
            applicant_id=applicant.pk, amount_cents=total, reason="Benchmark", actor=ACTOR, at=at, key=key
        )
    baskets.choose(applicant=applicant, codes=codes, at=at, actor=ACTOR)
    return Basket(applicant, total)
