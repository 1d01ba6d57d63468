"""Stripe's published test cards and bank accounts (https://docs.stripe.com/testing) and what each of them does."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

CardBrand = Literal["visa", "mastercard", "amex", "discover"]
TEST_ROUTING_NUMBER = "110000000"


class Behavior(StrEnum):
    """What happens when a test number is used."""

    SUCCEED = "succeed"
    DECLINE = "decline"
    AUTHENTICATE = "authenticate"
    DISPUTE = "dispute"
    REFUND_FAILS = "refund_fails"


@dataclass(frozen=True)
class PublishedCard:
    """A card number, its brand, and on a decline the API's error code, decline code and the text for the buyer."""

    number: str
    brand: CardBrand
    effect: str
    behavior: Behavior = Behavior.SUCCEED
    error_code: str = ""
    decline_code: str | None = None
    message: str = ""


@dataclass(frozen=True)
class PublishedBank:
    """A bank account number and the failure code its debit ends with ("" = it settles)."""

    number: str
    effect: str
    behavior: Behavior = Behavior.SUCCEED
    failure_code: str = ""


_CARDS = (
    PublishedCard("4242424242424242", "visa", "Visa, succeeds"),
    PublishedCard("5555555555554444", "mastercard", "Mastercard, succeeds"),
    PublishedCard("378282246310005", "amex", "American Express, succeeds (4-digit security code)"),
    PublishedCard("6011111111111117", "discover", "Discover, succeeds"),
    PublishedCard("4000002500003155", "visa", "Asks for 3-D Secure", Behavior.AUTHENTICATE),
    PublishedCard(
        "4000000000000002",
        "visa",
        "Declined",
        Behavior.DECLINE,
        "card_declined",
        "generic_decline",
        "Your card was declined.",
    ),
    PublishedCard(
        "4000000000009995",
        "visa",
        "Declined: insufficient funds",
        Behavior.DECLINE,
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    PublishedCard(
        "4000000000000069",
        "visa",
        "Declined: expired card",
        Behavior.DECLINE,
        "expired_card",
        None,
        "Your card has expired.",
    ),
    PublishedCard(
        "4000000000000127",
        "visa",
        "Declined: wrong security code",
        Behavior.DECLINE,
        "incorrect_cvc",
        None,
        "Your card's security code is incorrect.",
    ),
    PublishedCard("4000000000000259", "visa", "Succeeds, then is disputed", Behavior.DISPUTE),
    PublishedCard("4000000000005126", "visa", "Succeeds; a refund fails later", Behavior.REFUND_FAILS),
)
_BANKS = (
    PublishedBank("000123456789", "Settles"),
    PublishedBank("000222222227", "Fails: insufficient funds", Behavior.DECLINE, "insufficient_funds"),
    PublishedBank("000111111113", "Fails: account closed", Behavior.DECLINE, "account_closed"),
    PublishedBank("000111111116", "Fails: no account", Behavior.DECLINE, "no_account"),
    PublishedBank("000333333335", "Fails: debit not authorized", Behavior.DECLINE, "debit_not_authorized"),
    PublishedBank("000666666661", "Settles, then is disputed", Behavior.DISPUTE),
)
TEST_CARDS = {card.number: card for card in _CARDS}
TEST_BANKS = {bank.number: bank for bank in _BANKS}
BANK_FAILURE_MESSAGES = {
    "insufficient_funds": "The customer's account has insufficient funds to cover this payment.",
    "account_closed": "The customer's bank account has been closed.",
    "no_account": "The customer's bank account could not be located.",
    "debit_not_authorized": "The customer has notified their bank that this payment was unauthorized.",
}


def passes_luhn(number: str) -> bool:
    """Return whether the check digit of a card number fits (ISO/IEC 7812-1, annex B)."""
    digits = [int(character) for character in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0
