"""Named people for every test: two physicians who are strangers to each other, and a member of staff."""

import pytest
from django.test import Client

from applicants.models import Applicant, User
from applicants.roles import Role
from portal.audit import actor_label
from tests.factories.applicants import ApplicantFactory, ContactInformationFactory, StaffFactory
from tests.support.sign_in import sign_in


@pytest.fixture
def applicant(db: None) -> Applicant:
    """Kofi Mensah with contact information, who owns what a test is about."""
    kofi = ApplicantFactory.create()
    ContactInformationFactory.create(applicant=kofi)
    return kofi


@pytest.fixture
def other_applicant(db: None) -> Applicant:
    """Ana Souza with contact information, a stranger to `applicant`."""
    ana = ApplicantFactory.create(family_name="Souza", given_names="Ana", time_zone="America/Sao_Paulo")
    ContactInformationFactory.create(applicant=ana, phone="+55 11 91234 5678", city="Recife", country="BR")
    return ana


@pytest.fixture
def staff_member(db: None) -> User:
    """Staff with every permission."""
    return StaffFactory.create()


def staff_in(role: Role) -> User:
    """Return the account of staff with `role`."""
    found = User.objects.filter(role=role, is_superuser=False).first()
    return found or StaffFactory.create(is_superuser=False, role=role)


def senior() -> str:
    """Return a senior reviewer as the audit log names one."""
    return actor_label(staff_in(Role.SENIOR_REVIEWER))


def reviewer() -> str:
    """Return a credential reviewer as the audit log names one."""
    return actor_label(staff_in(Role.CREDENTIAL_REVIEWER))


def browser_of(role: Role) -> Client:
    """Return a browser in which the member of staff with `role` is signed in."""
    client = Client()
    sign_in(client, staff_in(role))
    return client


@pytest.fixture
def applicant_client(applicant: Applicant) -> Client:
    """A browser in which `applicant` is signed in."""
    client = Client()
    sign_in(client, applicant.user)
    return client


@pytest.fixture
def staff_client(staff_member: User) -> Client:
    """A browser in which `staff_member` is signed in."""
    client = Client()
    sign_in(client, staff_member)
    return client
