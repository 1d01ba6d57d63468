"""The pages on which physicians hand in credentials."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant
from applicants.services import reviews
from certification.models import Credential, CredentialDocument
from certification.services.credentials import moves
from certification.states import CredentialPart, CredentialState
from portal.models import Refusal
from tests.applicants.identity_scenes import scan
from tests.certification.credential_scenes import (
    AT,
    TITLE,
    add,
    describe,
    nothing_happens,
    passes,
    refuse,
    upload,
    waiting,
)
from tests.factories.applicants import StaffFactory
from tests.portal.upload_files import pdf, zip_archive
from tests.support.sign_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]
C = CredentialState
UPLOAD = reverse("credential_upload")


def shown(client: Client, credential: Credential) -> str:
    answer = client.get(reverse("credential", args=[credential.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_physician_uploads_describes_and_sends_a_diploma(applicant_client: Client, applicant: Applicant):
    assert "Upload the final medical diploma" in applicant_client.get(reverse("credentials")).content.decode()

    answer = applicant_client.post(
        UPLOAD, {"what": "diploma", "issuer": "Example Medical School", "file": scan()}, follow=True
    )
    credential = Credential.objects.get()
    assert "We have your file and are checking it." in answer.content.decode()
    assert "Checking your file" in answer.content.decode()
    passes()
    send = reverse("credential_send", args=[credential.pk])
    refused = applicant_client.post(send).content.decode()
    assert "There is a problem" in refused
    assert "Say what is printed on the document" in refused
    form = {
        "issuer": "Example Medical School",
        "name_on_document": "Kofi Mensah",
        "degree_title": TITLE,
        "issued_on_day": "1",
        "issued_on_month": "7",
        "issued_on_year": "2018",
        "language": "en",
    }
    applicant_client.post(reverse("credential_printed", args=[credential.pk]), form)
    answer = applicant_client.post(send, follow=True)

    assert "Your document waits for a reviewer now." in answer.content.decode()
    credential.refresh_from_db()
    assert (credential.state, credential.degree_title, credential.issued_on.year) == (C.SUBMITTED, TITLE, 2018)
    listed = applicant_client.get(reverse("credentials")).content.decode()
    assert "Waiting for us" in listed
    assert "0 business days" not in listed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"what": ""}, "Select what you are uploading"),
        ({"what": "nonsense"}, "Select one of the documents in the list"),
        ({"issuer": ""}, "Enter the name of the institution that issued it"),
        ({"issuer": "x" * 251}, "Use at most 250 characters"),
        ({"what": "translation"}, "Upload the document itself first"),
        ({"file": None}, "Select the file to upload."),
        ({"file": SimpleUploadedFile("a.pdf", b"")}, str(Refusal.EMPTY.label)),
        ({"file": SimpleUploadedFile("a.zip", zip_archive())}, str(Refusal.WRONG_TYPE.label)),
        ({"file": SimpleUploadedFile("a.png", pdf())}, "The ending of the file’s name does not fit its content."),
    ],
)
def test_each_refusal_is_said_at_its_field_and_nothing_is_kept(
    applicant_client: Client, enqueued: list[object], changes: dict[str, object], words: str
):
    values = {"what": "diploma", "issuer": "Example", "file": scan(), **changes}

    with nothing_happens(enqueued):
        answer = applicant_client.post(UPLOAD, {name: value for name, value in values.items() if value is not None})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count(words) >= 2, "in the summary and at the field"
    if "issuer" not in changes:
        assert 'value="Example"' in page


def test_each_refusal_of_the_check_has_its_own_sentence_on_the_page(applicant_client: Client, applicant: Applicant):
    document = upload(applicant)
    for refusal in (Refusal.ENCRYPTED, Refusal.DAMAGED, Refusal.TOO_MANY_PAGES, Refusal.VIRUS):
        refuse(document.upload, refusal.value)
        page = shown(applicant_client, document.credential)
        assert str(refusal.label) in page
        assert "Replace the file that was not accepted" in page


def test_a_returned_document_says_why_and_is_replaced_and_sent_again(applicant_client: Client, applicant: Applicant):
    credential = waiting(applicant)
    former = credential.current_documents()[0]
    Credential.objects.update(return_reason="Page 2 is cut off.", internal_note="Looks odd")
    for state in (C.IN_REVIEW, C.RETURNED_TO_APPLICANT):
        moves.move(credential, state, at=AT, actor="test")
    page = shown(applicant_client, credential)
    assert "Page 2 is cut off." in page
    assert "Looks odd" not in page
    assert "Action needed" in page

    applicant_client.post(reverse("credential_replace", args=[credential.pk, former.pk]), {"file": scan(150)})
    passes()
    applicant_client.post(reverse("credential_send", args=[credential.pk]))

    credential.refresh_from_db()
    assert credential.state == C.SUBMITTED
    assert credential.documents.filter(replaced_by=None).get().pk != former.pk
    assert "Page 2 is cut off." not in shown(applicant_client, credential)


def test_replacing_a_file_under_review_needs_an_answer(
    applicant_client: Client, applicant: Applicant, enqueued: list[object]
):
    credential = waiting(applicant)
    document = credential.current_documents()[0]
    reviews.take(Credential, credential.pk, reviewer=StaffFactory.create(), at=AT)
    address = reverse("credential_replace", args=[credential.pk, document.pk])
    assert "A reviewer is looking at this file" in applicant_client.get(address).content.decode()

    with nothing_happens(enqueued):
        answer = applicant_client.post(address, {"file": scan(150)})
    assert "Confirm that the review begins anew" in answer.content.decode()
    assert applicant_client.post(address, {"file": scan(150), "knows_review_ends": "on"}).status_code == 302

    credential.refresh_from_db()
    assert credential.state == C.SUBMITTED


def test_a_suspicion_is_not_told_and_internal_notes_are_never_shown(applicant_client: Client, applicant: Applicant):
    credential = waiting(applicant)
    Credential.objects.update(internal_note="Seal is copied", return_reason="Not for them yet")
    for state in (C.IN_REVIEW, C.SUSPECTED_FRAUD):
        moves.move(credential, state, at=AT, actor="test", reason="Seal is copied")

    for page in (shown(applicant_client, credential), applicant_client.get(reverse("credentials")).content.decode()):
        for word in ("Seal", "fraud", "suspect", "investigation", "Not for them"):
            assert word.lower() not in page.lower()
    activity = applicant_client.get(reverse("account_activity"), {"show": "changes"}).content.decode()
    assert "raud" not in activity


@pytest.mark.parametrize("state", list(C))
def test_every_state_has_a_page(applicant_client: Client, applicant: Applicant, state: CredentialState):
    credential = waiting(applicant)
    Credential.objects.update(state=state, moved_at=timezone.now())
    assert shown(applicant_client, credential).count("<h1>") == 1


def test_pages_take_few_queries_and_files_are_seen_by_their_owner(
    applicant_client: Client, applicant: Applicant, django_assert_max_num_queries
):
    credential = upload(applicant).credential
    describe(credential, language="es")
    for shade in range(40, 140, 10):
        add(credential, CredentialPart.TRANSLATION, shade=shade)
    passes()

    with django_assert_max_num_queries(12):
        page = shown(applicant_client, credential)
    assert page.count("Look at the pages") == 11
    with django_assert_max_num_queries(12):
        applicant_client.get(reverse("credentials"))
    with django_assert_max_num_queries(12):
        applicant_client.get(UPLOAD)


def test_a_strangers_credential_does_not_exist(
    applicant: Applicant, other_applicant: Applicant, enqueued: list[object]
):
    document = upload(applicant)
    key = document.credential_id
    stranger = Client()
    sign_in(stranger, other_applicant.user)
    pages = ("credential", "credential_printed")
    acts = ("credential_send", "credential_discard")

    with nothing_happens(enqueued):
        for name in pages:
            assert stranger.get(reverse(name, args=[key])).status_code == 404
        for name in acts:
            assert stranger.post(reverse(name, args=[key])).status_code == 404
        for name in ("credential_replace", "credential_remove"):
            address = reverse(name, args=[key, document.pk])
            assert stranger.post(address, {"file": scan(3)}).status_code == 404


def test_a_file_of_another_credential_is_not_found_under_ones_own(
    applicant_client: Client, applicant: Applicant, other_applicant: Applicant, enqueued: list[object]
):
    mine, theirs = upload(applicant), upload(other_applicant, shade=90)

    with nothing_happens(enqueued):
        for name in ("credential_replace", "credential_remove"):
            address = reverse(name, args=[mine.credential_id, theirs.pk])
            assert applicant_client.post(address, {"file": scan(3)}).status_code == 404


def test_drafts_and_files_are_removed(applicant_client: Client, applicant: Applicant):
    document = upload(applicant)
    passes()
    applicant_client.post(reverse("credential_remove", args=[document.credential_id, document.pk]))
    assert CredentialDocument.objects.count() == 0
    applicant_client.post(reverse("credential_discard", args=[document.credential_id]))
    assert Credential.objects.count() == 0


def test_what_people_typed_is_printed_as_text(applicant_client: Client, applicant: Applicant):
    credential = upload(applicant, issuer="<script>alert(1)</script>").credential

    assert "<script>alert(1)" not in shown(applicant_client, credential)
    assert "<script>alert(1)" not in applicant_client.get(reverse("credentials")).content.decode()
