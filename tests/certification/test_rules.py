"""The rules: as of a day, whatever happens later."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.facts import CertificationAnswer
from certification.rules import certificates, credentials, record, requirements
from certification.rules.eligibility import Eligibility, Years, eligibility
from certification.rules.record import Acceptance, CertificateRecord, CredentialRecord, Sitting
from certification.rules.words import plain_text
from certification.states import CredentialKind, CredentialStatus, Examination

DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))
BY_PATHWAY = CertificateRecord("C-1", date(2025, 3, 3), date(2026, 12, 31), None, None)
ACCEPTANCE = Acceptance(3, 2025, date(2025, 2, 3), date(2024, 9, 14), date(2026, 12, 31))
EXAMINATIONS = st.sampled_from([record.STEP_1, record.STEP_2_CK, record.STEP_2_CS])
STATUSES = ["Not received", "In progress", "Verified", "Refused"]


@st.composite
def sittings(draw):
    taken_on = draw(DAYS)
    reported_on = taken_on + timedelta(days=draw(st.integers(0, 60)))
    return Sitting(draw(EXAMINATIONS), taken_on, reported_on, draw(st.booleans()))


@st.composite
def acceptances(draw):
    accepted_on = draw(DAYS)
    valid_through = accepted_on + timedelta(days=draw(st.integers(0, 900)))
    return Acceptance(draw(st.integers(1, 6)), accepted_on.year, accepted_on, accepted_on, valid_through)


def test_words_of_the_rules_are_those_of_the_tables():
    assert {record.STEP_1, record.STEP_2_CK, record.STEP_2_CS} == set(Examination.values)
    assert {record.DIPLOMA, record.TRANSCRIPT, record.TRANSFER_TRANSCRIPT} == set(CredentialKind.labels)
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
    assert certificates.answer(replace(BY_PATHWAY, **changes), as_of) is expected


def test_nobody_without_certificate_is_certified():
    assert certificates.answer(None, date(2026, 1, 1)) is CertificationAnswer.NO
    assert certificates.fact(None, date(2026, 1, 1)) is None


def test_permanent_certificate_has_no_end_from_that_day_on():
    certificate = replace(BY_PATHWAY, made_permanent_on=date(2026, 5, 1))

    assert certificates.valid_through(certificate, date(2026, 4, 30)) == date(2026, 12, 31)
    assert certificates.valid_through(certificate, date(2026, 5, 1)) is None


def test_expired_pathway_no_longer_meets_the_requirement_without_a_certificate():
    _, _, clinical, communication = requirements.requirements([], [ACCEPTANCE], None, date(2027, 1, 1))

    assert (clinical.met, clinical.how, communication.met) == (False, "", False)


def test_pathway_of_an_issued_certificate_stays_met():
    issued_on = BY_PATHWAY.issued_on

    _, _, clinical, communication = requirements.requirements([], [ACCEPTANCE], issued_on, date(2027, 1, 1))

    assert (clinical.met, clinical.on, clinical.how) == (True, date(2025, 2, 3), "Pathway 3, season 2025")
    assert (communication.met, communication.on, communication.how) == (True, date(2024, 9, 14), "OET Medicine")


def test_step_2_cs_meets_both_skills():
    passed = Sitting(record.STEP_2_CS, date(2019, 8, 1), date(2019, 9, 1), True)

    _, _, clinical, communication = requirements.requirements([passed], [], None, date(2026, 1, 1))

    assert (clinical.how, clinical.on) == ("Step 2 CS", date(2019, 8, 1))
    assert (communication.how, communication.on) == ("Step 2 CS", date(2019, 8, 1))


def test_result_counts_from_the_day_it_is_reported():
    passed = Sitting(record.STEP_1, date(2024, 3, 1), date(2024, 4, 1), True)

    assert requirements.first_pass([passed], record.STEP_1, date(2024, 3, 31)) is None
    assert requirements.first_pass([passed], record.STEP_1, date(2024, 4, 1)) == date(2024, 3, 1)


def test_report_counts_the_passes_that_the_engine_counts():
    old = Sitting(record.STEP_1, date(2017, 1, 1), date(2017, 2, 1), True)
    later = Sitting(record.STEP_2_CK, date(2024, 2, 1), date(2024, 3, 1), True)

    step_1, step_2_ck, _, _ = requirements.requirements([old, later], [], None, date(2026, 1, 1))
    certified = requirements.requirements([old, later], [], date(2024, 6, 1), date(2026, 1, 1))

    assert (step_1.met, step_2_ck.met) == (False, True)
    assert [one.met for one in certified[:2]] == [True, True]


def test_failures_are_never_told():
    failed = Sitting(record.STEP_1, date(2020, 1, 1), date(2020, 2, 1), False)
    passed = Sitting(record.STEP_1, date(2021, 1, 1), date(2021, 2, 1), True)
    as_of = date(2026, 1, 1)

    told = requirements.requirements([failed, passed], [], None, as_of)

    assert told == requirements.requirements([passed], [], None, as_of)


def test_every_kind_of_credential_is_named_when_nothing_is_on_record():
    facts = credentials.statements([], "Example Medical School", date(2026, 1, 1))

    assert [(fact.kind, fact.issuer, fact.status, fact.on) for fact in facts] == [
        ("Final medical diploma", "Example Medical School", "Not received", None),
        ("Final transcript", "Example Medical School", "Not received", None),
        ("Transfer transcript", "", "Not applicable", None),
    ]


def test_last_status_of_a_day_counts():
    day = date(2025, 1, 1)
    diploma = CredentialRecord(record.DIPLOMA, "School", ((day, "In progress"), (day, "Verified")))

    facts = credentials.statements([diploma], "School", day)

    assert (facts[0].status, facts[0].on) == ("Verified", day)


@given(st.lists(sittings()), st.lists(acceptances()), st.none() | DAYS, DAYS, sittings(), acceptances())
def test_later_results_and_acceptances_change_no_earlier_answer(
    known, accepted, certified_on, as_of, sitting, acceptance
):
    before = requirements.requirements(known, accepted, certified_on, as_of)
    later = as_of + timedelta(days=1)

    after = requirements.requirements(
        [*known, replace(sitting, reported_on=max(later, sitting.reported_on))],
        [*accepted, replace(acceptance, accepted_on=later, valid_through=later + timedelta(days=400))],
        certified_on,
        as_of,
    )

    assert after == before


@given(st.lists(st.tuples(DAYS, st.sampled_from(STATUSES))), DAYS, st.sampled_from(STATUSES), st.integers(1, 900))
def test_later_status_changes_no_earlier_answer(statuses, as_of, status, days):
    later = (as_of + timedelta(days=days), status)
    before = credentials.statements([CredentialRecord(record.DIPLOMA, "S", tuple(statuses))], "S", as_of)

    after = credentials.statements(
        [
            CredentialRecord(record.DIPLOMA, "S", (later, *statuses)),
            CredentialRecord(record.TRANSFER_TRANSCRIPT, "T", (later,)),
        ],
        "S",
        as_of,
    )

    assert after == before


@given(DAYS, st.none() | DAYS, DAYS, st.integers(1, 900))
def test_later_revocation_or_permanence_changes_no_earlier_answer(issued_on, valid_through, as_of, days):
    plain = CertificateRecord("C-1", issued_on, valid_through, None, None)
    later = as_of + timedelta(days=days)

    changed = replace(plain, made_permanent_on=later, revoked_on=later)

    assert certificates.answer(changed, as_of) is certificates.answer(plain, as_of)
    assert certificates.fact(changed, as_of) == certificates.fact(plain, as_of)


@pytest.mark.parametrize(
    ("country", "notes", "year", "expected"),
    [
        ("NG", [Years(1968, None)], 2021, Eligibility.ELIGIBLE),
        ("NG", [Years(1968, None)], 1968, Eligibility.ELIGIBLE),
        ("NG", [Years(1968, None)], 1967, Eligibility.YEAR_NOT_COVERED),
        ("RU", [Years(1953, 1994)], 1994, Eligibility.ELIGIBLE),
        ("RU", [Years(1953, 1994)], 1995, Eligibility.YEAR_NOT_COVERED),
        ("RU", [Years(1953, 1994), Years(2000, None)], 1997, Eligibility.YEAR_NOT_COVERED),
        ("NG", [], 2021, Eligibility.NO_NOTE),
        ("CA", [Years(2025, None)], 2024, Eligibility.CANADA_BEFORE),
        ("CA", [Years(2025, None)], 2025, Eligibility.DEPENDS_ON_DAY),
        ("CA", [Years(2025, None)], 2026, Eligibility.ELIGIBLE),
        ("US", [Years(1953, None)], 2021, Eligibility.UNITED_STATES),
    ],
)
def test_eligibility_of_a_graduation_year(country, notes, year, expected):
    assert eligibility(country, notes, year) is expected


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("São Paulo", "sao paulo"), ("St. George's", "st georges"), ("ŁÓDŹ", "lodz"), ("King-Edward", "king edward")],
)
def test_words_lose_accents_case_and_punctuation(typed, plain):
    assert plain_text(typed) == plain
