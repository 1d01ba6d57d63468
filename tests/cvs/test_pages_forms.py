"""What the forms of the report service accept and how they say no."""

from datetime import date

import pytest

from cvs.forms import DATE_ADVICE, SelectionForm, VerifyForm, parse_report_date


@pytest.mark.parametrize(
    "text",
    [
        "June 3, 2026",
        "june 3 2026",
        "Jun 3, 2026",
        "Jun. 3, 2026",
        "2026-06-03",
        "6/3/2026",
        "06/03/2026",
        "3 Jun 2026",
        "3 June 2026",
    ],
)
def test_report_dates_are_read_in_the_ways_people_write_them(text: str):
    assert parse_report_date(text) == date(2026, 6, 3)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "31/12/2026", "June 31, 2026", "3.6", "June 3"])
def test_other_dates_are_answered_with_an_example(text: str):
    with pytest.raises(ValueError, match=DATE_ADVICE):
        parse_report_date(text)


def test_september_may_be_shortened_to_four_letters():
    assert parse_report_date("Sept. 9, 2026") == date(2026, 9, 9)


def test_code_and_date_are_explained_at_their_fields():
    form = VerifyForm({"code": "7Q4K", "date": "soon"})

    assert form.errors == {
        "code": ["Enter all 16 letters and digits of the code, four groups of four."],
        "date": [DATE_ADVICE],
    }


def test_repeated_codes_count_once_in_the_order_chosen():
    form = SelectionForm({"authority": ["B", "A", "B"]})

    assert form.is_valid()
    assert form.codes == ["B", "A"]
    assert not form.stays


def test_remove_takes_one_code_out_and_stays_on_the_page():
    form = SelectionForm({"authority": ["A", "B"], "remove": "A"})

    assert form.is_valid()
    assert form.codes == ["B"]
    assert form.stays


@pytest.mark.parametrize("codes", [["<script>"], ["A" * 21], [f"C{number}" for number in range(201)]])
def test_codes_that_our_page_never_sends_are_refused(codes: list[str]):
    form = SelectionForm({"authority": codes})

    assert form.errors == {"authority": ["Choose the licensing authorities from the list"]}
    assert form.codes == []
