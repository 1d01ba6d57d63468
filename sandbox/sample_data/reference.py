"""Licensing authorities, fees and medical schools with their sponsor notes."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from certification.models import DegreeTitle, MedicalSchool, SchoolName, SponsorNote
from certification.models.schools import searchable
from certification.services import rule_tables, schools
from cvs.models import LicensingAuthority
from payments.models import Fee
from sandbox.sample_data.tables import rows

# No real authority is ever written to from a sandbox.
_ADDRESS = "100 Example Street"


@transaction.atomic
def load() -> None:
    """Add what is missing; rows that are there already stay as they are."""
    _load_authorities()
    _load_fees()
    _load_schools()
    _load_degree_titles()
    rule_tables.load_shipped(at=timezone.now(), actor="sample data")


def _load_authorities() -> None:
    LicensingAuthority.objects.bulk_create(
        [_authority(row) for row in rows("licensing_authorities")], ignore_conflicts=True
    )


def _authority(row: dict[str, str]) -> LicensingAuthority:
    return LicensingAuthority(
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        jurisdiction=row["jurisdiction"],
        line1=_ADDRESS,
        city=row["city"],
        region=row["region"],
        country=row["country"],
        email=f"reports@{row['code'].lower()}.example",
    )


def _load_fees() -> None:
    # A price without a day from which it holds cannot be asked for.
    dated = [row for row in rows("fees") if row["effective_from"]]
    Fee.objects.bulk_create([_fee(row) for row in dated], ignore_conflicts=True)


def _fee(row: dict[str, str]) -> Fee:
    return Fee(
        code=row["code"],
        description=row["description"],
        amount_cents=int(Decimal(row["amount_usd"]) * 100),
        effective_from=date.fromisoformat(row["effective_from"]),
        basis=row["basis"],
    )


def _load_schools() -> None:
    given = rows("medical_schools")
    MedicalSchool.objects.bulk_create([_school(row) for row in given], ignore_conflicts=True)
    stored = {(s.name, s.city, s.country.code): s for s in MedicalSchool.objects.filter(sponsor_notes__isnull=True)}
    wanted = [(stored.get((row["name"], row["city"], row["country"])), row) for row in given]
    SponsorNote.objects.bulk_create([_note(school, row) for school, row in wanted if school is not None])
    by_code = MedicalSchool.objects.in_bulk([row["school"] for row in rows("school_names")], field_name="code")
    SchoolName.objects.bulk_create(
        [_name(by_code[row["school"]], row) for row in rows("school_names") if row["school"] in by_code],
        ignore_conflicts=True,
    )
    schools.write_search_texts()


def _load_degree_titles() -> None:
    DegreeTitle.objects.bulk_create([_degree_title(row) for row in rows("degree_titles")], ignore_conflicts=True)


def _degree_title(row: dict[str, str]) -> DegreeTitle:
    texts = {name: row[name] for name in ("country", "title", "excluded_reason", "basis")}
    return DegreeTitle(**texts)


def _school(row: dict[str, str]) -> MedicalSchool:
    return MedicalSchool(
        code=row["code"],
        name=row["name"],
        city=row["city"],
        country=row["country"],
        closed_in=int(row["closed_in"]) if row["closed_in"] else None,
        founded=int(row["founded"]) if row["founded"] else None,
        search_text=searchable(row["name"], row["city"], row["country"]),
    )


def _name(school: MedicalSchool, row: dict[str, str]) -> SchoolName:
    years = {name: int(row[name]) if row[name] else None for name in ("from_year", "to_year")}
    return SchoolName(school=school, name=row["name"], **years)


def _note(school: MedicalSchool, row: dict[str, str]) -> SponsorNote:
    to_year = row["sponsor_note_to_year"]
    return SponsorNote(
        school=school,
        from_year=int(row["sponsor_note_from_year"]),
        to_year=None if to_year == "current" else int(to_year),
        basis=row["note_basis"],
    )
