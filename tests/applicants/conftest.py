"""Fixtures of every test of people."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_limits_yet() -> None:
    """Let each test count its tries from nought."""
    cache.clear()
