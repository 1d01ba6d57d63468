"""The review page and the confirmation: what is bought, at what price, what must be agreed to, and what follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.urls import reverse

from applicants import purchases
from applicants.models import Applicant
from payments.models import Order, OrderLine
from payments.presenters import parts
from payments.presenters.parts import OrderPart, Section
from payments.services.placing import Basket


@dataclass(frozen=True)
class ServiceRow:
    """One line of a service without a part of its own; `address` is the page of the thing, empty when there is none."""

    line_id: int
    description: str
    address: str
    address_label: str


@dataclass(frozen=True)
class Review:
    """Everything the review page shows."""

    basket: Basket
    sections: tuple[Section, ...]
    parts: tuple[OrderPart, ...]

    @property
    def fields(self) -> dict[str, forms.Field]:
        """Return what the services ask before they are paid."""
        return {name: field for section in self.sections for name, field in section.fields.items()}

    @property
    def steps(self) -> str:
        """Return the template of the steps this page is one of; empty when it stands alone."""
        return self.parts[0].steps if self.parts else ""

    @property
    def change_page(self) -> str:
        """Return the address of the page before this one."""
        if self.parts:
            return reverse(self.parts[0].change_page)
        told = purchases.explanation(self.basket.lines[0].line.fee_code)
        return reverse(told.page) if told else reverse("dashboard")

    @property
    def change_label(self) -> str:
        """Return the words of the link below the fees; empty when nothing can be added here."""
        return self.parts[0].change_label if self.parts else ""


def review_of(applicant: Applicant, basket: Basket, *, at: datetime) -> Review:
    """Return the review of a basket with something in it; a part may raise NotPlacedError."""
    sections, known = [], []
    plain: list[OrderLine] = []
    for fee_code, lines in basket.by_fee().items():
        part = parts.part_of(fee_code)
        if part is None:
            plain += lines
            continue
        sections.append(part.section(applicant, lines, at=at))
        known.append(part)
    if plain:
        rows = tuple(_row(line) for line in plain)
        sections.append(Section("payments/_review_services.html", {"rows": rows}))
    return Review(basket, tuple(sections), tuple(known))


def _row(line: OrderLine) -> ServiceRow:
    told = purchases.explanation(line.fee_code)
    if told is None:
        return ServiceRow(line.pk, line.description, "", "")
    return ServiceRow(line.pk, line.description, reverse(told.page), told.page_label)


def follows_of(order: Order, applicant: Applicant, lines: Sequence[OrderLine]) -> tuple[Section, ...]:
    """Return what happens next with each service of a paid order."""
    sections = []
    for fee_code in dict.fromkeys(line.fee_code for line in lines):
        part = parts.part_of(fee_code)
        told = purchases.explanation(fee_code)
        if part is not None:
            sections.append(part.follows(order, applicant))
        elif told is not None:
            values = {"steps": told.next_steps, "address": reverse(told.page), "label": told.page_label}
            sections.append(Section("payments/_follows.html", values))
    return tuple(sections)
