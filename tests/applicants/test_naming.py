"""When two spellings are one name (R-APP-6)."""

import pytest

from applicants.naming import comparable, is_same_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Yılmaz", "YILMAZ"),  # noqa: RUF001 - a name
        ("İnci", "INCI"),
        ("Straße", "STRASSE"),
        ("Zo\u0308e", "Zöe"),
        ("de  la Cruz", "DE LA CRUZ"),
    ],
)
def test_capitals_and_forms_of_one_character_make_no_other_name(one: str, other: str):
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Müller", "Muller"), ("Smith-Jones", "Smith Jones"), ("Ana", "Anа"), ("O'Neil", "ONeil")],  # noqa: RUF001 - a look-alike
)
def test_another_letter_is_another_name(one: str, other: str):
    assert comparable(one) != comparable(other)


def test_parts_of_a_name_do_not_change_places():
    assert not is_same_name(("Kofi", "Mensah"), ("Mensah", "Kofi"))
