"""The identification number, typed and printed."""

import pytest

from applicants.numbers import format_identification_number, parse_identification_number


@pytest.mark.parametrize(
    "text", ["04821375", "0-482-137-5", " 0 482 137 5 ", "0\u2013482\u2013137\u20135", "0482-1375"]
)
def test_number_is_read_however_it_is_typed(text):
    assert parse_identification_number(text) == "04821375"


@pytest.mark.parametrize("text", ["", "0482137", "048213755", "0482137a", "0.482.137.5", "٠٤٨٢١٣٧٥"])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="eight digits"):
        parse_identification_number(text)


def test_number_is_printed_with_dashes():
    assert format_identification_number("04821375") == "0-482-137-5"
