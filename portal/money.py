"""Money is an integer number of U.S. cents everywhere; only this module turns it into text."""

CURRENCY = "usd"
# Stripe refuses smaller charges: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
SMALLEST_CHARGE_CENTS = 50


def format_cents(cents: int) -> str:
    """Return `cents` (U.S. cents, may be negative) as text such as `$1,066.00` or `−$5.00`."""
    sign = "−" if cents < 0 else ""
    dollars, rest = divmod(abs(cents), 100)
    return f"{sign}${dollars:,}.{rest:02d}"
