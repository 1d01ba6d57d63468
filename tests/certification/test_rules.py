"""What reports say is read from the engine: as of a day, whatever happens later."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certification.facts import CertificationAnswer
from certification.rules import credentials
from certification.rules.credentials import CredentialRecord
from certification.rules.eligibility import Eligibility, eligibility
from certification.rules.engine import evaluate
from certification.rules.facts import (
    Certificate,
    Exam,
    PathwayApplication,
    PathwayState,
    PersonFacts,
    Result,
    School,
    Sitting,
    SponsorNote,
    Training,
)
from certification.rules.requirements import requirements
from certification.rules.table_files import shipped_tables
from certification.rules.words import plain_text
from certification.states import CredentialKind, CredentialStatus, Examination

DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))
TABLES = shipped_tables()
BY_PATHWAY = Certificate(number="C-1", issued_on=date(2025, 3, 3), valid_through=date(2026, 12, 31))
STATUSES = ["Not received", "In progress", "Verified", "Refused"]


def accepted(accepted_on, valid_through, *, pathway=3, season=2025, oet_on=date(2024, 9, 14)):
    """A Pathway that was accepted before the portal kept the evidence."""
    return PathwayApplication(
        pathway=pathway,
        season=season,
        state=PathwayState.ACCEPTED,
        submitted_on=accepted_on,
        accepted_on=accepted_on,
        valid_through=valid_through,
        oet_on=oet_on,
        decided_elsewhere=True,
    )


ACCEPTANCE = accepted(date(2025, 2, 3), date(2026, 12, 31))


def passed(exam, taken_on, reported_on=None):
    return Sitting(exam=exam, taken_on=taken_on, reported_on=reported_on, result=Result.PASS)


def told(as_of, sittings=(), applications=(), certificate=None):
    """The requirements of a report on a person of whom no more is known."""
    facts = PersonFacts(examinations=tuple(sittings), pathway_applications=tuple(applications), certificate=certificate)
    return requirements(evaluate(facts, TABLES, as_of))


def judged(certificate, as_of, **known):
    return evaluate(PersonFacts(certificate=certificate, **known), TABLES, as_of)


@st.composite
def sittings(draw):
    taken_on = draw(DAYS)
    reported_on = taken_on + timedelta(days=draw(st.integers(0, 60)))
    return Sitting(
        exam=draw(st.sampled_from(Exam)),
        taken_on=taken_on,
        reported_on=reported_on,
        result=draw(st.sampled_from(Result)),
    )


@st.composite
def acceptances(draw):
    accepted_on = draw(DAYS)
    valid_through = accepted_on + timedelta(days=draw(st.integers(0, 900)))
    return accepted(accepted_on, valid_through, pathway=draw(st.integers(1, 6)), oet_on=accepted_on)


def test_words_of_the_rules_are_those_of_the_tables():
    assert {exam.value for exam in Exam} == set(Examination.values)
    assert {credentials.DIPLOMA, credentials.TRANSCRIPT, credentials.TRANSFER_TRANSCRIPT} == set(CredentialKind.labels)
    assert CredentialStatus.labels == STATUSES
    assert credentials.NOT_RECEIVED in STATUSES


@pytest.mark.parametrize(
    ("changes", "as_of", "expected"),
    [
        ({}, date(2025, 3, 2), CertificationAnswer.NO),
        ({}, date(2025, 3, 3), CertificationAnswer.YES),
        ({}, date(2026, 12, 31), CertificationAnswer.YES),
        ({}, date(2027, 1, 1), CertificationAnswer.EXPIRED),
        ({"valid_through": None}, date(2060, 1, 1), CertificationAnswer.YES),
        ({"made_permanent_on": date(2027, 5, 1)}, date(2027, 4, 30), CertificationAnswer.EXPIRED),
        ({"made_permanent_on": date(2027, 5, 1)}, date(2027, 5, 1), CertificationAnswer.YES),
        ({"revoked_on": date(2026, 6, 1)}, date(2026, 5, 31), CertificationAnswer.YES),
        ({"revoked_on": date(2026, 6, 1)}, date(2026, 6, 1), CertificationAnswer.REVOKED),
        ({"revoked_on": date(2026, 6, 1)}, date(2027, 1, 1), CertificationAnswer.REVOKED),
    ],
)
def test_answer_holds_from_its_day_on(changes, as_of, expected):
    assert judged(replace(BY_PATHWAY, **changes), as_of).answer is expected


def test_nobody_without_certificate_is_certified():
    verdict = judged(None, date(2026, 1, 1))

    assert (verdict.answer, verdict.certificate) == (CertificationAnswer.NO, None)


def test_permanent_certificate_has_no_end_from_that_day_on():
    certificate = replace(BY_PATHWAY, made_permanent_on=date(2026, 5, 1))

    ends = [judged(certificate, date(2026, *day)).certificate.valid_through for day in ((4, 30), (5, 1))]

    assert ends == [date(2026, 12, 31), None]


def test_training_of_a_sponsored_physician_makes_the_certificate_permanent_on_reports_too():
    """R-CERT-6: the report used to say "expired" here, while the engine said "valid indefinitely"."""
    training = (Training(started_on=date(2025, 7, 1), j1_sponsored=True),)

    before = judged(BY_PATHWAY, date(2026, 6, 29), training=training)
    after = judged(BY_PATHWAY, date(2027, 7, 1), training=training)

    assert before.certificate.valid_through == date(2026, 12, 31)
    assert (after.answer, after.certificate.valid_through) == (CertificationAnswer.YES, None)


def test_end_of_a_revoked_certificate_is_told():
    verdict = judged(replace(BY_PATHWAY, revoked_on=date(2026, 6, 1)), date(2027, 1, 1))

    assert verdict.valid_through is None
    assert verdict.certificate.valid_through == date(2026, 12, 31)


def test_expired_pathway_no_longer_meets_the_requirement_without_a_certificate():
    _, _, clinical, communication = told(date(2027, 1, 1), applications=[ACCEPTANCE])

    assert (clinical.met, clinical.how, communication.met) == (False, "", False)


@pytest.mark.parametrize("revoked_on", [None, date(2026, 6, 1)])
def test_pathway_of_an_issued_certificate_stays_met(revoked_on):
    certificate = replace(BY_PATHWAY, revoked_on=revoked_on)

    _, _, clinical, communication = told(date(2027, 1, 1), applications=[ACCEPTANCE], certificate=certificate)

    assert (clinical.met, clinical.on, clinical.how) == (True, date(2025, 2, 3), "Pathway 3, season 2025")
    assert (communication.met, communication.on, communication.how) == (True, date(2024, 9, 14), "OET Medicine")


def test_what_a_certificate_rests_on_is_met_where_nothing_else_is_on_record():
    """The report used to say "certified" and "Step 1: not met" of certificates that were carried over."""
    requirements_told = told(date(2026, 1, 1), certificate=BY_PATHWAY)

    assert [(one.met, one.on, one.how) for one in requirements_told] == [(True, None, "")] * 4


def test_step_2_cs_meets_both_skills():
    steps = [passed(exam, date(2019, 8, 1), date(2019, 9, 1)) for exam in Exam]

    _, _, clinical, communication = told(date(2026, 1, 1), steps)

    assert (clinical.how, clinical.on) == ("Step 2 CS", date(2019, 8, 1))
    assert (communication.how, communication.on) == ("Step 2 CS", date(2019, 8, 1))


def test_failed_step_2_cs_leaves_only_pathway_6():
    """R-CLIN-2: the report used to count any Pathway that was accepted."""
    failed = Sitting(exam=Exam.STEP_2_CS, taken_on=date(2018, 5, 1), result=Result.FAIL)

    met = [told(date(2026, 1, 1), [failed], [replace(ACCEPTANCE, pathway=pathway)])[2].met for pathway in (3, 6)]

    assert met == [False, True]


def test_result_counts_from_the_day_it_is_reported():
    known = [passed(Exam.STEP_1, date(2024, 3, 1), date(2024, 4, 1))]

    days = [told(day, known)[0].on for day in (date(2024, 3, 31), date(2024, 4, 1))]

    assert days == [None, date(2024, 3, 1)]


def test_pass_that_no_longer_counts_is_told_only_of_the_certified():
    steps = [passed(Exam.STEP_1, date(2017, 1, 1)), passed(Exam.STEP_2_CK, date(2024, 2, 1))]
    certificate = replace(BY_PATHWAY, issued_on=date(2024, 6, 1))

    step_1, step_2_ck, _, _ = told(date(2026, 1, 1), steps)
    certified = told(date(2026, 1, 1), steps, certificate=certificate)

    assert (step_1.met, step_1.on, step_2_ck.met) == (False, None, True)
    assert [(one.met, one.on) for one in certified[:2]] == [(True, date(2017, 1, 1)), (True, date(2024, 2, 1))]


def test_failures_are_never_told():
    failed = Sitting(exam=Exam.STEP_1, taken_on=date(2020, 1, 1), result=Result.FAIL)
    steps = [passed(Exam.STEP_1, date(2021, 1, 1))]

    assert told(date(2026, 1, 1), [failed, *steps]) == told(date(2026, 1, 1), steps)


def test_every_kind_of_credential_is_named_when_nothing_is_on_record():
    facts = credentials.statements([], "Example Medical School", date(2026, 1, 1))

    assert [(fact.kind, fact.issuer, fact.status, fact.on) for fact in facts] == [
        ("Final medical diploma", "Example Medical School", "Not received", None),
        ("Final transcript", "Example Medical School", "Not received", None),
        ("Transfer transcript", "", "Not applicable", None),
    ]


def test_last_status_of_a_day_counts():
    day = date(2025, 1, 1)
    diploma = CredentialRecord(credentials.DIPLOMA, "School", ((day, "In progress"), (day, "Verified")))

    facts = credentials.statements([diploma], "School", day)

    assert (facts[0].status, facts[0].on) == ("Verified", day)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(sittings(), max_size=6),
    st.lists(acceptances(), max_size=3),
    st.none() | DAYS,
    DAYS,
    sittings(),
    acceptances(),
)
def test_later_results_and_acceptances_change_no_earlier_answer(
    known, applications, certified_on, as_of, sitting, acceptance
):
    certificate = Certificate(issued_on=certified_on, valid_through=None) if certified_on else None
    before = told(as_of, known, applications, certificate)
    later = as_of + timedelta(days=1)

    after = told(
        as_of,
        [*known, replace(sitting, reported_on=max(later, sitting.known_on))],
        [
            *applications,
            replace(acceptance, submitted_on=later, accepted_on=later, valid_through=later + timedelta(days=400)),
        ],
        certificate,
    )

    assert after == before


@given(st.lists(st.tuples(DAYS, st.sampled_from(STATUSES))), DAYS, st.sampled_from(STATUSES), st.integers(1, 900))
def test_later_status_changes_no_earlier_answer(statuses, as_of, status, days):
    later = (as_of + timedelta(days=days), status)
    before = credentials.statements([CredentialRecord(credentials.DIPLOMA, "S", tuple(statuses))], "S", as_of)

    after = credentials.statements(
        [
            CredentialRecord(credentials.DIPLOMA, "S", (later, *statuses)),
            CredentialRecord(credentials.TRANSFER_TRANSCRIPT, "T", (later,)),
        ],
        "S",
        as_of,
    )

    assert after == before


@settings(deadline=None)
@given(DAYS, st.none() | DAYS, DAYS, st.integers(1, 900))
def test_later_revocation_or_permanence_changes_no_earlier_answer(issued_on, valid_through, as_of, days):
    plain = Certificate(number="C-1", issued_on=issued_on, valid_through=valid_through)
    later = as_of + timedelta(days=days)

    before = judged(plain, as_of)
    after = judged(replace(plain, made_permanent_on=later, revoked_on=later), as_of)

    assert (after.answer, after.certificate) == (before.answer, before.certificate)


@pytest.mark.parametrize(
    ("country", "notes", "year", "expected"),
    [
        ("NG", [(1968, None)], 2021, Eligibility.ELIGIBLE),
        ("NG", [(1968, None)], 1968, Eligibility.ELIGIBLE),
        ("NG", [(1968, None)], 1967, Eligibility.YEAR_NOT_COVERED),
        ("RU", [(1953, 1994)], 1994, Eligibility.ELIGIBLE),
        ("RU", [(1953, 1994)], 1995, Eligibility.YEAR_NOT_COVERED),
        ("RU", [(1953, 1994), (2000, None)], 1997, Eligibility.YEAR_NOT_COVERED),
        ("NG", [], 2021, Eligibility.NO_NOTE),
        ("CA", [(2025, None)], 2024, Eligibility.CANADA_BEFORE),
        ("CA", [(2025, None)], 2025, Eligibility.DEPENDS_ON_DAY),
        ("CA", [(2025, None)], 2026, Eligibility.ELIGIBLE),
        ("US", [(1953, None)], 2021, Eligibility.UNITED_STATES),
    ],
)
def test_eligibility_of_a_graduation_year(country, notes, year, expected):
    ranges = tuple(SponsorNote(from_year=first, to_year=last) for first, last in notes)
    school = School(country=country, in_directory=True, sponsor_notes=ranges)

    assert eligibility(school, year, None, TABLES, date(2026, 1, 1)) is expected


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("São Paulo", "sao paulo"), ("St. George's", "st georges"), ("ŁÓDŹ", "lodz"), ("King-Edward", "king edward")],
)
def test_words_lose_accents_case_and_punctuation(typed, plain):
    assert plain_text(typed) == plain
