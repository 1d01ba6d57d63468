"""A file of very many results, checked and written, beside a bare COPY of the same rows."""

import io
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta

import django
import psycopg2
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from bench import launcher
from bench.figures import Figure, Limit, Target
from bench.launcher import Launcher, result
from bench.sizes import Sizes

_ROWS_OF_A_PERSON = 4
_HEADER = "identification_number,examination,taken_on,reported_on,result\n"
# After the last sitting of the made-up people, also two hundred days earlier.
_FIRST_DAY = date(2025, 1, 6)
_LIKE_THE_TABLE = "CREATE TABLE bare_results (LIKE certification_examinationresult INCLUDING ALL)"
_COPY = "COPY bare_results (applicant_id, examination, taken_on, reported_on, passed, incomplete, source_import_id, source_line) FROM STDIN"


class NotImportedError(Exception):
    """The file did not go the way it should."""


def measure(processes: Launcher, sizes: Sizes) -> list[Figure]:
    """Return how long a file takes to be checked and written, and what memory it takes."""
    rows = sizes.import_rows
    found = result(processes.begin("bench.imports", str(rows)))
    limit = Limit(found["copy"], "bare COPY of the same rows")
    tenth = Limit(found["memory_of_a_tenth"], "after a tenth of it")
    return [
        Figure(f"writing an accepted file of {rows:,} results", found["write"], "s", limit, Target("<=", 6)),
        Figure(f"checking a file of {rows:,} results", found["check"], "s", limit),
        Figure(f"most memory, file of {rows:,} results", found["memory"], "MB", tenth, Target("<=", 1.15)),
    ]


def run(rows: int) -> dict[str, float]:
    """Import a tenth of `rows`, then `rows`, and copy as many; returns seconds and megabytes."""
    # These import models, which cannot be imported before Django is set up.
    from applicants.models import Applicant  # noqa: PLC0415
    from sandbox.sample_data import load_many  # noqa: PLC0415

    load_many(max(rows // _ROWS_OF_A_PERSON, 1))
    made_up = Applicant.objects.filter(identification_number__startswith="5").order_by("-pk")
    people = list(made_up.values_list("pk", "identification_number")[: max(rows // _ROWS_OF_A_PERSON, 1)])
    _import(_HEADER + "".join(_lines(people[: max(len(people) // 10, 1)], _FIRST_DAY - timedelta(days=200))))
    memory_of_a_tenth = _most_memory()
    check, write = _import(_HEADER + "".join(_lines(people, _FIRST_DAY)))
    memory = _most_memory()
    copied = _copy(os.environ["DATABASE_URL"], people)
    return {"check": check, "write": write, "copy": copied, "memory": memory, "memory_of_a_tenth": memory_of_a_tenth}


def _lines(people: list[tuple[int, str]], first: date) -> Iterator[str]:
    for _, number in people:
        for turn in range(_ROWS_OF_A_PERSON):
            day = first + timedelta(days=30 * turn)
            yield f"{number},step_1,{day},{day + timedelta(days=28)},fail\n"


def _import(text: str) -> tuple[float, float]:
    """Import a file of new results; returns the seconds of its check and of its writing."""
    from applicants.models import User  # noqa: PLC0415
    from certification.services.imports import receiving, working  # noqa: PLC0415
    from certification.states import ImportKind, ImportState  # noqa: PLC0415
    from portal import audit  # noqa: PLC0415
    from sandbox.sample_data import STAFF_EMAIL  # noqa: PLC0415

    staff, _ = User.objects.get_or_create(username=STAFF_EMAIL, defaults={"is_staff": True, "role": "senior_reviewer"})
    actor, at = audit.actor_label(staff), timezone.now()
    file = SimpleUploadedFile("results.csv", text.encode())
    file_import = receiving.receive(file=file, kind=ImportKind.USMLE_RESULTS, actor=actor, at=at)
    began = time.perf_counter()
    while working.work(file_import.pk):
        pass
    checked = time.perf_counter() - began
    file_import.refresh_from_db()
    if file_import.state != ImportState.READY or file_import.new_rows != text.count("\n") - 1:
        raise NotImportedError(f"{file_import.state}: {file_import.fault}, {file_import.rejected_rows} rejected")
    receiving.accept(import_id=file_import.pk, rows=file_import.rows, tells_people=False, actor=actor, at=at)
    began = time.perf_counter()
    working.work(file_import.pk)
    written = time.perf_counter() - began
    file_import.refresh_from_db()
    if file_import.state != ImportState.APPLIED:
        raise NotImportedError(file_import.state)
    return checked, written


def _copy(database_url: str, people: list[tuple[int, str]]) -> float:
    """Copy the same rows into a table of the same shape; returns the seconds."""
    days = [_FIRST_DAY + timedelta(days=30 * turn) for turn in range(_ROWS_OF_A_PERSON)]
    lines = (
        f"{key}\tstep_1\t{day}\t{day + timedelta(days=28)}\tf\tf\t1\t{turn}\n"
        for key, _ in people
        for turn, day in enumerate(days)
    )
    data = io.StringIO("".join(lines))
    with closing(psycopg2.connect(database_url)) as bare, bare.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        # In the database's own tables, so that it is written as durably.
        cursor.execute(_LIKE_THE_TABLE)
        bare.commit()
        began = time.perf_counter()
        cursor.copy_expert(_COPY, data)
        bare.commit()
        taken = time.perf_counter() - began
        cursor.execute("DROP TABLE bare_results")
        bare.commit()
    return taken


def _most_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    launcher.report(run(int(sys.argv[1])))
