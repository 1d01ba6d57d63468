"""Smallest valid people. Values are fictional and addresses are under reserved domains."""

from datetime import UTC, date, datetime

import factory
from django.contrib.auth.hashers import make_password

from applicants.models import Applicant, ContactInformation, User, VerifiedName

RECORDED_AT = datetime(2026, 1, 5, 15, tzinfo=UTC)
PASSWORD = "a long password for tests"
# Hashed once: the hash costs time on purpose.
_HASH = make_password(PASSWORD)


class UserFactory(factory.django.DjangoModelFactory):
    """An account that signs in with its identification number and `PASSWORD`."""

    class Meta:
        model = User

    username = factory.Sequence(lambda number: f"{10_000_000 + number:08d}")
    email = factory.LazyAttribute(lambda user: f"doctor{user.username[-4:]}@example.org")
    password = _HASH


class StaffFactory(UserFactory):
    """An account of staff with every permission, without an applicant record."""

    username = factory.Sequence(lambda number: f"staff{number}@portal.example")
    email = factory.SelfAttribute("username")
    is_staff = True
    is_superuser = True


class ApplicantFactory(factory.django.DjangoModelFactory):
    """A physician with a name and a birth date, and nothing else on record."""

    class Meta:
        model = Applicant

    identification_number = factory.Sequence(lambda number: f"{10_000_000 + number:08d}")
    user = factory.SubFactory(UserFactory, username=factory.SelfAttribute("..identification_number"))
    family_name = "Mensah"
    given_names = "Kofi"
    birth_date = date(1990, 3, 14)
    time_zone = "Africa/Accra"
    created_at = RECORDED_AT


class VerifiedNameFactory(factory.django.DjangoModelFactory):
    """Another name of a person."""

    class Meta:
        model = VerifiedName

    applicant = factory.SubFactory(ApplicantFactory)
    family_name = "Boateng"
    given_names = "Kofi"
    verified_on = date(2025, 6, 1)


class ContactInformationFactory(factory.django.DjangoModelFactory):
    """The contact information in force."""

    class Meta:
        model = ContactInformation

    applicant = factory.SubFactory(ApplicantFactory)
    email = factory.SelfAttribute("applicant.user.email")
    phone = "+233 20 123 4567"
    line1 = "20 Example Road"
    city = "Accra"
    country = "GH"
    recorded_at = RECORDED_AT
    recorded_by = "import"
