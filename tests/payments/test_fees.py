"""The dated price list."""

from datetime import UTC, date, datetime

import pytest

from payments.services import fees
from portal.eastern import eastern_date
from tests.factories.payments import FeeFactory

pytestmark = pytest.mark.django_db


def test_the_price_of_a_day_is_the_newest_row_on_or_before_it():
    FeeFactory.create(amount_cents=6000, effective_from=date(2025, 1, 1))
    FeeFactory.create(amount_cents=6600, effective_from=date(2026, 1, 1))

    prices = [fees.price_on(fees.STATUS_REPORT, day) for day in (date(2025, 12, 31), date(2026, 1, 1))]

    assert prices == [6000, 6600]


def test_a_fee_that_is_not_in_effect_yet_is_unknown():
    FeeFactory.create(effective_from=date(2026, 1, 1))

    with pytest.raises(fees.UnknownFeeError):
        fees.price_on(fees.STATUS_REPORT, date(2025, 12, 31))


def test_the_price_list_names_the_coming_change():
    FeeFactory.create(amount_cents=6600, effective_from=date(2025, 1, 1))
    FeeFactory.create(amount_cents=7000, effective_from=date(2026, 1, 1))
    FeeFactory.create(code="OTHER", effective_from=date(2026, 1, 1))

    prices = fees.price_list(date(2025, 12, 1))

    assert [(price.amount_cents, [later.amount_cents for later in price.upcoming]) for price in prices] == [
        (6600, [7000])
    ]


def test_the_new_year_begins_in_eastern_time():
    assert eastern_date(datetime(2027, 1, 1, 4, 59, tzinfo=UTC)) == date(2026, 12, 31)
    assert eastern_date(datetime(2027, 1, 1, 5, 0, tzinfo=UTC)) == date(2027, 1, 1)


def test_everybody_can_read_the_fees_and_what_is_ordered_here_stands_apart(client):
    FeeFactory.create()
    FeeFactory.create(code="J1_APPLICATION", description="Something sold elsewhere")

    page = client.get("/fees/")

    assert page.status_code == 200
    ordered_here, others = page.content.decode().split("Other fees", 1)
    assert "$66.00" in ordered_here
    assert "Something sold elsewhere" not in ordered_here
    assert "Something sold elsewhere" in others
