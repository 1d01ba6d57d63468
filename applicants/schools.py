"""What people know of medical schools without knowing certification, which stands above them and hands it in.

`use` is called once, when the programs start; without it nothing is known.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol


class SchoolDirectory(Protocol):
    """Answers questions about medical schools."""

    def names_of(self, applicant_ids: Iterable[int]) -> Mapping[int, list[str]]:
        """Return the names of the schools on record for each of these people; people without one are left out."""

    def suggest(self, words: str, country: str) -> list[str]:
        """Return a few listed names that may be what `words` mean, those in `country` (ISO 3166 code) first."""


class NoDirectory:
    """Knows no school."""

    def names_of(self, applicant_ids: Iterable[int]) -> Mapping[int, list[str]]:
        """Return nothing."""
        return {}

    def suggest(self, words: str, country: str) -> list[str]:
        """Return nothing."""
        return []


_in_use: list[SchoolDirectory] = [NoDirectory()]


def use(directory: SchoolDirectory) -> None:
    """Answer with `directory` from now on."""
    _in_use[:] = [directory]


def directory() -> SchoolDirectory:
    """Return the directory in use."""
    return _in_use[0]
