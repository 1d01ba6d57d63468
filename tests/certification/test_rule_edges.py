"""Edges of single rules."""

from datetime import date, timedelta
from typing import Any

import pytest

from certification.rules.facts import Exam
from certification.rules.trace import INDEFINITE, Overall
from tests.support.verdicts import DAY, judged, outcome, sitting

EXAMS = ("step_1", "step_2_ck", "step_2_cs")


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


COMBINED = "Physician, Surgeon and Homeopath"


@pytest.mark.parametrize(
    ("title", "accepted", "excluded", "expected"),
    [
        (COMBINED, [COMBINED], [], "MET"),
        ("PHYSICIAN, surgeon  and homeopath", [COMBINED], [], "MET"),
        (COMBINED, ["Physician and Surgeon"], [], "NOT_MET"),
        ("Homeopath", [COMBINED], [], "NOT_MET"),
        (COMBINED, [COMBINED], [COMBINED], "NOT_MET"),
    ],
)
def test_a_title_of_the_guide_is_no_excluded_award_for_its_words(title, accepted, excluded, expected):
    known = {"degree_title": title, "accepted_titles": accepted, "excluded_titles": excluded}

    assert outcome({"education": known}, "R-CRED-5") == expected


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


@pytest.mark.parametrize(
    ("state", "complete_on", "expected"),
    [
        ("awaiting_third_party", "2025-05-31", "MET"),
        ("awaiting_third_party", "2025-06-01", "NOT_MET"),
        ("closed_with_season", "2025-05-30", "NOT_MET"),
        # The payment was returned meanwhile.
        ("submitted", "2025-05-30", "NOT_MET"),
        ("rejected", "2025-05-30", "N/A"),
    ],
)
def test_application_that_was_complete_once_was_in_time(state, complete_on, expected):
    once = {"pathway": 1, "season": 2025, "state": state, "complete_on": complete_on}

    assert outcome({"pathway_applications": [once]}, "R-PW-CLOSE", date(2025, 6, 1)) == expected
    assert outcome({"pathway_applications": [once]}, "R-PW-CLOSE", date(2025, 5, 29)) != "MET"


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
