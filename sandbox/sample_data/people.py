"""Fictional physicians, one or more for every state that a report can show, and a member of staff."""

from datetime import UTC, date, datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from applicants.models import Applicant, User, VerifiedName
from applicants.services.contact import ContactValues, update_contact
from certification.models import (
    Annotation,
    Certificate,
    Credential,
    CredentialStatusChange,
    MedicalEducation,
    MedicalSchool,
    PathwayAcceptance,
)
from certification.rules.credentials import CredentialRecord
from certification.rules.facts import Certificate as CertificateFact
from certification.services import place_hold
from certification.states import (
    CertificateOrigin,
    CertificateState,
    CredentialKind,
    CredentialState,
    CredentialStatus,
    HoldKind,
)
from payments.services.ledger import grant_credit
from sandbox.sample_data import STAFF, STAFF_EMAIL, identity, results
from sandbox.sample_data.histories import HISTORIES, Graduate, History
from sandbox.sample_data.sign_in import add_authenticators
from sandbox.sample_data.tables import rows

ACTOR = "sample data"
LOADED_AT = datetime(2026, 1, 5, 15, tzinfo=UTC)
# Number and cents of credit on the financial account.
CREDITS = {"04821375": 2000}
_KINDS = {kind.label: kind for kind in CredentialKind}
_STATUSES = {status.label: status for status in CredentialStatus}
_STATES = {
    CredentialStatus.NOT_RECEIVED: CredentialState.RETURNED_TO_APPLICANT,
    CredentialStatus.IN_PROGRESS: CredentialState.SENT_TO_SCHOOL,
    CredentialStatus.VERIFIED: CredentialState.VERIFIED,
    CredentialStatus.REFUSED: CredentialState.REFUSED,
}


def load(*, password: str) -> None:
    """Add the physicians of data/physicians.csv and the staff account; all of them sign in with `password`.

    Each has the authenticator app of `sandbox.authenticator`, and recovery codes.

    Needs the medical schools. People that are there already stay as they are. Their results are imported as everybody's
    are, which takes transactions of its own.
    """
    results.load(_load_people(password))


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
    _add_education(applicant, school, row["degree_title"], graduation_on)
    history = HISTORIES[row["history"]](graduate)
    _add_history(applicant, history)
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
    return ContactValues(email=_email(row), **{part: row[part] for part in parts})


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


def _add_education(applicant: Applicant, school: MedicalSchool, degree_title: str, graduation_on: date | None) -> None:
    MedicalEducation.objects.create(
        applicant=applicant,
        school=school,
        school_name=school.name,
        degree_title=degree_title,
        graduation_on=graduation_on,
        degree_on=graduation_on,
    )


def _add_history(applicant: Applicant, history: History) -> None:
    PathwayAcceptance.objects.bulk_create(
        [PathwayAcceptance(applicant=applicant, **vars(acceptance)) for acceptance in history.acceptances]
    )
    for credential in history.credentials:
        _add_credential(applicant, credential)
    if history.certificate is not None:
        _add_certificate(applicant, history.certificate)
    for text, explanation, decided_on in history.annotations:
        Annotation.objects.create(applicant=applicant, text=text, explanation=explanation, decided_on=decided_on)


def _add_credential(applicant: Applicant, record: CredentialRecord) -> None:
    credential = Credential.objects.create(
        applicant=applicant, kind=_KINDS[record.kind], issuer=record.issuer, state=_credential_state(record)
    )
    CredentialStatusChange.objects.bulk_create(
        [CredentialStatusChange(credential=credential, status=_STATUSES[label], on=on) for on, label in record.statuses]
    )


def _credential_state(record: CredentialRecord) -> CredentialState:
    """Return a state of which a report says what this record's last status says."""
    said = [_STATUSES[label] for _, label in record.statuses]
    if not said:
        return CredentialState.DRAFT
    return _STATES[said[-1]]


def _add_certificate(applicant: Applicant, record: CertificateFact) -> None:
    days = ("issued_on", "valid_through", "made_permanent_on", "revoked_on")
    Certificate.objects.create(
        applicant=applicant,
        number=record.number,
        state=_certificate_state(record),
        origin=CertificateOrigin.CARRIED_OVER,
        **{day: getattr(record, day) for day in days},
    )


def _certificate_state(record: CertificateFact) -> CertificateState:
    if record.revoked_on:
        return CertificateState.REVOKED
    return CertificateState.MADE_PERMANENT if record.made_permanent_on else CertificateState.ISSUED


def _grant(applicant: Applicant, cents: int) -> None:
    key = f"sample-{applicant.identification_number}"
    reason = "Credit of the sample data"
    grant_credit(applicant_id=applicant.pk, amount_cents=cents, reason=reason, actor=ACTOR, at=LOADED_AT, key=key)
