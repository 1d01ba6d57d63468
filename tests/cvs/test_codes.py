"""Codes of reports: what they are made of, how forgiving they are, which mistakes they notice."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cvs.codes import (
    ALPHABET,
    SHORT_CODE_LENGTH,
    InvalidCode,
    format_short_code,
    new_short_code,
    new_url_code,
    normalize_short_code,
)

CODE = "7Q4KM2XP9RTDH6VZ"
short_codes = st.builds(new_short_code)
positions = st.integers(0, SHORT_CODE_LENGTH - 1)


def test_url_code_is_26_characters_of_the_alphabet():
    code = new_url_code()

    assert len(code) == 26
    assert set(code) <= set(ALPHABET)


def test_url_codes_use_all_32_characters_so_they_carry_130_bits():
    seen = set("".join(new_url_code() for _ in range(200)))

    assert seen == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_codes_do_not_repeat():
    codes = {new_url_code() for _ in range(1000)} | {new_short_code() for _ in range(1000)}

    assert len(codes) == 2000


@given(short_codes)
def test_new_short_code_is_its_own_normal_form(code):
    assert normalize_short_code(code) == code


@given(short_codes)
def test_printed_form_is_four_groups_of_four_and_reads_back(code):
    printed = format_short_code(code)

    assert [len(group) for group in printed.split("-")] == [4, 4, 4, 4]
    assert normalize_short_code(printed) == code


@pytest.mark.parametrize(
    "typed",
    [
        "7Q4K-M2XP-9RTD-H6VZ",
        "7q4k-m2xp-9rtd-h6vz",
        "7q4km2xp9rtdh6vz",
        " 7Q4K M2XP 9RTD H6VZ\n",
        "7Q4K.M2XP\u20139RTD\u2212H6VZ",
    ],
)
def test_spelling_of_a_code_does_not_matter(typed):
    assert normalize_short_code(typed) == CODE


@given(short_codes)
def test_look_alike_letters_are_read_as_digits(code):
    typed = code.replace("0", "o").replace("1", "l")

    assert normalize_short_code(typed) == code
    assert normalize_short_code(code.replace("0", "O").replace("1", "I")) == code


@given(short_codes, positions, st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_detected(code, position, wrong):
    assume(code[position] != wrong)
    mistyped = code[:position] + wrong + code[position + 1 :]

    with pytest.raises(InvalidCode, match="typing mistake"):
        normalize_short_code(mistyped)


@given(short_codes, positions, positions)
def test_every_exchange_of_two_characters_is_detected(code, first, second):
    assume(code[first] != code[second])
    characters = list(code)
    characters[first], characters[second] = characters[second], characters[first]

    with pytest.raises(InvalidCode, match="typing mistake"):
        normalize_short_code("".join(characters))


@pytest.mark.parametrize("typed", ["", "7Q4K", "7Q4K-M2XP-9RTD-H6V", "7Q4K-M2XP-9RTD-H6VZ-0"])
def test_wrong_length_tells_how_long_the_code_is(typed):
    with pytest.raises(InvalidCode, match="Enter all 16 letters and digits"):
        normalize_short_code(typed)


@pytest.mark.parametrize("strange", ["U", "!", "\u00e9", "\u0661"])
def test_strange_character_is_named(strange):
    with pytest.raises(InvalidCode, match=f"has no “{strange.upper()}”"):
        normalize_short_code(strange + CODE[1:])


@given(st.text(alphabet=string.printable, max_size=40))
def test_anything_typed_is_a_code_or_refused(typed):
    try:
        code = normalize_short_code(typed)
    except InvalidCode:
        return

    assert format_short_code(code).replace("-", "") == code
