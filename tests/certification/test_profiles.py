"""The worked profiles of the rules, each by its id: the files of docs/eligibility-examples, through the command."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "eligibility-examples"

# Profile → day of evaluation, outcome, valid through, and what the rules that matter answer.
PROFILES = {
    "E01": ("2025-03-01", "ELIGIBLE", "2026-12-31", {"R-PW-VALID": "MET"}),
    "E02": ("2024-12-01", "ELIGIBLE", "2026-12-31", {"R-EXAM-3": "MET"}),
    "E03": ("2024-12-01", "NOT_ELIGIBLE", None, {"R-EXAM-3": "NOT_MET", "R-EXAM-1": "EXPIRED", "R-EXAM-6": "MET"}),
    "E04": ("2021-07-01", "ELIGIBLE", "indefinite", {"R-CLIN-1": "MET", "R-CLIN-3": "MET", "R-PW-1": "N/A"}),
    "E06": ("2024-02-01", "NOT_ELIGIBLE", None, {"R-CLIN-2": "NOT_MET"}),
    "E07": ("2024-03-15", "ELIGIBLE", "2025-12-31", {"R-CLIN-2": "MET", "R-PW-6": "MET"}),
    "E08": ("2024-03-15", "NOT_ELIGIBLE", None, {"R-PW-6": "NOT_MET"}),
    "E09": ("2025-03-01", "NOT_ELIGIBLE", None, {"R-OET": "NOT_MET"}),
    "E10": ("2025-03-01", "ELIGIBLE", "2026-12-31", {"R-OET": "MET"}),
    "E13": ("2026-02-01", "NOT_ELIGIBLE", None, {"R-IMG-2": "NOT_MET"}),
    "E14": ("2026-02-01", "ELIGIBLE", "2027-12-31", {"R-IMG-2": "MET"}),
    "E15": ("2025-03-01", "NOT_ELIGIBLE", None, {"R-SCH-1": "NOT_MET"}),
    "E17": ("2025-03-01", "NOT_ELIGIBLE", None, {"R-CRED-5": "NOT_MET"}),
    "E19": ("2025-03-01", "ELIGIBLE", "2026-12-31", {"R-CRED-1": "MET", "R-CRED-2": "MET", "R-PSV-3": "MET"}),
    "E20": ("2025-03-01", "ELIGIBLE", "2026-12-31", {"R-CRED-1": "MET", "R-CRED-2": "MET"}),
    "E21": ("2025-03-01", "HELD", "2026-12-31", {"R-HOLD-1": "NOT_MET"}),
    "E22": ("2025-03-01", "PENDING", None, {"R-CRED-9": "PENDING"}),
    "E23": ("2025-03-01", "PENDING", None, {"R-CRED-10": "PENDING"}),
    "E24": ("2025-03-01", "PENDING", None, {"R-PSV-4": "PENDING"}),
    "E25": ("2026-02-15", "NOT_ELIGIBLE", None, {"R-CERT-2": "NOT_MET", "R-PSV-1": "PENDING", "R-MATCH-1": "MET"}),
    "E27": ("2026-01-02", "NOT_ELIGIBLE", "2025-12-31", {"R-CERT-4": "EXPIRED", "R-CERT-8": "PENDING"}),
    "E28": ("2026-01-02", "NOT_ELIGIBLE", "2025-12-31", {"R-CERT-4": "EXPIRED", "R-CERT-6": "PENDING"}),
    "E30": ("2025-03-01", "HELD", "2026-12-31", {"R-HOLD-2": "NOT_MET", "R-IRR-4": "MET"}),
    "E32": ("2026-02-20", "ELIGIBLE", "2027-12-31", {"R-IMG-1": "MET", "R-PW-4": "MET", "R-OET": "MET"}),
}
# Rules that may keep a profile from being satisfied besides the one it is about: they follow from it.
FOLLOWS = {"R-EXAM-1", "R-CLIN-1", "R-PW-1", "R-PW-CLOSE", "R-CRED-4", "R-PSV-1", "R-PSV-2", "R-MATCH-1"}
DECIDE = ("certificate", "hold")


def answer(path: Path, as_of: str) -> Any:
    """What the command prints for a facts file."""
    out = StringIO()
    call_command("check_eligibility", str(path), "--as-of", as_of, stdout=out)
    return json.loads(out.getvalue())


def test_every_example_is_a_profile():
    assert {path.stem for path in EXAMPLES.glob("*.json")} == set(PROFILES)


@pytest.mark.parametrize("profile", PROFILES)
def test_profile(profile):
    as_of, outcome, valid_through, rules = PROFILES[profile]

    said = answer(EXAMPLES / f"{profile}.json", as_of)

    wrong = {
        rule_id: rule["outcome"]
        for rule_id, rule in said["rules"].items()
        if rule["decides"] in DECIDE and rule["outcome"] not in ("MET", "N/A")
    }
    assert (said["outcome"], said["valid_through"]) == (outcome, valid_through), wrong
    assert {rule_id: said["rules"][rule_id]["outcome"] for rule_id in rules} == rules
    assert set(wrong) <= set(rules) | FOLLOWS
    assert all(rule["reason"] for rule in said["rules"].values())


def test_new_window_says_by_when():
    said = answer(EXAMPLES / "E03.json", "2024-12-01")

    assert said["rules"]["R-EXAM-3"]["complete_by"] == "2031-10-02"
    assert "Step 1" in said["rules"]["R-EXAM-3"]["reason"]


def test_student_is_ready_for_the_match():
    assert answer(EXAMPLES / "E25.json", "2026-02-15")["match_ready"] is True
    assert answer(EXAMPLES / "E27.json", "2026-01-02")["match_ready"] is False
