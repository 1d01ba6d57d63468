"""The engine: edges of single rules, and that a satisfied requirement never makes the answer worse."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certification.rules.engine import evaluate
from certification.rules.reading import read_facts
from certification.rules.registry import RULES
from certification.rules.trace import INDEFINITE, Bearing, Overall
from tests.support.verdicts import DAY, TABLES, attempts, judged, sitting

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "eligibility-examples" / "E07.json"
RANK = list(Overall)
EXAMS = ("step_1", "step_2_ck", "step_2_cs")


# What is lacking when a requirement is not satisfied; each is independent of the others.
LACKING: dict[str, dict[str, Any]] = {
    "application": {"application": {"state": "in_review"}},
    "no application": {"application": None},
    "passport": {"identity": {"passport": None}},
    "duplicate": {"identity": {"possible_duplicate": True}},
    "note": {"education": {"school": {"sponsor_notes": []}}},
    "title": {"education": {"degree_title": "Doctor of Something"}},
    "credit years": {"education": {"credit_years": 3}},
    "name": {"diploma": {"name": "Another Name"}},
    "translation": {"transcript": {"language": "fr"}},
    "diploma": {"diploma": {"state": "sent_to_school"}},
    "transcript": {"transcript": {"state": "refused"}},
    "oet": {"oet_sittings": []},
    "balance": {"balance": -5},
    "case": {"irregular_cases": [{"opened_on": "2025-01-01"}]},
    "pathway": {"pathway_applications": [{"pathway": 1, "season": 2025, "state": "in_review"}]},
    "step 2 ck": {"examinations": [sitting("step_1", "2023-01-10")]},
}


def lacking(names: set[str]) -> dict[str, Any]:
    """The document that lacks all of these."""
    document: dict[str, Any] = {}
    for name in sorted(names):
        for section, value in LACKING[name].items():
            both = isinstance(value, dict) and isinstance(document.get(section), dict)
            document[section] = document[section] | value if both else value
    return document


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(sorted(LACKING))), st.sampled_from(sorted(LACKING)))
def test_a_satisfied_requirement_never_makes_it_worse(names, satisfied):
    before, after = judged(lacking(names | {satisfied})), judged(lacking(names - {satisfied}))

    assert RANK.index(after.outcome) >= RANK.index(before.outcome)
    assert after.match_ready >= before.match_ready
    assert after.registration_blocked <= before.registration_blocked


@pytest.mark.parametrize("name", LACKING)
def test_each_requirement_decides(name):
    assert judged(lacking({name})).outcome is not Overall.ELIGIBLE


PASSED = st.lists(st.tuples(st.sampled_from(EXAMS), st.dates(date(2012, 1, 1), DAY)), max_size=5, unique=True).map(
    lambda passes: [sitting(exam, str(day)) for exam, day in passes]
)


@settings(max_examples=80, deadline=None)
@given(PASSED, st.sampled_from(EXAMS), st.dates(date(2012, 1, 1), DAY), st.booleans(), st.booleans())
def test_another_pass_never_makes_it_worse(passes, exam, day, accepted, failed):
    one = sitting(exam, str(day))
    rest: dict[str, Any] = {} if accepted else LACKING["pathway"]
    known = passes + ([sitting("step_2_cs", "2011-05-05", "fail")] if failed else [])
    with_it = known if one in known else [*known, one]

    before, after = judged(rest | {"examinations": known}), judged(rest | {"examinations": with_it})

    assert RANK.index(after.outcome) >= RANK.index(before.outcome)


@settings(max_examples=30, deadline=None)
@given(PASSED, st.integers(1, 2000))
def test_later_results_change_no_earlier_answer(passes, days):
    later = [
        sitting("step_1", str(DAY + timedelta(days=days)), "fail"),
        sitting("step_2_cs", str(DAY + timedelta(days))),
    ]

    assert judged({"examinations": [*passes, *later]}) == judged({"examinations": passes})


def test_same_input_same_trace():
    assert judged({}) == judged({})
    assert judged({}).outcome is Overall.ELIGIBLE


def test_nothing_on_record_is_not_eligible():
    verdict = evaluate(read_facts("{}", TABLES, DAY), TABLES, DAY)

    assert (verdict.outcome, verdict.valid_through, verdict.match_ready) == (Overall.NOT_ELIGIBLE, None, False)
    satisfied = [
        one.rule_id for one in verdict.traces if one.bearing is Bearing.CERTIFICATE and one.outcome.value == "MET"
    ]
    assert satisfied == []
    assert len(verdict.traces) == len(RULES)


@pytest.mark.parametrize(
    ("examinations", "as_of", "rule_id", "expected"),
    [
        (attempts("step_1", 4), date(2025, 3, 1), "R-EXAM-5", "NOT_MET"),
        (attempts("step_1", 3), date(2025, 3, 1), "R-EXAM-5", "MET"),
        (attempts("step_1", 4, result="incomplete"), date(2025, 3, 1), "R-EXAM-5", "NOT_MET"),
        ([*attempts("step_1", 4), sitting("step_1", "2023-01-05")], date(2025, 3, 1), "R-EXAM-5", "MET"),
        (attempts("step_2_cs", 4, 2019), date(2025, 3, 1), "R-EXAM-5", "NOT_MET"),
        ([*attempts("step_1", 2), *attempts("step_2_ck", 2)], date(2025, 3, 1), "R-EXAM-5", "MET"),
        (attempts("step_1", 4, 2019), date(2021, 6, 30), "R-EXAM-5", "N/A"),
        (attempts("step_1", 4, 2019), date(2021, 7, 1), "R-EXAM-5", "NOT_MET"),
        (attempts("step_1", 5, 2019), date(2021, 6, 30), "R-EXAM-5h", "MET"),
        (attempts("step_1", 6, 2019), date(2021, 6, 30), "R-EXAM-5h", "NOT_MET"),
        (attempts("step_1", 6, 2011), date(2012, 12, 31), "R-EXAM-5h", "N/A"),
        (attempts("step_1", 6, 2012), date(2012, 12, 31), "R-EXAM-5h", "NOT_MET"),
        (attempts("step_1", 6, 2011), date(2013, 1, 1), "R-EXAM-5h", "NOT_MET"),
        (attempts("step_1", 6, 2019), date(2021, 7, 1), "R-EXAM-5h", "N/A"),
    ],
)
def test_attempt_limits(examinations, as_of, rule_id, expected):
    verdict = judged({"examinations": examinations}, as_of)

    assert verdict.trace(rule_id).outcome.value == expected
    either = {verdict.trace(limit).outcome.value for limit in ("R-EXAM-5", "R-EXAM-5h")}
    assert verdict.registration_blocked == ("NOT_MET" in either)


def test_attempt_limit_blocks_registration_and_not_the_certificate():
    examinations = [
        *attempts("step_2_cs", 4, 2019),
        sitting("step_1", "2022-01-05"),
        sitting("step_2_ck", "2023-01-05"),
    ]
    example = json.loads(EXAMPLE.read_text(encoding="utf-8"))

    verdict = judged(example | {"examinations": examinations}, date(2024, 3, 15))

    assert (verdict.outcome, verdict.registration_blocked) == (Overall.ELIGIBLE, True)


NOTES = [{"from_year": 1998, "to_year": 2004}, {"from_year": 2010, "to_year": 2020}]


@pytest.mark.parametrize(
    ("graduation", "degree", "year_rule", "dates_rule", "overall"),
    [
        ("2004-12-31", "2004-12-31", "MET", "MET", Overall.ELIGIBLE),
        ("2005-01-01", "2005-06-01", "NOT_MET", "MET", Overall.NOT_ELIGIBLE),
        ("2010-01-01", "2010-06-01", "MET", "MET", Overall.ELIGIBLE),
        ("2007-05-05", None, "NOT_MET", "N/A", Overall.NOT_ELIGIBLE),
        ("2004-12-01", "2005-02-01", "MET", "MANUAL_REVIEW", Overall.MANUAL_REVIEW),
        ("2009-12-01", "2010-02-01", "MANUAL_REVIEW", "MANUAL_REVIEW", Overall.MANUAL_REVIEW),
        ("2021-01-01", "2021-02-01", "NOT_MET", "MET", Overall.NOT_ELIGIBLE),
    ],
)
def test_years_of_the_note(graduation, degree, year_rule, dates_rule, overall):
    education = {"graduation_date": graduation, "degree_date": degree, "school": {"sponsor_notes": NOTES}}

    verdict = judged({"education": education})

    assert verdict.trace("R-SCH-2").outcome.value == year_rule
    assert verdict.trace("R-SCH-7").outcome.value == dates_rule
    assert verdict.outcome is overall


def test_withdrawn_note_touches_no_certificate():
    school = {"sponsor_notes": [{"from_year": 1950, "withdrawn_on": "2025-02-01"}]}
    certificate = {"issued_on": "2025-01-15", "valid_through": None}

    assert judged({"education": {"school": school}}).outcome is Overall.NOT_ELIGIBLE
    assert judged({"education": {"school": school}}, date(2025, 1, 31)).outcome is Overall.ELIGIBLE
    certified = judged({"education": {"school": school}, "certificate": certificate})
    assert (certified.outcome, certified.valid_through) == (Overall.ELIGIBLE, INDEFINITE)
