"""What a sandbox starts with: reference data, fictional physicians and staff.

This module may be imported before Django is set up; calling a loader needs it set up and the tables made.
"""

from dataclasses import dataclass
from importlib import import_module

DEMO_PASSWORD = "correct horse battery staple"  # noqa: S105 - printed by the demo, which serves this machine only
STAFF_EMAIL = "staff@portal.example"
# The registrar of a medical school, who has an account.
SCHOOL_EMAIL = "registrar@s000002.example"
# One account for each role of staff: address and what the role is called.
STAFF = {
    "credential_reviewer": "grace@portal.example",
    "senior_reviewer": "rosa@portal.example",
    "finance": "henry@portal.example",
    "committee": "nadia@portal.example",
    "editor": "omar@portal.example",
    "administrator": "priya@portal.example",
    "auditor": "lin@portal.example",
}


@dataclass(frozen=True)
class SignIn:
    """One account to try; `who` says in a few words what is special about it."""

    username: str
    password: str
    who: str


SIGN_INS = (
    SignIn("04821375", DEMO_PASSWORD, "Amara Chidinma Okonkwo, not certified, $20.00 credit"),
    SignIn("03157426", DEMO_PASSWORD, "Daniela Ferreira Lima, certified for life"),
    SignIn("10264831", DEMO_PASSWORD, "Emre Yılmaz, certified by Pathway"),  # noqa: RUF001 - the name
    SignIn("10265209", DEMO_PASSWORD, "Ștefan Popescu, whose passport waits for a reviewer"),
    SignIn("10265068", DEMO_PASSWORD, "Kwabena Mensah, whose passport was returned"),
    SignIn("10265183", DEMO_PASSWORD, "Matteo Rossi, who asked for another name"),
    SignIn(STAFF_EMAIL, DEMO_PASSWORD, "staff with every right, at /staff/"),
    SignIn(SCHOOL_EMAIL, DEMO_PASSWORD, "registrar of a medical school, who answers our requests"),
    *(SignIn(email, DEMO_PASSWORD, f"staff, {role.replace('_', ' ')}") for role, email in STAFF.items()),
)


def load_reference_data() -> None:
    """Add licensing authorities, fees and medical schools; rows that are there already stay as they are."""
    # The loaders import models, which cannot be imported before Django is set up.
    import_module("sandbox.sample_data.reference").load()


def load_people(password: str = DEMO_PASSWORD) -> None:
    """Add the physicians of data/physicians.csv and one member of staff; those that are there already stay as they are."""
    import_module("sandbox.sample_data.people").load(password=password)


def load_many(count: int, *, password: str = DEMO_PASSWORD) -> None:
    """Add `count` made-up physicians for benchmarks, see `sandbox.sample_data.bulk`; schools must be there."""
    import_module("sandbox.sample_data.bulk").load(count, password=password)


def load_many_schools(count: int) -> None:
    """Add `count` made-up medical schools for benchmarks, see `sandbox.sample_data.bulk`; listed ones must be there."""
    import_module("sandbox.sample_data.bulk").load_schools(count)
