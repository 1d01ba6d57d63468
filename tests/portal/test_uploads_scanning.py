"""The virus scanner that the check of a file asks, over both of its sockets."""

import socket
from collections.abc import Iterator

import pytest
from django.utils import timezone

from applicants.models import Applicant
from portal.models import Refusal, Upload, UploadState, VirusScan
from portal.uploads import clamav, inspection
from tests.portal.upload_files import EICAR, checked, picture, stored_files, take_in
from tests.support.virus_scanner import Scanner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("uploads_dir", "enqueued")]


@pytest.fixture(params=["unix", "tcp"])
def scanner(request: pytest.FixtureRequest, settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanner]:
    """A virus scanner that the portal is set to ask."""
    if request.param == "unix":
        path = tmp_path_factory.mktemp("s") / "clamd"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        settings.CLAMAV_SOCKET = str(path)
    else:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        settings.CLAMAV_SOCKET = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    listener.listen()
    yield Scanner(listener)
    listener.close()


def test_a_virus_is_found_and_the_file_deleted_unopened(
    applicant: Applicant, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
):
    def never(*_: object, **__: object) -> None:
        raise AssertionError("A file with a virus was opened.")

    monkeypatch.setattr(inspection, "inspect", never)
    upload = checked(take_in(applicant.user, picture() + EICAR))

    assert (upload.state, upload.refusal, upload.virus_scan) == ("refused", Refusal.VIRUS, VirusScan.FOUND)
    assert stored_files() == []
    assert scanner.received == [picture() + EICAR]


def test_a_file_that_the_scanner_let_pass_says_so(applicant: Applicant, scanner: Scanner):
    upload = checked(take_in(applicant.user, picture()))

    assert (upload.state, upload.virus_scan) == (UploadState.CLEAN, VirusScan.NOTHING_FOUND)


@pytest.mark.parametrize("reply", [b"INSTREAM size limit exceeded. ERROR", b"stream: OK?", b"nothing"])
def test_what_is_no_result_is_never_a_pass(applicant: Applicant, scanner: Scanner, reply: bytes):
    scanner.reply = reply

    upload = checked(take_in(applicant.user, picture()))

    assert (upload.state, upload.virus_scan) == (UploadState.RECEIVED, VirusScan.WAITING)
    assert [path.name for path in stored_files()] == ["original"]


@pytest.mark.parametrize("address", ["/nowhere/clamd", "tcp://127.0.0.1:9"])
def test_a_scanner_that_is_away_lets_files_wait_until_it_is_back(applicant: Applicant, settings, address: str):
    settings.CLAMAV_SOCKET = address
    upload = checked(take_in(applicant.user, picture()))
    waiting = (upload.state, upload.virus_scan, upload.attempts)

    settings.CLAMAV_SOCKET = ""
    Upload.objects.update(not_before=timezone.now())
    again = checked(upload)

    assert waiting == (UploadState.RECEIVED, VirusScan.WAITING, 0)
    assert (again.state, again.virus_scan) == (UploadState.CLEAN, VirusScan.NOT_SCANNED)


def test_without_a_scanner_nothing_is_claimed():
    assert clamav.scan(b"anything") is VirusScan.NOT_SCANNED
