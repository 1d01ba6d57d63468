"""Scenes of file imports."""

from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from certification.models import DegreeTitle, ExaminationResult, FileImportRow, OetResult, SponsorNote
from certification.services.imports import receiving, working
from certification.states.imports import ImportKind

USMLE = "identification_number,examination,taken_on,reported_on,result\n"
OET = "identification_number,taken_on,listening,reading,speaking,writing,released_on\n"
NOTES = "school,from_year,to_year,basis\n"
TITLES = "school,country,title,from_year,to_year,excluded_reason,basis\n"
TARGETS = (ExaminationResult, OetResult, SponsorNote, DegreeTitle)


def upload(text, actor, kind=ImportKind.USMLE_RESULTS, name="results.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile(name, data, content_type="text/csv")
    return receiving.receive(file=file, kind=kind, actor=actor, at=timezone.now())


def checked(text, actor, kind=ImportKind.USMLE_RESULTS):
    """Upload and check; returns the file as it is then."""
    file_import = upload(text, actor, kind)
    while working.work(file_import.pk):
        pass
    file_import.refresh_from_db()
    return file_import


def accepted(file_import, actor, **options):
    at = timezone.now()
    receiving.accept(import_id=file_import.pk, rows=file_import.rows, tells_people=True, actor=actor, at=at, **options)
    while working.work(file_import.pk):
        pass
    file_import.refresh_from_db()
    return file_import


def written():
    return {model: model.objects.count() for model in TARGETS}


def reasons(file_import):
    rows = FileImportRow.objects.filter(file_import=file_import, outcome="rejected").order_by("line")
    return {row.line: " ".join(row.reasons) for row in rows}


def row(number="0-482-137-5", examination="step_1", taken_on="2022-03-10", reported_on="2022-04-06", result="pass"):
    return f"{number},{examination},{taken_on},{reported_on},{result}\n"


def stored():
    storage = storages["imports"]
    try:
        return sorted(f"{folder}/{name}" for folder in storage.listdir("")[0] for name in storage.listdir(folder)[1])
    except FileNotFoundError:
        return []
