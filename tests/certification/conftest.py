"""What tests of certification share: a till that remembers, and named members of staff."""

from collections.abc import Iterator

import pytest

from applicants import purchases
from applicants.models import User
from applicants.roles import Role
from tests.certification.pathway_scenes import Till
from tests.people import staff_in


@pytest.fixture
def till(db: None) -> Iterator[Till]:
    """A till for one test."""
    before, one = purchases.till(), Till()
    purchases.use(one)
    yield one
    purchases.use(before)


@pytest.fixture
def reviewer(db: None) -> User:
    """A credential reviewer."""
    return staff_in(Role.CREDENTIAL_REVIEWER)


@pytest.fixture
def senior(db: None) -> User:
    """A senior reviewer."""
    return staff_in(Role.SENIOR_REVIEWER)


@pytest.fixture
def committee(db: None) -> User:
    """A member of the review committee."""
    return staff_in(Role.COMMITTEE)
