"""The virus scanner that the check of a file asks, over both of its sockets."""

import io
import socket
import struct
import threading
from collections.abc import Iterator

import pytest
from django.utils import timezone

from applicants.models import Applicant
from portal.models import Refusal, Upload, UploadState, VirusScan
from portal.uploads import clamav, inspection
from tests.portal.upload_files import checked, picture, stored_files, take_in

# The industry's test file for virus scanners, in two pieces so that no scanner finds this one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("uploads_dir", "enqueued")]


class Scanner:
    """Answers INSTREAM as clamd does, on a real socket; finds the test virus, or says `reply`."""

    def __init__(self, listener: socket.socket) -> None:
        self.reply = b""
        self.received: list[bytes] = []
        self._listener = listener
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with peer, peer.makefile("rb") as stream:
                self._answer(peer, stream)

    def _answer(self, peer: socket.socket, stream: io.BufferedReader) -> None:
        assert stream.read(10) == b"zINSTREAM\0"
        data = b""
        while size := struct.unpack("!I", stream.read(4))[0]:
            data += stream.read(size)
        self.received.append(data)
        found = b"stream: Eicar-Signature FOUND" if EICAR in data else b"stream: OK"
        peer.sendall((self.reply or found) + b"\0")


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
