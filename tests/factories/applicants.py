"""Smallest valid people. Values are fictional and addresses are under reserved domains."""

from datetime import UTC, date, datetime

from django.contrib.auth.hashers import make_password
from factory.declarations import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from applicants.models import Applicant, ContactInformation, User, VerifiedName

RECORDED_AT = datetime(2026, 1, 5, 15, tzinfo=UTC)
PASSWORD = "a long password for tests"
# Hashed once: the hash costs time on purpose.
_HASH = make_password(PASSWORD)


class UserFactory(DjangoModelFactory[User]):
    """An account that signs in with its identification number and `PASSWORD`."""

    class Meta:
        model = User

    username = Sequence(lambda number: f"{10_000_000 + number:08d}")
    email = LazyAttribute(lambda user: f"doctor{user.username[-4:]}@example.org")
    password = _HASH


class StaffFactory(UserFactory):
    """An account of staff with every permission, without an applicant record."""

    username = Sequence(lambda number: f"staff{number}@portal.example")
    email = LazyAttribute(lambda user: user.username)
    is_staff = True
    is_superuser = True


class ApplicantFactory(DjangoModelFactory[Applicant]):
    """A physician with a name and a birth date, and nothing else on record."""

    class Meta:
        model = Applicant

    identification_number = Sequence(lambda number: f"{10_000_000 + number:08d}")
    user = SubFactory(UserFactory, username=SelfAttribute("..identification_number"))
    family_name = "Mensah"
    given_names = "Kofi"
    birth_date = date(1990, 3, 14)
    time_zone = "Africa/Accra"
    created_at = RECORDED_AT


class VerifiedNameFactory(DjangoModelFactory[VerifiedName]):
    """Another name of a person."""

    class Meta:
        model = VerifiedName

    applicant = SubFactory(ApplicantFactory)
    family_name = "Boateng"
    given_names = "Kofi"
    verified_on = date(2025, 6, 1)


class ContactInformationFactory(DjangoModelFactory[ContactInformation]):
    """The contact information in force."""

    class Meta:
        model = ContactInformation

    applicant = SubFactory(ApplicantFactory)
    email = SelfAttribute("applicant.user.email")
    phone = "+233 20 123 4567"
    line1 = "20 Example Road"
    city = "Accra"
    country = "GH"
    recorded_at = RECORDED_AT
    recorded_by = "import"
