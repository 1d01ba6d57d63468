"""Forty files of strangers, each through the real door and the real check, in its process without rights."""

import io
import socket
from collections.abc import Iterator
from functools import partial

import pytest
from PIL import Image

from applicants.models import Applicant
from portal.models import AuditEvent, Refusal, Upload, UploadState, VirusScan
from portal.uploads import inspection, store
from portal.uploads.services import UploadRefusedError
from tests.portal.upload_corpus import CORPUS, Accepted, Refused, Sent
from tests.portal.upload_files import checked, stored_files, take_in
from tests.support.virus_scanner import Scanner
from tests.support.wake_ups import WakeUp

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]

# Not of the file: a person's twenty a day, and workers that were lost.
OF_NO_FILE = {Refusal.TOO_MANY_TODAY, Refusal.NOT_CHECKED}


@pytest.fixture(autouse=True)
def scanner(settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanner]:
    """A virus scanner that the portal is set to ask."""
    path = tmp_path_factory.mktemp("s") / "clamd"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        settings.CLAMAV_SOCKET = str(path)
        yield Scanner(listener)


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.title)
def test_each_of_forty_files_gets_its_answer(
    applicant: Applicant,
    enqueued: list[WakeUp],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks,
    file: Sent,
):
    monkeypatch.setattr(inspection, "inspect", partial(inspection.inspect, seconds=file.seconds))
    data = file.make()

    with django_capture_on_commit_callbacks(execute=True):
        upload = _sent(applicant, data, file.name)

    if isinstance(upload, Refusal):
        assert file.answer == Refused(upload, at_the_door=True)
        assert stored_files() == []
        assert enqueued == []
        assert not Upload.objects.exists()
        assert not AuditEvent.objects.exists()
        return
    assert len(enqueued) == 1
    assert [path.name for path in stored_files()] == ["original"]
    checked(upload)
    if isinstance(file.answer, Accepted):
        _assert_shown(upload, data, file.answer)
    else:
        _assert_gone(upload, file.answer)


def _sent(applicant: Applicant, data: bytes, name: str) -> Upload | Refusal:
    try:
        return take_in(applicant.user, data, name)
    except UploadRefusedError as error:
        return error.refusal


def _assert_shown(upload: Upload, data: bytes, answer: Accepted) -> None:
    """Staff see every page, as pixels and nothing else; the original is kept as it came."""
    found = (upload.state, upload.refusal, upload.detected_type, upload.virus_scan)
    assert found == (UploadState.CLEAN, "", answer.file_type, VirusScan.NOTHING_FOUND)
    assert (upload.page_count, [tuple(size) for size in upload.page_sizes]) == (len(answer.sizes), list(answer.sizes))
    for number, size in enumerate(answer.sizes, start=1):
        page = store.read_page(upload, number)
        picture = Image.open(io.BytesIO(page))
        assert (picture.format, picture.size, picture.mode) == ("JPEG", size, "RGB")
        # What JPEG itself says about its density is all that stands beside the pixels.
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not picture.getexif()
        assert not [words for words in answer.gone if words in page]
    assert len(stored_files()) == 1 + len(answer.sizes)
    assert store.read_original(upload) == data
    assert AuditEvent.objects.filter(event="uploads.accepted", subject_id=str(upload.pk)).count() == 1


def _assert_gone(upload: Upload, answer: Refused) -> None:
    """Its owner reads why; no byte, page or key of it is left."""
    assert answer == Refused(Refusal(upload.refusal))
    assert upload.state == UploadState.REFUSED
    assert (upload.page_count, upload.pages_name, upload.data_key) == (0, "", "")
    assert upload.erased_at is not None
    assert stored_files() == []
    assert not AuditEvent.objects.filter(event="uploads.accepted").exists()
    assert AuditEvent.objects.get(event="uploads.refused").facts["refusal"] == answer.why


def test_they_are_forty_and_meet_every_refusal_that_a_file_can_get():
    titles = [file.title for file in CORPUS]
    met = {file.answer.why for file in CORPUS if isinstance(file.answer, Refused)}

    assert len(titles) == len(set(titles)) == 40
    assert met == set(Refusal) - OF_NO_FILE
    # A password is salted; and no test may pass because what must be gone was never there.
    assert all(file.make() == file.make() for file in CORPUS if "password" not in file.title)
    assert [words for file in CORPUS for words in getattr(file.answer, "gone", ()) if words not in file.make()] == []


def test_every_refusal_has_a_sentence_of_its_own_that_says_what_to_do():
    sentences = [str(refusal.label) for refusal in Refusal]

    assert len(sentences) == len(set(sentences))
    remedy = ("Select", "Scan", "Save", "Upload", "upload", "must be a PDF, JPG or PNG")
    assert [sentence for sentence in sentences if not any(words in sentence for words in remedy)] == []
