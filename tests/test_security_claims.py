"""What docs/security.md claims about OWASP ASVS 5.0 level 2: every line is answered, and what it names exists."""

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Lines of level 1 and 2 by section of OWASP ASVS 5.0.0 (github.com/OWASP/ASVS, 5.0/docs_en); in each they count from 1.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4,
    "17.3": 2,
}  # fmt: skip
LINES = [f"{section}.{number}" for section, count in SECTIONS.items() for number in range(1, count + 1)]
ANSWERS = ("met", "partly", "not met", "does not apply")
_ROW = re.compile(r"^\| (?P<lines>[\d., –]+) \| (?P<asks>[^|]+) \| (?P<answer>[^|]+) \| (?P<shown>[^|]*) \|$")
# Names of settings and commands stand in backticks too.
_EVIDENCE = re.compile(r"`([\w./-]+\.(?:md|py)(?:::\w+)?)`")


@dataclass(frozen=True)
class Claim:
    """One row: the lines of the standard it answers, the answer, and what is said or named for it."""

    lines: tuple[str, ...]
    answer: str
    shown: str

    @property
    def evidence(self) -> list[str]:
        """Return the tests (`file::function`) and documents that the row names."""
        return _EVIDENCE.findall(self.shown)


def claims() -> list[Claim]:
    """Return every row of the list in docs/security.md."""
    rows = [_ROW.match(line) for line in (ROOT / "docs/security.md").read_text().splitlines()]
    return [Claim(tuple(_expand(row["lines"])), row["answer"].strip(), row["shown"].strip()) for row in rows if row]


def _expand(text: str) -> list[str]:
    """Return the lines meant by such as `1.2.1, 1.2.3–1.2.5` or `10.1–10.7` (whole sections)."""
    found: list[str] = []
    for part in text.split(", "):
        first, _, last = part.strip().partition("–")
        last = last or first
        if first.count(".") == 1:
            known = list(SECTIONS)
            wanted = known[known.index(first) : known.index(last) + 1]
            found += [line for line in LINES if line.rpartition(".")[0] in wanted]
        else:
            found += LINES[LINES.index(first) : LINES.index(last) + 1]
    return found


@cache
def functions_of(path: Path) -> frozenset[str]:
    """Return the names of the test functions in a file."""
    return frozenset(node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))


def exists(evidence: str) -> bool:
    """Return whether the test or document of this name is there."""
    name, _, function = evidence.partition("::")
    path = ROOT / name
    return path.is_file() and (not function or function in functions_of(path))


def test_every_line_of_the_standard_is_answered_exactly_once():
    answered = Counter(line for claim in claims() for line in claim.lines)

    assert sorted(set(LINES) - set(answered)) == []
    assert [line for line, count in answered.items() if count > 1] == []


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim.lines[0])
def test_claim_names_what_exists(claim: Claim):
    missing = [evidence for evidence in claim.evidence if not exists(evidence)]

    assert claim.answer in ANSWERS
    assert claim.shown, "A row says why, or what shows it."
    assert missing == []


@pytest.mark.parametrize(
    "claim", [claim for claim in claims() if claim.answer == "met"], ids=lambda claim: claim.lines[0]
)
def test_what_is_said_to_be_met_names_a_test_or_a_document(claim: Claim):
    assert claim.evidence
