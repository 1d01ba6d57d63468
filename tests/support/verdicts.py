"""Verdicts on small changes of the profile in which everything is in order."""

import json
from datetime import date
from typing import Any

from certification.rules.engine import evaluate
from certification.rules.reading import read_facts
from certification.rules.table_files import shipped_tables
from certification.rules.trace import Verdict

TABLES = shipped_tables()
DAY = date(2025, 3, 1)


def judged(document: dict[str, Any], as_of: date = DAY) -> Verdict:
    """The verdict on a document laid over the profile in which everything is in order."""
    return evaluate(read_facts(json.dumps({"base": "ok"} | document, default=str), TABLES, as_of), TABLES, as_of)


def outcome(document: dict[str, Any], rule_id: str, as_of: date = DAY) -> str:
    """The answer of one rule."""
    return judged(document, as_of).trace(rule_id).outcome.value


def sitting(exam: str, day: str, result: str = "pass") -> dict[str, str]:
    """One attempt."""
    return {"exam": exam, "taken_on": day, "result": result}


def attempts(exam: str, number: int, year: int = 2022, result: str = "fail") -> list[dict[str, str]]:
    """Several attempts of one year."""
    return [sitting(exam, f"{year}-{month:02}-05", result) for month in range(1, number + 1)]
