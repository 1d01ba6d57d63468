"""The Stripe double as a process, to which the portal's settings point."""

from collections.abc import Iterator

import pytest
from django.conf import settings as portal_settings
from pytest_django import Settings

from sandbox.stripe_double.process import StripeDoubleProcess, running_stripe_double


@pytest.fixture(scope="session")
def stripe_double_process() -> Iterator[StripeDoubleProcess]:
    """One double for the whole run; use `stripe_double`, which empties it."""
    with running_stripe_double(webhook_secret=portal_settings.STRIPE_WEBHOOK_SECRET) as process:
        yield process


@pytest.fixture
def stripe_double(stripe_double_process: StripeDoubleProcess, settings: Settings) -> StripeDoubleProcess:
    """An empty, well-behaved double; `control` commands it."""
    stripe_double_process.control.reset()
    settings.STRIPE_API_BASE = stripe_double_process.base_url
    settings.CHECKOUT_ORIGIN = stripe_double_process.base_url
    return stripe_double_process
