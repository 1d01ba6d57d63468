"""Steps of the tests of copies of one's own data."""

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.core.cache import cache
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone

from applicants.models import Applicant, DataExport
from applicants.services import exports


@pytest.fixture(autouse=True)
def fresh_counters():
    cache.clear()


@pytest.fixture
def exports_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the files of this test lie."""
    monkeypatch.setattr(storages["exports"], "_location", str(tmp_path))
    for name in ("base_location", "location"):
        storages["exports"].__dict__.pop(name, None)
    yield tmp_path
    for name in ("base_location", "location"):
        storages["exports"].__dict__.pop(name, None)


def ask(applicant: Applicant) -> DataExport:
    return exports.request_export(user=applicant.user, at=timezone.now(), actor="test")


def built(export: DataExport) -> datetime:
    """When a ready copy was made."""
    assert export.built_at is not None
    return export.built_at


def ready(applicant: Applicant) -> DataExport:
    export = ask(applicant)
    assert exports.build(export.pk) is True
    export.refresh_from_db()
    return export


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def opened(export: DataExport) -> dict[str, bytes]:
    return unpacked(exports.open_export(export, at=timezone.now(), actor="test"))


def confirm(client: Client) -> None:
    """Note in the session that the person has just confirmed who they are, as allauth's page does."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        *session.get(AUTHENTICATION_METHODS_SESSION_KEY, []),
        {"method": "password", "at": timezone.now().timestamp(), "reauthenticated": True},
    ]
    session.save()
