"""Facts from the record, and the verdict on them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from certification.models import Credential, MedicalEducation
from certification.rules.facts import CredentialState, PathwayState, Result
from certification.rules.table_files import shipped_tables
from certification.rules.trace import INDEFINITE, Outcome, Overall
from certification.services.evaluation import evaluate_people, evaluate_person
from certification.services.person import person_facts
from certification.services.person.query import statement
from certification.states import CredentialKind, CredentialStatus, Examination
from payments.models import LedgerAccount
from payments.services import ledger
from tests.factories.applicants import ApplicantFactory, VerifiedNameFactory
from tests.factories.certification import (
    AnnotationFactory,
    CertificateFactory,
    CredentialFactory,
    CredentialStatusChangeFactory,
    DegreeTitleFactory,
    ExaminationResultFactory,
    HoldFactory,
    MedicalEducationFactory,
    PathwayAcceptanceFactory,
    SponsorNoteFactory,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 2, 1)


def with_record(applicant):
    """A record of everything that a person carries over from earlier systems, all in order."""
    education = MedicalEducationFactory.create(applicant=applicant)
    SponsorNoteFactory.create(school=education.school)
    DegreeTitleFactory.create(school=education.school, country="GH", title="MB ChB")
    DegreeTitleFactory.create(school=education.school, country="GH", title="MB ChB old", to_year=2000)
    PathwayAcceptanceFactory.create(applicant=applicant)
    ExaminationResultFactory.create(applicant=applicant, taken_on=date(2023, 2, 1), reported_on=date(2023, 3, 1))
    ExaminationResultFactory.create(
        applicant=applicant, examination=Examination.STEP_2_CK, taken_on=date(2024, 2, 1), reported_on=date(2024, 3, 1)
    )
    for kind in (CredentialKind.DIPLOMA, CredentialKind.TRANSCRIPT):
        credential = CredentialFactory.create(applicant=applicant, kind=kind)
        CredentialStatusChangeFactory.create(
            credential=credential, status=CredentialStatus.VERIFIED, on=date(2025, 5, 5)
        )
    return applicant


def test_empty_record_is_empty(applicant):
    facts = person_facts(applicant, DAY)

    assert (facts.application, facts.education, facts.diploma, facts.certificate) == (None, None, None, None)
    assert facts.identity.name == applicant.full_name
    assert evaluate_person(applicant, DAY).outcome is Overall.NOT_ELIGIBLE


def test_record_becomes_facts_in_two_queries(applicant):
    with_record(applicant)
    AnnotationFactory.create(applicant=applicant)
    HoldFactory.create(applicant=applicant)
    CertificateFactory.create(applicant=applicant, issued_on=date(2025, 6, 2), valid_through=date(2026, 12, 31))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        facts = person_facts(applicant, DAY)

    assert len(queries) == 2
    assert [(one.exam.value, one.result) for one in facts.examinations] == [
        ("step_1", Result.PASS),
        ("step_2_ck", Result.PASS),
    ]
    assert (facts.diploma.state, facts.diploma.verified_on) == (CredentialState.VERIFIED, date(2025, 5, 5))
    assert facts.diploma.name == applicant.full_name
    assert [(one.pathway, one.state, one.decided_elsewhere) for one in facts.pathway_applications] == [
        (3, PathwayState.ACCEPTED, True)
    ]
    assert facts.education.school.country == "GH"
    assert facts.education.accepted_titles == ("MB ChB",)
    assert facts.certificate.valid_through == date(2026, 12, 31)
    assert (len(facts.holds), len(facts.irregular_cases)) == (1, 1)


def test_verdict_on_a_record(applicant):
    with_record(applicant)

    verdict = evaluate_person(applicant, DAY)

    assert {one.rule_id for one in verdict.open_traces} == {"R-CRED-1"}
    assert (verdict.match_ready, verdict.registration_blocked) == (True, False)


def test_a_title_that_reviewers_accepted_counts_from_that_day_and_no_other_title_does(applicant):
    with_record(applicant)
    MedicalEducation.objects.update(degree_title="Medicinae Universae Doctor")
    diploma = Credential.objects.filter(kind=CredentialKind.DIPLOMA)
    accepted_on = date(2025, 5, 6)

    def outcome(as_of: date) -> Outcome:
        return evaluate_person(applicant, as_of).trace("R-CRED-4").outcome

    assert outcome(DAY) is Outcome.MANUAL_REVIEW
    diploma.update(read_degree_title="MEDICINAE  universae doctor", title_accepted_on=accepted_on)
    assert [outcome(accepted_on - timedelta(days=1)), outcome(accepted_on)] == [Outcome.MANUAL_REVIEW, Outcome.MET]
    assert evaluate_person(applicant, DAY).trace("R-CRED-4").reason.endswith("and accepted it.")
    diploma.update(read_degree_title="Doctor of Medicine")
    assert outcome(DAY) is Outcome.MANUAL_REVIEW


def test_certified_person_is_eligible_with_the_end_of_the_certificate(applicant):
    CertificateFactory.create(applicant=applicant)

    verdict = evaluate_person(applicant, DAY)

    assert (verdict.outcome, verdict.valid_through) == (Overall.ELIGIBLE, INDEFINITE)


def test_what_is_dated_later_is_not_known_yet(applicant):
    with_record(applicant)
    before = date(2025, 1, 1)

    facts = person_facts(applicant, before)

    assert facts.diploma.state is not CredentialState.VERIFIED
    assert {"R-CLIN-1", "R-PSV-1", "R-PSV-2"} <= {one.rule_id for one in evaluate_person(applicant, before).open_traces}


def test_hold_by_day(applicant):
    CertificateFactory.create(applicant=applicant)
    HoldFactory.create(applicant=applicant, placed_at=datetime(2026, 1, 10, 3, tzinfo=UTC))

    assert evaluate_person(applicant, date(2026, 1, 8)).outcome is Overall.ELIGIBLE
    # Three o'clock in universal time is still the evening before in Philadelphia.
    assert evaluate_person(applicant, date(2026, 1, 9)).outcome is Overall.HELD


@pytest.mark.parametrize(("verified", "expected"), [(False, "PENDING"), (True, "MET")])
def test_other_name_on_the_diploma_needs_proof(applicant, verified, expected):
    with_record(applicant)
    Credential.objects.filter(kind=CredentialKind.DIPLOMA).update(read_name="Kofi Boateng")
    if verified:
        VerifiedNameFactory.create(
            applicant=applicant, family_name="Boateng", given_names="Kofi", verified_on=date(2024, 1, 1)
        )

    assert evaluate_person(applicant, DAY).trace("R-CRED-9").outcome.value == expected


def test_many_people_in_as_many_queries_as_one():
    people = [with_record(person) for person in ApplicantFactory.create_batch(3)]

    with CaptureQueriesContext(connection) as queries:
        verdicts = evaluate_people([person.pk for person in people], DAY, shipped_tables())

    assert len(queries) == 2
    assert set(verdicts) == {person.pk for person in people}
    assert len({verdict.outcome for verdict in verdicts.values()}) == 1


def test_the_query_is_written_down_once_for_any_number_of_people():
    one, three = statement([7]), statement(iter([7, 8, 9]))

    assert one[0] is three[0]
    assert (one[1].count([7]), three[1].count([7, 8, 9])) == (1, 1)


def test_debt_holds_the_certificate(applicant):
    CertificateFactory.create(applicant=applicant)
    LedgerAccount.objects.create(name=ledger.receivable(applicant.pk), balance_cents=-12000, may_go_below_zero=True)

    verdict = evaluate_person(applicant, DAY)

    assert verdict.outcome is Overall.HELD
    assert "$120.00" in verdict.trace("R-HOLD-1").reason
