"""What people upload files for: one line each. Names of addresses are strings, as this floor knows no app."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from portal.models.uploads import MOST_A_DAY

# The office of a school sends the transcripts of a whole year in one day.
MOST_OF_A_SCHOOL_A_DAY = 200
# A copy of a passport is no longer needed once the person was recognized and could complain.
KEPT_FOR_IDENTITY = timedelta(days=365)


@dataclass(frozen=True)
class Purpose:
    """What a file is to the person: a `label`, and the name of the address where they go on afterwards.

    `kept` counts from the check; None keeps the file as long as the record it belongs to. `most_a_day` is how many files
    one person may send in 24 hours.
    """

    label: str
    continue_to: str
    kept: timedelta | None
    most_a_day: int = MOST_A_DAY


PURPOSES: Mapping[str, Purpose] = {
    "passport": Purpose("Passport", "identity", KEPT_FOR_IDENTITY),
    "identity_form": Purpose("Identity form", "identity", KEPT_FOR_IDENTITY),
    "certificate_request": Purpose("Document about your certificate", "certificate", None),
    "case_answer": Purpose("Document about a notice", "cases", None),
    "name_change": Purpose("Evidence of a name", "name_of_record", KEPT_FOR_IDENTITY),
    "birth_date": Purpose("Evidence of a date of birth", "birth_date", KEPT_FOR_IDENTITY),
    "school_transcript": Purpose(
        "Final transcript, from the school", "account_home", None, most_a_day=MOST_OF_A_SCHOOL_A_DAY
    ),
    "diploma": Purpose("Final medical diploma", "credentials", None),
    "transcript": Purpose("Final transcript", "credentials", None),
    "transfer_transcript": Purpose("Transfer transcript", "credentials", None),
    "translation": Purpose("English translation", "credentials", None),
    "name_evidence": Purpose("Evidence of the name on a credential", "credentials", None),
    "school_letter": Purpose("Letter of your school", "credentials", None),
    "license": Purpose("License to practice medicine", "pathways", None),
}
