"""docs/input-rules.md: the limits it prints are those of the code, and the places it names exist."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs/input-rules.md").read_text()
LIMITS = re.findall(r"^\| [^|]+ \| ([\d,]+) \| `([\w.]+)` \|$", TEXT, re.MULTILINE)
PLACES = sorted(set(re.findall(r"`((?:applicants|certification|cvs|payments|portal|docs|tests)/[\w./-]+)`", TEXT)))


def value_of(name: str) -> object:
    """Return what the dotted `name` of a module's constant, or of its attribute, stands for."""
    parts = name.split(".")
    at = next(index for index, part in enumerate(parts) if part.isupper())
    found: object = import_module(".".join(parts[:at]))
    for part in parts[at:]:
        found = getattr(found, part)
    return found


@pytest.mark.parametrize(("printed", "name"), LIMITS, ids=[name for _, name in LIMITS])
def test_printed_limit_is_the_one_in_force(printed: str, name: str):
    assert int(printed.replace(",", "")) == value_of(name)


def test_the_table_is_read():
    assert len(LIMITS) > 20


@pytest.mark.parametrize("place", PLACES)
def test_named_place_exists(place: str):
    assert (ROOT / place).exists()
