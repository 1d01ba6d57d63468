"""Smallest valid licensing authority."""

from factory.declarations import LazyAttribute, Sequence
from factory.django import DjangoModelFactory

from cvs.models import LicensingAuthority
from cvs.states import AuthorityKind


class LicensingAuthorityFactory(DjangoModelFactory[LicensingAuthority]):
    """A state board that takes orders and receives reports by e-mail."""

    class Meta:
        model = LicensingAuthority

    code = Sequence(lambda number: f"US-X{number}")
    name = Sequence(lambda number: f"Example Medical Board {number}")
    kind = AuthorityKind.STATE
    jurisdiction = "Texas"
    line1 = "100 Example Street"
    city = "Austin"
    region = "TX"
    postal_code = "78700"
    country = "US"
    email = LazyAttribute(lambda authority: f"reports@{authority.code.lower()}.example")
