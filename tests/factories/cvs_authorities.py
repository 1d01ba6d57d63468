"""Smallest valid licensing authority."""

import factory

from cvs.models import LicensingAuthority
from cvs.states import AuthorityKind


class LicensingAuthorityFactory(factory.django.DjangoModelFactory):
    """A state board that takes orders and receives reports by e-mail."""

    class Meta:
        model = LicensingAuthority

    code = factory.Sequence(lambda number: f"US-X{number}")
    name = factory.Sequence(lambda number: f"Example Medical Board {number}")
    kind = AuthorityKind.STATE
    jurisdiction = "Texas"
    line1 = "100 Example Street"
    city = "Austin"
    region = "TX"
    postal_code = "78700"
    country = "US"
    email = factory.LazyAttribute(lambda authority: f"reports@{authority.code.lower()}.example")
