"""Smallest valid people. Values are fictional and addresses are under reserved domains."""

from datetime import UTC, date, datetime

from django.utils import timezone
from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from applicants.models import (
    Applicant,
    BirthDateCorrection,
    ContactInformation,
    IdentityCheck,
    NameRequest,
    Registration,
    User,
    VerifiedName,
)
from applicants.roles import Role
from applicants.states import (
    BirthDateState,
    IdentityModel,
    IdentityState,
    NameReason,
    NameRequestKind,
    NameRequestState,
)
from tests.support.passwords import QuickArgon2Hasher


def unexpired() -> date:
    """Return a day on which a good passport of these tests expires: years after any day on which they run."""
    return date(timezone.now().year + 5, 5, 1)


RECORDED_AT = datetime(2026, 1, 5, 15, tzinfo=UTC)
PASSWORD = "a long password for tests"
# Hashed once, for all accounts.
_HASHER = QuickArgon2Hasher()
_HASH = _HASHER.encode(PASSWORD, _HASHER.salt())


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
    role = LazyAttribute(lambda user: Role.ADMINISTRATOR if user.is_superuser else Role.EDITOR)


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
    identity_checked_on = date(2026, 1, 5)


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


class IdentityCheckFactory(DjangoModelFactory[IdentityCheck]):
    """A passport that waits for a reviewer."""

    class Meta:
        model = IdentityCheck

    applicant = SubFactory(ApplicantFactory, identity_checked_on=None)
    kind = IdentityModel.PASSPORT
    state = IdentityState.SUBMITTED
    family_name = SelfAttribute("applicant.family_name")
    given_names = SelfAttribute("applicant.given_names")
    passport_number = Sequence(lambda number: f"G{1_000_000 + number}")
    issuing_country = "GH"
    expires_on = LazyFunction(unexpired)
    created_at = RECORDED_AT
    submitted_at = RECORDED_AT


class RegistrationFactory(DjangoModelFactory[Registration]):
    """A registration with every answer, as its person sent it."""

    class Meta:
        model = Registration

    had_number = "no"
    family_name = "Mensah"
    given_names = "Kofi Kwame"
    birth_date = date(1994, 3, 7)
    birth_country = "GH"
    citizenship = "GH"
    school_name = "University of Accra Medical School"
    school_country = "GH"
    email = Sequence(lambda number: f"new-doctor-{number}@example.org")
    email_confirmed_at = RECORDED_AT
    password = "!"
    agreed_at = RECORDED_AT
    created_at = RECORDED_AT
    changed_at = LazyFunction(timezone.now)
    submitted_at = RECORDED_AT


class NameRequestFactory(DjangoModelFactory[NameRequest]):
    """A wish for another name of record that waits for a reviewer."""

    class Meta:
        model = NameRequest

    applicant = SubFactory(ApplicantFactory)
    kind = NameRequestKind.CHANGE
    state = NameRequestState.REQUESTED
    family_name = "Boateng"
    given_names = "Kofi"
    reason = NameReason.MARRIAGE
    submitted_at = RECORDED_AT


class BirthDateCorrectionFactory(DjangoModelFactory[BirthDateCorrection]):
    """A correction of a checked birth date that waits for a reviewer."""

    class Meta:
        model = BirthDateCorrection

    applicant = SubFactory(ApplicantFactory)
    state = BirthDateState.REQUESTED
    family_name = SelfAttribute("applicant.family_name")
    given_names = SelfAttribute("applicant.given_names")
    birth_date = date(1990, 4, 13)
    explanation = "Day and month were exchanged"
    submitted_at = RECORDED_AT
