"""Baskets and orders below the pages: expiry, holds, and what happens when two tabs act at once."""

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from applicants.models import ContactInformation
from certification.models import Hold
from certification.services import place_hold
from certification.states import HoldKind
from cvs.models import DispatchJob, ReportRequest
from cvs.services import baskets, ordering
from cvs.states import RequestState
from payments.models import Fee, Order, OrderLine, Payment
from payments.services import placing
from payments.services.orders import OrderNotEditableError
from payments.states import OrderState
from portal.models import DeliveryState, OutgoingEmail
from tests.support.orders import (
    PRICE_CENTS,
    agreement,
    make_authority,
    make_fee,
    make_physician,
    pay_with_credit,
    place,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("enqueued")]


def at_once(act: Callable[[], object], times: int) -> list[object]:
    """Run `act` in so many threads together; return what each gave, an exception included."""
    start = threading.Barrier(times)
    results: list[object] = []

    def run() -> None:
        start.wait()
        try:
            results.append(act())
        except Exception as error:  # noqa: BLE001 (the test looks at it)
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_choosing_twice_keeps_what_stays_and_forgets_what_goes():
    make_fee()
    applicant = make_physician(1)
    first, second, third = (make_authority(number) for number in (1, 2, 3))
    at = timezone.now()

    baskets.choose(applicant=applicant, codes=[first.code, second.code, first.code], at=at, actor="tests")
    kept = ReportRequest.objects.get(authority=second)
    order = baskets.choose(applicant=applicant, codes=[second.code, third.code], at=at, actor="tests")

    assert [one.authority for one in baskets.basket_requests(applicant)] == [second, third]
    assert ReportRequest.objects.get(authority=second) == kept
    assert OrderLine.objects.filter(order=order).count() == 2
    assert Order.objects.count() == 1


@pytest.mark.parametrize("change", [{"closed_on": date(2026, 1, 1)}, {"line1": ""}, {"email": ""}])
def test_an_authority_that_cannot_get_a_report_is_refused_and_nothing_is_written(change: dict[str, object]):
    make_fee()
    applicant, authority = make_physician(1), make_authority(1)
    type(authority).objects.update(**change)

    with pytest.raises(baskets.AuthorityNotAvailableError, match="Medical Board of Test 1"):
        baskets.choose(applicant=applicant, codes=[authority.code], at=timezone.now(), actor="tests")

    assert (Order.objects.count(), ReportRequest.objects.count()) == (0, 0)


def test_two_tabs_choosing_at_once_leave_one_basket():
    make_fee()
    applicant, codes = make_physician(1), [make_authority(number).code for number in range(3)]

    results = at_once(
        lambda: baskets.choose(applicant=applicant, codes=codes, at=timezone.now(), actor="tests"), times=6
    )

    assert not [one for one in results if isinstance(one, Exception)]
    assert Order.objects.count() == 1
    assert ReportRequest.objects.count() == 3


def test_six_clicks_on_pay_make_one_payment():
    make_fee()
    applicant, authority = make_physician(1), make_authority(1)
    at = timezone.now()
    baskets.choose(applicant=applicant, codes=[authority.code], at=at, actor="tests")
    agreed = agreement(applicant, PRICE_CENTS, at, use_credit=False)

    results = at_once(
        lambda: ordering.place_order(applicant=applicant, agreement=agreed, at=at, actor="tests").pk, times=6
    )

    assert set(results) == {Payment.objects.get().pk}
    assert ReportRequest.objects.get().state == RequestState.PAYMENT_PENDING


def test_contact_information_changed_after_it_was_confirmed_stops_the_order():
    make_fee()
    applicant, authority = make_physician(1), make_authority(1)
    at = timezone.now()
    baskets.choose(applicant=applicant, codes=[authority.code], at=at, actor="tests")
    agreed = agreement(applicant, PRICE_CENTS, at)
    old = ContactInformation.objects.get()
    ContactInformation.objects.update(superseded_at=at)
    old.pk = None
    old._state.adding = True
    old.id = ContactInformation._meta.pk.get_default()
    old.superseded_at = None
    old.save(force_insert=True)

    with pytest.raises(ordering.ContactNotConfirmedError):
        ordering.place_order(applicant=applicant, agreement=agreed, at=at, actor="tests")

    assert Payment.objects.count() == 0
    assert ReportRequest.objects.get().state == RequestState.AWAITING_PAYMENT


def test_a_confirmation_from_yesterday_does_not_count():
    make_fee()
    applicant, authority = make_physician(1), make_authority(1)
    at = timezone.now()
    baskets.choose(applicant=applicant, codes=[authority.code], at=at, actor="tests")
    agreed = agreement(applicant, PRICE_CENTS, at - timedelta(hours=13))

    with pytest.raises(ordering.ContactNotConfirmedError):
        ordering.place_order(applicant=applicant, agreement=agreed, at=at, actor="tests")

    assert Payment.objects.count() == 0


def test_a_price_that_changed_is_shown_before_it_is_charged():
    make_fee()
    applicant, authority = make_physician(1), make_authority(1)
    at = timezone.now()
    baskets.choose(applicant=applicant, codes=[authority.code], at=at, actor="tests")
    Fee.objects.create(
        code="CVS_STATUS_REPORT", effective_from=date(2026, 1, 1), description="New", amount_cents=7000, basis="test"
    )

    with pytest.raises(placing.TotalChangedError) as error:
        ordering.place_order(applicant=applicant, agreement=agreement(applicant, PRICE_CENTS, at), at=at, actor="tests")

    assert error.value.total_cents == 7000
    assert Payment.objects.count() == 0
    change = placing.basket_of(Order.objects.get(), at=at).price_changes[0]
    assert (change.old_cents, change.new_cents) == (6600, 7000)


def test_a_basket_is_kept_for_thirty_days_and_no_longer():
    make_fee()
    applicant, authority = make_physician(1), make_authority(1)
    at = timezone.now()
    order = baskets.choose(applicant=applicant, codes=[authority.code], at=at, actor="tests")

    assert baskets.expire_baskets(at=at + timedelta(days=30)) == 0
    assert baskets.expire_baskets(at=at + timedelta(days=30, seconds=1)) == 1

    order.refresh_from_db()
    assert order.state == OrderState.EXPIRED
    assert baskets.basket_requests(applicant) == []


def test_an_order_whose_payment_is_under_way_does_not_expire_and_cannot_be_changed():
    applicant, authority = make_physician(1), make_authority(1)
    payment = place(applicant, [authority], use_credit=False)

    assert baskets.expire_baskets(at=timezone.now() + timedelta(days=60)) == 0
    with pytest.raises(OrderNotEditableError):
        baskets.choose(applicant=applicant, codes=[make_authority(2).code], at=timezone.now(), actor="tests")

    payment.order.refresh_from_db()
    assert payment.order.state == OrderState.PAYMENT_PENDING
    assert ReportRequest.objects.get().state == RequestState.PAYMENT_PENDING


def test_a_paid_report_of_a_person_with_an_open_hold_waits_and_staff_hear_of_it():
    applicant = make_physician(1)
    place_hold(
        applicant=applicant,
        kind=HoldKind.IRREGULAR_BEHAVIOR,
        stops_reports=True,
        reason="Open case",
        at=timezone.now(),
        actor="tests",
    )

    [request] = pay_with_credit(applicant, [make_authority(1)])

    assert Hold.objects.count() == 1
    assert request.state == RequestState.ON_HOLD
    assert DispatchJob.objects.get().state == DeliveryState.HELD
    assert OutgoingEmail.objects.filter(template="staff_alert").count() == 1
    call_command("check_invariants")
