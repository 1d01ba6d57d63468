"""What a buyer typed on the hosted page, checked before anything is charged."""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sandbox.stripe_double.numbers import (
    TEST_BANKS,
    TEST_CARDS,
    TEST_ROUTING_NUMBER,
    PublishedBank,
    PublishedCard,
    passes_luhn,
)

_EXPIRY = re.compile(r"(0?[1-9]|1[0-2])\s*[/-]?\s*(?:20)?(\d\d)\Z")
_MAX_LENGTH = 120


@dataclass
class PageForm:
    """The fields of the page. After `check`, `errors` maps a field's name to what is wrong with it."""

    values: dict[str, str]
    methods: list[str]
    now: int
    errors: dict[str, str] = field(default_factory=dict)
    card: PublishedCard | None = None
    bank: PublishedBank | None = None
    expiry: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, posted: Mapping[str, object], methods: list[str], now: int) -> "PageForm":
        """Return the form with the text fields of a POST; `methods` are the session's, `now` seconds since 1970."""
        values = {name: value.strip()[:_MAX_LENGTH] for name, value in posted.items() if isinstance(value, str)}
        return cls(values, methods, now)

    @property
    def method(self) -> str:
        """The chosen method; the first one offered if none was chosen."""
        chosen = self.values.get("method", "")
        return chosen if chosen in self.methods else self.methods[0]

    @property
    def holder(self) -> dict[str, str]:
        """Name and e-mail of the buyer, for the payment method."""
        name = self.values.get("card_name" if self.method == "card" else "account_name", "")
        return {"name": name, "email": self.values.get("email", "")}

    def kept(self) -> dict[str, str]:
        """Return the values to show again after an error: all but the security code."""
        return {name: value for name, value in self.values.items() if name != "card_cvc"}

    def check(self) -> bool:
        """Fill `errors` and return whether there are none; then `card` or `bank` is set."""
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", self.values.get("email", "")):
            self.errors["email"] = "Enter an e-mail address, like name@example.org."
        if self.method == "card":
            self._check_card()
        else:
            self._check_bank()
        return not self.errors

    def _check_card(self) -> None:
        self._check_card_number()
        self._check_expiry()
        length = 4 if self.card and self.card.brand == "amex" else 3
        if not re.fullmatch(rf"\d{{{length}}}", self.values.get("card_cvc", "")):
            self.errors["card_cvc"] = f"Enter the {length}-digit security code."
        if not self.values.get("card_name"):
            self.errors["card_name"] = "Enter the name on the card."

    def _check_card_number(self) -> None:
        number = re.sub(r"[\s-]", "", self.values.get("card_number", ""))
        self.card = TEST_CARDS.get(number)
        if self.card:
            return
        if not re.fullmatch(r"\d{12,19}", number) or not passes_luhn(number):
            self.errors["card_number"] = "This card number is not valid. Check the digits."
        else:
            self.errors["card_number"] = "This is not a test card. Never enter a real card here."

    def _check_expiry(self) -> None:
        match = _EXPIRY.match(self.values.get("card_expiry", ""))
        if match is None:
            self.errors["card_expiry"] = "Enter month and year, like 12 / 34."
            return
        month, year = int(match[1]), 2000 + int(match[2])
        self.expiry = (month, year)
        last_day = calendar.monthrange(year, month)[1]
        if datetime(year, month, last_day, 23, 59, 59, tzinfo=UTC).timestamp() < self.now:
            self.errors["card_expiry"] = "This card has expired."

    def _check_bank(self) -> None:
        number = re.sub(r"\s", "", self.values.get("account_number", ""))
        self.bank = TEST_BANKS.get(number)
        if self.values.get("routing_number") != TEST_ROUTING_NUMBER:
            self.errors["routing_number"] = f"Enter the test routing number {TEST_ROUTING_NUMBER}."
        if self.bank is None:
            self.errors["account_number"] = "This is not a test account. Never enter a real account here."
        if not self.values.get("account_name"):
            self.errors["account_name"] = "Enter the account holder's name."
