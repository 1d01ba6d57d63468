"""People of medical schools, and requests to them."""

from datetime import UTC, date, datetime

from factory.declarations import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from certification.models import SchoolOfficial, VerificationRequest
from certification.states import VerificationPurpose
from tests.factories.applicants import UserFactory
from tests.factories.certification import CredentialFactory, MedicalSchoolFactory


class SchoolOfficialFactory(DjangoModelFactory[SchoolOfficial]):
    """The registrar of a school, without an account."""

    class Meta:
        model = SchoolOfficial

    school = SubFactory(MedicalSchoolFactory)
    name = "Ama Registrar"
    title = "Registrar"
    email = Sequence(lambda number: f"registrar{number}@school.example")
    listed_from = date(2020, 1, 1)


class VerificationRequestFactory(DjangoModelFactory[VerificationRequest]):
    """A request about a diploma that was not sent."""

    class Meta:
        model = VerificationRequest

    credential = SubFactory(CredentialFactory, state="submitted")
    applicant = SelfAttribute("credential.applicant")
    school = SubFactory(MedicalSchoolFactory)
    purpose = VerificationPurpose.CREDENTIAL
    prepared_at = datetime(2026, 3, 2, 15, tzinfo=UTC)


class OfficialUserFactory(UserFactory):
    """The account of an official, named by the address."""

    username = Sequence(lambda number: f"official{number}@school.example")
    email = LazyAttribute(lambda user: user.username)
