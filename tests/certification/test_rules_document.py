"""docs/rules.md names every rule once, and what it names exists."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from certification.rules import engine, pathways
from certification.rules.registry import RULES

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "rules.md"
ROW = re.compile(r"^\| (R-[A-Z0-9a-z-]+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
# Sections 1 to 6 of the rules, as (group, numbers).
GROUPS = {
    "IMG": "1 2 3 4", "APP": "1 2 3 4 5 6 7", "ID": "1 2 3 4 5", "NAME": "1 2 3 4", "CONTACT": "1 2",
    "SCH": "1 2 3 4 5 6 7 8",
    "EXAM": "1 2 3 4 5 5h 6 7 8 9 10 11",
    "CLIN": "1 2 3", "PW": "0 PREC 1 2 3 4 5 6 CLOSE VALID",
    "CRED": "1 2 2g 3 4 5 6 7 8 9 10 11", "PSV": "1 2 3 4 5 6 7",
    "HOLD": "1 2", "CERT": "1 2 3 4 5 6 7 8 9 10", "IRR": "1 2 3 4 5",
    "MATCH": "1", "GME": "1", "STEP3": "1", "LIC": "1",
}  # fmt: skip
ALL = {f"R-{group}-{number}" for group, numbers in GROUPS.items() for number in numbers.split()} | {"R-OET"}
ROWS = ROW.findall(DOCUMENT.read_text(encoding="utf-8"))


def test_every_rule_has_one_row():
    listed = [rule_id for rule_id, *_ in ROWS]

    assert sorted(listed) == sorted(ALL)
    assert set(RULES) <= ALL
    assert engine.SECTIONS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_row_names_what_decides(row):
    rule_id, decided_by, bearing, about = row
    named = re.search(r"`([\w.]+)`", decided_by)

    if rule_id in pathways.ABOUT_THE_APPLICATION:
        assert decided_by == "`certification.rules.pathway_evidence.assess`"
    elif rule_id in RULES:
        judge = RULES[rule_id].judge
        assert decided_by == f"`{judge.__module__}.{judge.__name__}`"
        assert (judge.__doc__ or "").startswith(f"{rule_id}: ")
    elif named:
        import_module(named[1])
    else:
        assert decided_by == "manual decision"
    assert (bearing == "–") == (rule_id not in RULES)
    assert len(about) > 20
