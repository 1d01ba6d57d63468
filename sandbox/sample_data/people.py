"""Fictional physicians, one or more for every state that a report can show and for every queue of staff, and staff.

Who was decided about before the portal is taken over with `certification.services.carrying_over`; the others go through
the services of certification step by step (`journeys`).
"""

from datetime import UTC, date, datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from applicants.models import Applicant, User, VerifiedName
from applicants.services.contact import ContactValues, update_contact
from certification.models import MedicalSchool
from certification.services import place_hold
from certification.services.carrying_over import Degree, EarlierRecord, Finding, carry_over
from certification.states import HoldKind
from payments.services.ledger import grant_credit
from portal.audit import actor_label
from sandbox.sample_data import STAFF, STAFF_EMAIL, identity, journeys, results
from sandbox.sample_data.histories import HISTORIES, Graduate, History
from sandbox.sample_data.journeys import BEGUN_HERE
from sandbox.sample_data.sign_in import add_authenticators
from sandbox.sample_data.tables import rows

ACTOR = "sample data"
SOURCE = "Records of the time before this portal, made up for the sample data"
LOADED_AT = datetime(2026, 1, 5, 15, tzinfo=UTC)
# When the records of the time before were taken over.
CARRIED_OVER_AT = datetime(2026, 7, 6, 15, tzinfo=UTC)
# Number and cents of credit on the financial account.
CREDITS = {"04821375": 2000}


def load(*, password: str) -> None:
    """Add the physicians of data/physicians.csv and the staff account; all of them sign in with `password`.

    Each has the authenticator app of `sandbox.authenticator`, and recovery codes.

    Needs the medical schools. People that are there already stay as they are. Their results are imported as everybody's
    are, and whoever has a history in the portal goes through it step by step; both take transactions of their own.
    """
    histories = _load_people(password)
    results.load(histories)
    journeys.load(histories, at=timezone.now(), password=password)


@transaction.atomic
def _load_people(password: str) -> dict[str, History]:
    """Add everything but results, and return the histories of the new ones by number."""
    # Hashing costs time on purpose; one hash serves all accounts of a sandbox.
    hashed = make_password(password)
    loaded = _load_staff(hashed)
    known = set(Applicant.objects.values_list("identification_number", flat=True))
    schools = {school.name: school for school in MedicalSchool.objects.all()}
    histories: dict[str, History] = {}
    for row in rows("physicians"):
        if row["number"] not in known:
            histories[row["number"]] = _load_person(row, schools[row["school"]], hashed)
            loaded.append(row["number"])
    identity.load(loaded)
    add_authenticators(User.objects.filter(username__in=loaded))
    return histories


def _load_staff(hashed: str) -> list[str]:
    """Add an account with every right and one for each role; returns the new ones."""
    loaded = []
    for role, email in (("administrator", STAFF_EMAIL), *STAFF.items()):
        values = {"email": email, "password": hashed, "is_staff": True, "role": role}
        _, is_new = User.objects.get_or_create(
            username=email, defaults={**values, "is_superuser": email == STAFF_EMAIL}
        )
        loaded += [email] if is_new else []
    return loaded


def _load_person(row: dict[str, str], school: MedicalSchool, hashed: str) -> History:
    applicant = _applicant(row, hashed)
    graduation_on = date.fromisoformat(row["graduation_on"]) if row["graduation_on"] else None
    graduate = Graduate(row["number"], school.name, graduation_on, int(row["pathway"] or 0), int(row["season"] or 0))
    update_contact(applicant=applicant, values=_contact(row), at=LOADED_AT, actor=ACTOR)
    _add_names(applicant, row["other_names"])
    history = HISTORIES[row["history"]](graduate)
    if row["history"] not in BEGUN_HERE:
        _carry_over(applicant, school, row, history)
    if row["hold"]:
        kind = HoldKind.STAFF
        place_hold(applicant=applicant, kind=kind, stops_reports=True, reason=row["hold"], at=LOADED_AT, actor=ACTOR)
    if row["number"] in CREDITS:
        _grant(applicant, CREDITS[row["number"]])
    return history


def _applicant(row: dict[str, str], hashed: str) -> Applicant:
    user = User.objects.create(username=row["number"], email=_email(row), password=hashed)
    return Applicant.objects.create(
        user=user,
        identification_number=row["number"],
        family_name=row["family_name"],
        given_names=row["given_names"],
        native_script_name=row["native_script_name"],
        birth_date=date.fromisoformat(row["birth_date"]),
        time_zone=row["time_zone"],
        created_at=LOADED_AT,
        identity_checked_on=None if row["number"] in identity.UNCHECKED else LOADED_AT.date(),
    )


def _email(row: dict[str, str]) -> str:
    return f"doctor-{row['number']}@example.org"


def _contact(row: dict[str, str]) -> ContactValues:
    parts = ("line1", "line2", "city", "region", "postal_code", "country", "phone")
    return ContactValues(**{part: row[part] for part in parts})


def _add_names(applicant: Applicant, text: str) -> None:
    """Add verified names written as family/given/day, one after the other with a semicolon between."""
    for name in filter(None, text.split(";")):
        family_name, given_names, verified_on = name.split("/")
        VerifiedName.objects.create(
            applicant=applicant,
            family_name=family_name,
            given_names=given_names,
            verified_on=date.fromisoformat(verified_on),
        )


def _carry_over(applicant: Applicant, school: MedicalSchool, row: dict[str, str], history: History) -> None:
    """Take over what was decided before this portal; a senior reviewer does it, as for records that really come."""
    graduation_on = date.fromisoformat(row["graduation_on"]) if row["graduation_on"] else None
    findings = tuple(Finding(*annotation) for annotation in history.annotations)
    carry_over(
        applicant=applicant,
        record=EarlierRecord(
            degree=Degree(school, row["degree_title"], graduation_on, graduation_on),
            credentials=history.credentials,
            acceptances=history.acceptances,
            certificate=history.certificate,
            findings=findings,
        ),
        source=SOURCE,
        at=CARRIED_OVER_AT,
        actor=actor_label(User.objects.get(username=STAFF["senior_reviewer"])),
    )


def _grant(applicant: Applicant, cents: int) -> None:
    key = f"sample-{applicant.identification_number}"
    reason = "Credit of the sample data"
    grant_credit(applicant_id=applicant.pk, amount_cents=cents, reason=reason, actor=ACTOR, at=LOADED_AT, key=key)
