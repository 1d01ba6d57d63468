"""Smallest valid rows of certification."""

from datetime import UTC, date, datetime

import factory

from certification.models import (
    Annotation,
    Certificate,
    Credential,
    CredentialStatusChange,
    ExaminationResult,
    Hold,
    MedicalEducation,
    MedicalSchool,
    PathwayAcceptance,
    SponsorNote,
)
from certification.rules.words import plain_text
from certification.states import CredentialKind, CredentialStatus, Examination, HoldKind
from tests.factories.applicants import ApplicantFactory


class MedicalSchoolFactory(factory.django.DjangoModelFactory):
    """A fictional school without a sponsor note."""

    class Meta:
        model = MedicalSchool

    name = factory.Sequence(lambda number: f"Example Medical School {number}")
    city = "Accra"
    country = "GH"
    search_text = factory.LazyAttribute(lambda school: plain_text(f"{school.name} {school.city}"))


class SponsorNoteFactory(factory.django.DjangoModelFactory):
    """A note that covers every year from 2000 on."""

    class Meta:
        model = SponsorNote

    school = factory.SubFactory(MedicalSchoolFactory)
    from_year = 2000
    basis = "test"


class MedicalEducationFactory(factory.django.DjangoModelFactory):
    """A degree of 2015."""

    class Meta:
        model = MedicalEducation

    applicant = factory.SubFactory(ApplicantFactory)
    school = factory.SubFactory(MedicalSchoolFactory)
    school_name = factory.SelfAttribute("school.name")
    degree_title = "MB ChB"
    graduation_on = date(2015, 7, 10)
    degree_on = date(2015, 9, 1)


class ExaminationResultFactory(factory.django.DjangoModelFactory):
    """A pass of Step 1."""

    class Meta:
        model = ExaminationResult

    applicant = factory.SubFactory(ApplicantFactory)
    examination = Examination.STEP_1
    taken_on = date(2018, 2, 1)
    reported_on = date(2018, 3, 1)
    passed = True


class PathwayAcceptanceFactory(factory.django.DjangoModelFactory):
    """Pathway 3 of season 2025 (R-PW-VALID: to the end of 2026)."""

    class Meta:
        model = PathwayAcceptance

    applicant = factory.SubFactory(ApplicantFactory)
    pathway = 3
    season = 2025
    accepted_on = date(2025, 2, 3)
    oet_on = date(2024, 9, 14)
    valid_through = date(2026, 12, 31)


class CredentialFactory(factory.django.DjangoModelFactory):
    """A diploma of which nothing happened yet."""

    class Meta:
        model = Credential

    applicant = factory.SubFactory(ApplicantFactory)
    kind = CredentialKind.DIPLOMA
    issuer = "Example Medical School"


class CredentialStatusChangeFactory(factory.django.DjangoModelFactory):
    """A verification."""

    class Meta:
        model = CredentialStatusChange

    credential = factory.SubFactory(CredentialFactory)
    status = CredentialStatus.VERIFIED
    on = date(2019, 5, 6)


class CertificateFactory(factory.django.DjangoModelFactory):
    """A certificate for life."""

    class Meta:
        model = Certificate

    applicant = factory.SubFactory(ApplicantFactory)
    number = factory.Sequence(lambda number: f"C-{900_000 + number}")
    issued_on = date(2020, 6, 1)


class AnnotationFactory(factory.django.DjangoModelFactory):
    """A finding."""

    class Meta:
        model = Annotation

    applicant = factory.SubFactory(ApplicantFactory)
    text = "A finding of irregular behavior is on record."
    explanation = "The committee found in 2024 that a document had been altered."
    decided_on = date(2024, 11, 1)


class HoldFactory(factory.django.DjangoModelFactory):
    """An open hold that stops reports."""

    class Meta:
        model = Hold

    applicant = factory.SubFactory(ApplicantFactory)
    kind = HoldKind.STAFF
    stops_reports = True
    reason = "Identity is being checked"
    placed_at = datetime(2026, 1, 7, 14, tzinfo=UTC)
    placed_by = "user:1"
