"""What each kind of file is: its columns, what reads its rows, and whether rows that are on record already are faults."""

from collections.abc import Mapping
from dataclasses import dataclass

from certification.services.imports.reference import DegreeTitleResource, SponsorNoteResource
from certification.services.imports.resource import FileResource
from certification.services.imports.results import OetResource, UsmleResource
from certification.states.imports import ImportKind


@dataclass(frozen=True)
class Kind:
    """A kind of file. `about_people` says that its rows are results of people, who are told that one arrived."""

    resource: type[FileResource]
    about_people: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns, each of which a file must have."""
        return tuple(self.resource.COLUMNS)

    @property
    def optional(self) -> tuple[str, ...]:
        """Return the names of columns that a file may have besides."""
        return tuple(self.resource.OPTIONAL)


KINDS: Mapping[str, Kind] = {
    ImportKind.SPONSOR_NOTES: Kind(SponsorNoteResource, about_people=False),
    ImportKind.DEGREE_TITLES: Kind(DegreeTitleResource, about_people=False),
    ImportKind.USMLE_RESULTS: Kind(UsmleResource, about_people=True),
    ImportKind.OET_RESULTS: Kind(OetResource, about_people=True),
}
