"""New identification numbers: their check digit, their range, and that nobody gets the same."""

from datetime import UTC, datetime

import pytest
from django.db import connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from applicants import numbers
from applicants.models import IssuedNumber
from tests.factories.applicants import ApplicantFactory, UserFactory

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
digits = st.text("0123456789", min_size=1, max_size=12)


@given(digits)
def test_a_number_with_its_check_digit_checks(text: str):
    assert numbers.has_check_digit(text + numbers.check_digit(text))


@given(digits, st.data())
def test_every_wrong_digit_is_found(text: str, data: st.DataObject):
    right = text + numbers.check_digit(text)
    place = data.draw(st.integers(0, len(right) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != right[place]]))

    assert not numbers.has_check_digit(right[:place] + other + right[place + 1 :])


@given(digits, st.data())
def test_every_two_neighbors_that_changed_places_are_found(text: str, data: st.DataObject):
    right = text + numbers.check_digit(text)
    place = data.draw(st.integers(0, len(right) - 2))
    swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]

    assert swapped == right or not numbers.has_check_digit(swapped)


@pytest.mark.django_db
def test_new_numbers_have_eight_digits_in_their_own_range_and_follow_no_order():
    issued = [numbers.issue(at=AT) for _ in range(200)]

    assert all(numbers.is_new_style(number) for number in issued)
    assert len(set(issued)) == 200
    assert {number[0] for number in issued} == set(numbers.FIRST_DIGITS)
    assert issued != sorted(issued)
    assert IssuedNumber.objects.count() == 200


@pytest.mark.django_db
def test_taken_numbers_are_not_given_again(monkeypatch: pytest.MonkeyPatch):
    taken = ["6000000" + numbers.check_digit("6000000"), "6000001" + numbers.check_digit("6000001")]
    gone, free = "6000002" + numbers.check_digit("6000002"), "6000003" + numbers.check_digit("6000003")
    ApplicantFactory.create(identification_number=taken[0])
    UserFactory.create(username=taken[1])
    IssuedNumber.objects.create(number=gone, issued_at=AT)
    drawn = iter([*taken, gone, free])
    monkeypatch.setattr(numbers, "_draw", lambda: next(drawn))

    assert numbers.issue(at=AT) == free


@pytest.mark.django_db
def test_a_range_that_is_used_up_is_an_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(numbers, "_draw", lambda: "60000000")
    ApplicantFactory.create(identification_number="60000000")

    with pytest.raises(numbers.NumbersExhaustedError):
        numbers.issue(at=AT)


@pytest.mark.django_db(transaction=True)
def test_two_transactions_that_draw_the_same_number_get_different_ones(monkeypatch: pytest.MonkeyPatch):
    first, second = "6000000" + numbers.check_digit("6000000"), "6000001" + numbers.check_digit("6000001")
    drawn = iter([first, first, second])
    monkeypatch.setattr(numbers, "_draw", lambda: next(drawn))
    other = connections.create_connection("default")
    try:
        with transaction.atomic():
            assert numbers.issue(at=AT) == first
            # Another process drew the same meanwhile and has to wait for us.
            with other.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
                with pytest.raises(Exception, match="lock timeout"):
                    cursor.execute("INSERT INTO applicants_issuednumber VALUES (%s, now())", [first])
        assert numbers.issue(at=AT) == second
    finally:
        other.close()
    assert connection.in_atomic_block is False
