"""What each app above payments shows of its own lines on the pages of an order, and asks before they are paid.

Services sold through `applicants.purchases` need no part: they are described by their line and their explanation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django import forms
from django.urls import reverse

from applicants.http import ApplicantRequest
from applicants.models import Applicant
from payments.forms import ReviewForm
from payments.models import Order, OrderLine
from payments.services.placing import NotPlacedError


@dataclass(frozen=True)
class Section:
    """A piece of a page: its template with the values for it, and the fields it adds to the form."""

    template: str
    values: Mapping[str, object]
    fields: Mapping[str, forms.Field] = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """Why an order was not placed: words, beside the field they are about; or the URL name of the page to go to first."""

    text: str = ""
    field: str | None = None
    page: str = ""


class OrderPart(Protocol):
    """One app's lines on the pages of an order. `fee_code` says which lines are its own."""

    fee_code: str
    steps: str
    change_page: str
    change_label: str

    def page_before(self, request: ApplicantRequest) -> str:
        """Return the URL name of a page that must come before the review; empty when nothing is missing."""

    def section(self, applicant: Applicant, lines: Sequence[OrderLine], *, at: datetime) -> Section:
        """Return what the review page shows and asks about these lines; raises NotPlacedError when they have no review."""

    def agreement(self, request: ApplicantRequest, form: ReviewForm) -> object:
        """Return what the person agreed to, as the service wants it."""

    def refusal(self, error: NotPlacedError) -> Refusal | None:
        """Say what an error of this app's services means; None for an error of others."""

    def placed(self, request: ApplicantRequest) -> None:
        """Forget, in the session, what was noted for this order."""

    def follows(self, order: Order, applicant: Applicant) -> Section:
        """Return what the confirmation page says happens next."""


_parts: dict[str, OrderPart] = {}


def add(part: OrderPart) -> None:
    """Show the lines of `part.fee_code` with `part` from now on."""
    _parts[part.fee_code] = part


def part_of(fee_code: str) -> OrderPart | None:
    """Return the part for lines of `fee_code`; None for those that need none."""
    return _parts.get(fee_code)


def menu_path(order: Order) -> str:
    """Return the address whose entry of the menu pages about `order` belong to (one query), see `menu_path_of`."""
    return menu_path_of(order.lines.filter(removed_at__isnull=True).order_by("id").values_list("fee_code", flat=True))


def menu_path_of(fee_codes: Iterable[str]) -> str:
    """Return the address whose entry of the menu pages about lines of `fee_codes` belong to: that of their first part.

    Empty for services alone, whose pages stay where their own address puts them.
    """
    part = next(filter(None, map(part_of, fee_codes)), None)
    return reverse(part.change_page) if part else ""
