"""Results of the physicians, imported as their owners would send them: a file each of USMLE and of OET Medicine."""

import time
from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applicants.models import User
from certification.models import FileImport
from certification.services.imports import FileRefusedError, receive, receiving, working
from certification.states import ImportKind, ImportState
from portal import audit
from portal.eastern import eastern_date
from sandbox.sample_data import STAFF
from sandbox.sample_data.histories import History

_USMLE = "identification_number,examination,taken_on,reported_on,result\n"
_OET = "identification_number,taken_on,listening,reading,speaking,writing,released_on\n"
# Enough for every season in which one of them was accepted (R-OET).
_SCORES = "380,370,390,360"
_RELEASED_AFTER = timedelta(days=17)
_PATIENCE_SECONDS = 60.0


class SampleNotImportedError(Exception):
    """A file of the sample data has faults."""


def load(histories: Mapping[str, History]) -> None:
    """Import the results of people by their numbers; a file that was imported before is left alone."""
    if histories:
        _import(ImportKind.USMLE_RESULTS, _USMLE, _sittings(histories))
        _import(ImportKind.OET_RESULTS, _OET, _oet(histories))


def _sittings(histories: Mapping[str, History]) -> Iterable[str]:
    for number, history in histories.items():
        for sitting in history.sittings:
            if sitting.known_on <= eastern_date(timezone.now()):
                yield f"{number},{sitting.exam},{sitting.taken_on},{sitting.known_on},{sitting.result}\n"


def _oet(histories: Mapping[str, History]) -> Iterable[str]:
    for number, history in histories.items():
        for taken_on in sorted({*history.oet, *(acceptance.oet_on for acceptance in history.acceptances)}):
            yield f"{number},{taken_on},{_SCORES},{taken_on + _RELEASED_AFTER}\n"


def _import(kind: ImportKind, header: str, lines: Iterable[str]) -> None:
    text = header + "".join(lines)
    if text == header:
        return
    staff = User.objects.get(username=STAFF["senior_reviewer"])
    actor, at = audit.actor_label(staff), timezone.now()
    file = SimpleUploadedFile(f"{kind.value}.csv", text.encode())
    try:
        file_import = receive(file=file, kind=kind, actor=actor, at=at)
    except FileRefusedError:
        return
    _work(file_import)
    if file_import.state != ImportState.READY:
        raise SampleNotImportedError(f"{kind.label}: {file_import.fault or file_import.rejected_rows}")
    # Nobody of the sample data waits for news.
    receiving.accept(import_id=file_import.pk, rows=file_import.rows, tells_people=False, actor=actor, at=at)
    _work(file_import)
    if file_import.state != ImportState.APPLIED:
        raise SampleNotImportedError(f"{kind.label}: {file_import.notice}")


def _work(file_import: FileImport) -> None:
    """Do what a worker does, or wait for the one that was quicker."""
    until = time.monotonic() + _PATIENCE_SECONDS
    under_way = {ImportState.UPLOADED, ImportState.CHECKING, ImportState.ACCEPTED}
    file_import.refresh_from_db()
    while file_import.state in under_way and time.monotonic() < until:
        if not working.work(file_import.pk):
            time.sleep(0.05)
        file_import.refresh_from_db()
