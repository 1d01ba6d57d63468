"""What tests of reviews of credentials share: the school with its titles, reviewers, a careful reading, the page."""

from dataclasses import replace
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from applicants.models import Applicant, User
from applicants.roles import Role
from applicants.services import reviews
from certification.models import (
    Credential,
    DegreeTitle,
    MedicalEducation,
    MedicalSchool,
)
from certification.services.credentials import deciding
from certification.services.credentials.deciding import CHECKS, CredentialReading
from tests.certification.credential_scenes import (
    AT,
    ISSUER,
    TITLE,
    waiting,
)
from tests.people import staff_in
from tests.support.sign_in import sign_in


@pytest.fixture
def school(applicant: Applicant) -> MedicalSchool:
    """The applicant's school, of which one title is accepted from 2000 on and one never."""
    found = MedicalSchool.objects.create(
        code="GH0001", name=ISSUER, city="Accra", country="GH", search_text="example medical school accra"
    )
    MedicalEducation.objects.create(
        applicant=applicant,
        school=found,
        school_name=found.name,
        degree_title=TITLE,
        graduation_on=date(2018, 6, 1),
        degree_on=date(2018, 7, 1),
    )
    for title, reason in ((TITLE, ""), ("Doctor of Stomatology", "Stomatology only")):
        DegreeTitle.objects.create(
            school=found, country="GH", title=title, from_year=2000, excluded_reason=reason, basis="Test"
        )
    return found


@pytest.fixture
def reviewer(db: None) -> User:
    return staff_in(Role.CREDENTIAL_REVIEWER)


@pytest.fixture
def senior(db: None) -> User:
    return staff_in(Role.SENIOR_REVIEWER)


def reading(credential: Credential, **changes: object) -> CredentialReading:
    """What a careful reviewer reads in a good document."""
    good = CredentialReading(
        checks=tuple(CHECKS),
        name=credential.applicant.full_name,
        degree_title=TITLE,
        issued_on=date(2018, 7, 1),
        issuer=ISSUER,
        school_id=credential.school_id,
    )
    return replace(good, **changes)  # type: ignore[arg-type]  # names of its own fields


def taken(applicant: Applicant, who: User) -> Credential:
    credential = waiting(applicant)
    reviews.take(Credential, credential.pk, reviewer=who, at=AT)
    return Credential.objects.get(pk=credential.pk)


def state_of(credential: Credential) -> str:
    return Credential.objects.values_list("state", flat=True).get(pk=credential.pk)


def address(credential: Credential) -> str:
    return reverse("admin:certification_credential_change", args=[credential.pk])


def entered(act: str, credential: Credential, **changes: object) -> dict[str, object]:
    return {
        "act": act,
        "read_name": "Kofi Mensah",
        "read_degree_title": TITLE,
        "read_issued_on": "2018-07-01",
        "read_graduation_on": "2018-06-01",
        "read_issuer": ISSUER,
        "read_school": str(credential.school_id),
        "checks": list(deciding.needed_checks(credential)),
        **changes,
    }


def browser(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client
