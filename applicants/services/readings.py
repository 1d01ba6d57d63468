"""What a reviewer reads in a document that shows who a person is, and what it must agree with."""

from dataclasses import dataclass
from datetime import date, datetime

from applicants.models import Applicant
from applicants.naming import is_same_name
from applicants.services.reviews import DecisionError, Judgment
from portal.eastern import eastern_date

NAME_CHECK, BIRTH_DATE_CHECK, DOCUMENT_CHECK = "name", "birth_date", "document"
ALL_CHECKS = (NAME_CHECK, BIRTH_DATE_CHECK, DOCUMENT_CHECK)


@dataclass(frozen=True)
class Reading(Judgment):
    """A judgment with what the document says.

    `takes_birth_date` says that its birth date goes on the record of somebody who was never checked; it is not saved.
    """

    family_name: str = ""
    given_names: str = ""
    birth_date: date | None = None
    expires_on: date | None = None
    takes_birth_date: bool = False

    def values(self) -> dict[str, object]:
        """Return the fields of the record with what was entered; unknown checks are left out."""
        return {
            **super().values(),
            "checks": [check for check in ALL_CHECKS if check in self.checks],
            "read_family_name": self.family_name,
            "read_given_names": self.given_names,
            "read_birth_date": self.birth_date,
            "read_expires_on": self.expires_on,
        }


def require_name(reading: Reading, name: tuple[str, str], *, whose: str) -> None:
    """Raise `DecisionError` unless the document's name is exactly `name` (R-APP-6)."""
    if not is_same_name((reading.family_name, reading.given_names), name):
        raise DecisionError("family_name", f"The name in the document differs from {whose}")


def require_birth_date(reading: Reading, applicant: Applicant) -> None:
    """Raise `DecisionError` unless the document's birth date is the one on record."""
    if reading.birth_date != applicant.birth_date:
        raise DecisionError("birth_date", "The birth date in the document differs from the record")


def require_unexpired(reading: Reading, *, at: datetime) -> None:
    """Raise `DecisionError` unless the document is good on the day it is checked (R-APP-6)."""
    if reading.expires_on is None or reading.expires_on < eastern_date(at):
        raise DecisionError("expires_on", "The passport is expired on the day of this check, or no expiry was entered")
