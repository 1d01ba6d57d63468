"""Settings of every payment test."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def plain_stripe_key(settings: Settings) -> None:
    """A key of the form that Stripe gives out."""
    settings.STRIPE_SECRET_KEY = "sk_test_payments"


@pytest.fixture(autouse=True)
def quiet_broker(enqueued: list[object]) -> None:
    """No worker runs here: each test does by hand what a wake-up would do."""
