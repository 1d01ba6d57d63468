"""Certificates as this portal issues them, for tests of what comes afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from applicants.models import Applicant
from certification.models import Certificate, DegreeTitle
from certification.rules.facts import PersonFacts
from certification.services import evaluation
from certification.services.certificates import records
from certification.services.certificates.records import Deciders
from certification.services.person import people_facts
from certification.states import CertificateChangeKind, CredentialKind, CredentialStatus, Examination
from tests.factories.certification import (
    CredentialFactory,
    CredentialStatusChangeFactory,
    DegreeTitleFactory,
    ExaminationResultFactory,
    IssueDecisionFactory,
    MedicalEducationFactory,
    PathwayAcceptanceFactory,
    SponsorNoteFactory,
)

ISSUED_AT = datetime(2026, 2, 2, 15, tzinfo=UTC)


def issued(applicant: Applicant, *, valid_through: date | None = date(2026, 12, 31)) -> Certificate:
    """Return a certificate with its decision and the note of its issue, of February 2, 2026."""
    certificate = Certificate.objects.create(
        applicant=applicant,
        number=records.next_number(),
        issued_on=ISSUED_AT.date(),
        valid_through=valid_through,
        decision=IssueDecisionFactory.create(applicant=applicant),
    )
    kind, two = CertificateChangeKind.ISSUED, Deciders(first="user:1", second="user:2")
    records.add_change(certificate, kind, reason="All requirements are met", deciders=two, at=ISSUED_AT)
    return certificate


def with_everything_met(applicant: Applicant, *, passed_on: date = date(2024, 2, 1)) -> Applicant:
    """Return the person with a record of everything that certification asks for; the Pathway is of season 2026."""
    education = MedicalEducationFactory.create(applicant=applicant)
    SponsorNoteFactory.create(school=education.school)
    if not DegreeTitle.objects.exists():
        DegreeTitleFactory.create()
    PathwayAcceptanceFactory.create(
        applicant=applicant, season=2026, accepted_on=date(2026, 1, 20), valid_through=date(2027, 12, 31)
    )
    for examination in (Examination.STEP_1, Examination.STEP_2_CK):
        ExaminationResultFactory.create(
            applicant=applicant, examination=examination, taken_on=passed_on, reported_on=date(2024, 3, 1)
        )
    for kind in (CredentialKind.DIPLOMA, CredentialKind.TRANSCRIPT):
        credential = CredentialFactory.create(applicant=applicant, kind=kind)
        CredentialStatusChangeFactory.create(
            credential=credential, status=CredentialStatus.VERIFIED, on=date(2025, 5, 5)
        )
    return applicant


@pytest.fixture
def enough_credit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five credit years for everybody: they come with the Application for Certification, which these tests leave out."""

    def with_credit(applicant_ids: Iterable[int], as_of: date, *, as_told: bool = False) -> Mapping[int, PersonFacts]:
        found = people_facts(applicant_ids, as_of, as_told=as_told)
        return {key: _credited(facts) for key, facts in found.items()}

    def one_with_credit(applicant: Applicant, as_of: date, *, as_told: bool = False) -> PersonFacts:
        return with_credit([applicant.pk], as_of, as_told=as_told)[applicant.pk]

    monkeypatch.setattr(evaluation, "people_facts", with_credit)
    monkeypatch.setattr(evaluation, "person_facts", one_with_credit)


def _credited(facts: PersonFacts) -> PersonFacts:
    if facts.education is None:
        return facts
    return replace(facts, education=replace(facts.education, credit_years=Decimal(5)))
