"""The engine: edges of single rules, and that a satisfied requirement never makes the answer worse."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certification.rules.engine import RULES, evaluate
from certification.rules.facts import Exam
from certification.rules.reading import read_facts
from certification.rules.table_files import shipped_tables
from certification.rules.trace import INDEFINITE, Bearing, Overall, Verdict

TABLES = shipped_tables()
DAY = date(2025, 3, 1)
EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "eligibility-examples" / "E07.json"
RANK = list(Overall)
EXAMS = ("step_1", "step_2_ck", "step_2_cs")


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


US_SCHOOL = {"name": "US School", "country": "US", "in_directory": True}
TRANSFER = {"school": US_SCHOOL, "credit_years": 1.5, "passed": True, "disclosed": True, "transcript": "received"}
ABROAD = {"name": "Abroad", "country": "LK", "in_directory": True}
NOTED = ABROAD | {"sponsor_notes": [{"from_year": 1990}]}


@pytest.mark.parametrize(
    ("transfers", "rule_id", "expected", "overall"),
    [
        ([TRANSFER], "R-CRED-2", "MET", Overall.ELIGIBLE),
        ([TRANSFER | {"school": NOTED}], "R-CRED-2", "MET", Overall.ELIGIBLE),
        ([TRANSFER | {"school": ABROAD}], "R-CRED-2", "NOT_MET", Overall.NOT_ELIGIBLE),
        ([TRANSFER | {"school": US_SCHOOL | {"in_directory": False}}], "R-CRED-2", "NOT_MET", Overall.NOT_ELIGIBLE),
        ([TRANSFER | {"passed": False}], "R-CRED-2", "NOT_MET", Overall.NOT_ELIGIBLE),
        ([TRANSFER, TRANSFER | {"school": NOTED}], "R-CRED-2", "NOT_MET", Overall.NOT_ELIGIBLE),
        ([TRANSFER | {"school": ABROAD, "accepted_on": "2019-07-31"}], "R-CRED-2g", "MET", Overall.ELIGIBLE),
        ([TRANSFER | {"school": ABROAD, "accepted_on": "2019-08-01"}], "R-CRED-2g", "N/A", Overall.NOT_ELIGIBLE),
        ([TRANSFER | {"disclosed": False}], "R-CRED-3", "MANUAL_REVIEW", Overall.MANUAL_REVIEW),
        ([TRANSFER | {"transcript": "missing"}], "R-CRED-3", "PENDING", Overall.PENDING),
        ([TRANSFER | {"must_be_verified": True}], "R-PSV-3", "PENDING", Overall.PENDING),
    ],
)
def test_transfers(transfers, rule_id, expected, overall):
    verdict = judged({"education": {"credit_years": 2.5, "transfers": transfers}})

    assert verdict.trace(rule_id).outcome.value == expected
    assert verdict.outcome is overall


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("mbbs ", "MET"),
        ("\uff2d\uff22\uff22\uff33", "MET"),
        ("Medico Cirujano", "MANUAL_REVIEW"),
        ("Médico  CIRUJANO", "MET"),
        ("BSc", "MANUAL_REVIEW"),
    ],
)
def test_degree_title(title, expected):
    assert outcome({"education": {"degree_title": title}}, "R-CRED-4") == expected


def test_intermediate_award_is_no_degree():
    assert outcome({"education": {"award": "provisional_certificate"}}, "R-CRED-4") == "NOT_MET"


@pytest.mark.parametrize(
    ("season", "taken_on", "writing", "expected"),
    [
        (2023, "2022-03-31", 300, "NOT_MET"),
        (2023, "2022-03-31", 350, "MET"),
        (2023, "2022-04-01", 300, "MET"),
        (2024, "2021-12-31", 400, "NOT_MET"),
        (2024, "2022-03-31", 340, "NOT_MET"),
        (2024, "2022-04-01", 300, "MET"),
        (2024, "2022-04-01", 299, "NOT_MET"),
        (2025, "2022-12-31", 400, "NOT_MET"),
        (2025, "2023-01-01", 300, "MET"),
        (2099, "2024-01-01", 400, "MANUAL_REVIEW"),
    ],
)
def test_oet_by_season(season, taken_on, writing, expected):
    application = {"pathway": 1, "season": season, "state": "in_review"}
    scores = {"taken_on": taken_on, "listening": 350, "reading": 350, "speaking": 350, "writing": writing}

    assert outcome({"pathway_applications": [application], "oet_sittings": [scores]}, "R-OET") == expected


def licensed(**changes: object) -> dict[str, Any]:
    """A document with one license for Pathway 1, season 2025."""
    licence = {"country": "IN", "unsupervised": True, "valid_from": "2015-01-01"} | changes
    return {"pathway_applications": [{"pathway": 1, "season": 2025, "state": "accepted", "licences": [licence]}]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "MET"),
        ({"valid_to": "2020-01-01"}, "MET"),
        ({"valid_to": "2019-12-31"}, "NOT_MET"),
        ({"training_only": True}, "NOT_MET"),
        ({"unsupervised": False}, "NOT_MET"),
        ({"disciplinary_action": True}, "NOT_MET"),
        ({"requirements_met": False}, "NOT_MET"),
        ({"valid_from": "2025-03-02"}, "NOT_MET"),
    ],
)
def test_licence_for_pathway_1(changes, expected):
    assert outcome(licensed(**changes), "R-PW-1") == expected


def test_who_may_use_pathway_1_must():
    licence = {"country": "IN", "unsupervised": True, "valid_from": "2015-01-01"}
    third = {"pathway": 3, "season": 2025, "state": "accepted", "school_attested": True}
    school = {"education": {"school": {"wfme_accredited": True}}}

    assert judged(school | {"pathway_applications": [third]}).outcome is Overall.ELIGIBLE
    assert outcome(school | {"pathway_applications": [third | {"licences": [licence]}]}, "R-PW-PREC") == "NOT_MET"
    expired = licence | {"valid_to": "2019-12-31"}
    assert outcome(school | {"pathway_applications": [third | {"licences": [expired]}]}, "R-PW-PREC") == "MET"


@pytest.mark.parametrize(("season", "as_of", "expected"), [(2025, DAY, "MET"), (2026, date(2026, 1, 10), "NOT_MET")])
def test_pathway_2_is_offered_until_2025(season, as_of, expected):
    school = {"osce_for_licensure": True, "country_has_recognized_accreditor": False}
    second = {"pathway": 2, "season": season, "state": "accepted", "school_attested": True, "osce_passed": True}

    document = {"education": {"school": school}, "pathway_applications": [second]}

    assert outcome(document, "R-PW-PREC", as_of) == expected


def test_unfinished_application_ends_with_its_season():
    waiting = {"pathway_applications": [{"pathway": 1, "season": 2025, "state": "awaiting_third_party"}]}

    assert outcome(waiting, "R-PW-CLOSE", date(2025, 5, 31)) == "PENDING"
    assert judged(waiting, date(2025, 5, 31)).trace("R-PW-CLOSE").complete_by == date(2025, 5, 31)
    assert outcome(waiting, "R-PW-CLOSE", date(2025, 6, 1)) == "NOT_MET"


CERTIFICATE = {"issued_on": "2024-05-20", "valid_through": "2025-12-31"}
TRAINING = {"started_on": "2024-07-01", "ended_on": "2025-06-30"}


@pytest.mark.parametrize(
    ("changes", "overall", "through", "permanent"),
    [
        ({"training": [TRAINING | {"j1_sponsored": True}]}, Overall.ELIGIBLE, INDEFINITE, "MET"),
        (
            {"training": [TRAINING | {"ended_on": "2025-06-29", "j1_sponsored": True}]},
            Overall.NOT_ELIGIBLE,
            date(2025, 12, 31),
            "PENDING",
        ),
        (
            {"training": [TRAINING | {"program": "other", "j1_sponsored": True}]},
            Overall.NOT_ELIGIBLE,
            date(2025, 12, 31),
            "PENDING",
        ),
        ({"certificate": CERTIFICATE | {"made_permanent_on": "2026-01-02"}}, Overall.ELIGIBLE, INDEFINITE, "MET"),
        (
            {"certificate": CERTIFICATE | {"made_permanent_on": "2026-01-03"}},
            Overall.NOT_ELIGIBLE,
            date(2025, 12, 31),
            "PENDING",
        ),
        ({"certificate": CERTIFICATE | {"valid_through": "2026-01-02"}}, Overall.ELIGIBLE, date(2026, 1, 2), "PENDING"),
        ({"certificate": CERTIFICATE | {"valid_through": None}}, Overall.ELIGIBLE, INDEFINITE, "N/A"),
        ({"certificate": CERTIFICATE | {"revoked_on": "2025-01-02"}}, Overall.NOT_ELIGIBLE, None, "N/A"),
    ],
)
def test_validity_of_a_certificate(changes, overall, through, permanent):
    verdict = judged({"certificate": CERTIFICATE} | changes, date(2026, 1, 2))

    assert (verdict.outcome, verdict.valid_through) == (overall, through)
    assert verdict.trace("R-CERT-5").outcome.value == permanent


def test_seven_years_do_not_touch_a_certificate():
    old = {"examinations": [sitting("step_1", "2010-01-01"), sitting("step_2_ck", "2019-01-01")]}

    assert judged(old).outcome is Overall.NOT_ELIGIBLE
    assert judged(old | {"certificate": {"issued_on": "2012-01-01", "valid_through": None}}).outcome is Overall.ELIGIBLE


@pytest.mark.parametrize(
    ("kind", "until", "overall", "blocked"),
    [
        ("withhold_certificate", "2025-03-01", Overall.HELD, False),
        ("withhold_certificate", "2025-02-28", Overall.ELIGIBLE, False),
        ("withhold_certificate", None, Overall.HELD, False),
        ("bar_from_exams", None, Overall.HELD, True),
    ],
)
def test_sanctions(kind, until, overall, blocked):
    case = {
        "opened_on": "2024-01-01",
        "closed_on": "2024-11-01",
        "finding": True,
        "sanctions": [{"kind": kind, "from_date": "2024-11-01", "until": until}],
    }

    verdict = judged({"irregular_cases": [case]})

    assert (verdict.outcome, verdict.registration_blocked) == (overall, blocked)
    assert verdict.trace("R-IRR-4").outcome.value == "MET"


def test_exception_keeps_an_old_pass():
    old = {"examinations": [sitting("step_1", "2016-01-01"), sitting("step_2_ck", "2024-01-01")]}
    granted = {"window_exceptions": [{"exam": "step_1", "new_end_date": "2024-06-01", "granted_on": "2025-03-01"}]}

    assert judged(old).outcome is Overall.NOT_ELIGIBLE
    assert judged(old | granted).outcome is Overall.ELIGIBLE
    assert judged(old | granted, DAY - timedelta(days=1)).outcome is Overall.NOT_ELIGIBLE


def test_titles_name_every_exam():
    assert {exam.value for exam in Exam} == set(EXAMS)
