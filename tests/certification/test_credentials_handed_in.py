"""Handing in a credential: complete or not, files replaced and removed, the same file twice."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from applicants.models import Applicant, VerifiedName
from applicants.services import reviews
from applicants.services.identity import IdentityNotCheckedError
from applicants.services.reviews import AlreadyDecidedError, Judgment
from certification.models import Credential, CredentialDocument, MedicalSchool
from certification.services.credentials import completeness, handing_in, moves
from certification.services.credentials.handing_in import HandingInError, IncompleteError, UnderReviewError
from certification.states import CredentialKind, CredentialPart, CredentialState
from portal.audit import actor_label
from portal.models import Upload
from portal.uploads.services import UploadRefusedError
from tests.applicants.identity_scenes import scan
from tests.certification.credential_scenes import (
    AT,
    add,
    describe,
    nothing_happens,
    passes,
    refuse,
    submit,
    upload,
    waiting,
)
from tests.factories.applicants import StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]
C, P = CredentialState, CredentialPart


def missing(credential: Credential) -> set[str]:
    return {one.text for one in completeness.missing(Credential.objects.get(pk=credential.pk))}


def test_a_complete_diploma_is_sent_and_waits_for_a_reviewer(applicant: Applicant):
    credential = waiting(applicant)

    stored = Credential.objects.get(pk=credential.pk)
    assert (stored.state, stored.submitted_at, stored.language) == (C.SUBMITTED, AT, "en")
    assert [change.status for change in stored.status_changes.all()] == ["in_progress"]


@pytest.mark.parametrize(
    ("changes", "part", "text"),
    [
        ({"language": "es"}, P.TRANSLATION, completeness.NO_TRANSLATION),
        ({"name_on_document": "K. Mensah"}, P.NAME_EVIDENCE, completeness.NO_NAME_EVIDENCE),
        ({"name_on_document": "Mensah Kofi"}, P.NAME_EVIDENCE, completeness.NO_NAME_EVIDENCE),
    ],
)
def test_what_a_document_needs_besides_is_asked_for(applicant: Applicant, enqueued, changes, part, text):
    credential = upload(applicant).credential
    passes()
    describe(credential, **changes)

    with nothing_happens(enqueued), pytest.raises(IncompleteError) as refused:
        submit(credential)
    assert [one.text for one in refused.value.missing] == [text]

    add(credential, part, shade=99)
    passes()
    assert submit(credential).state == C.SUBMITTED


def test_a_verified_former_name_needs_no_evidence(applicant: Applicant):
    VerifiedName.objects.create(
        applicant=applicant, family_name="Asante", given_names="Kofi", verified_on=date(2020, 1, 1)
    )

    assert waiting(applicant, name_on_document="KOFI  ASANTE").state == C.SUBMITTED


def test_each_thing_that_is_missing_is_named(applicant: Applicant, enqueued):
    document = upload(applicant)
    credential = document.credential
    assert missing(credential) == {completeness.STILL_CHECKING, completeness.NO_FACTS}
    refuse(document.upload)
    assert missing(credential) == {completeness.FILE_REFUSED, completeness.NO_FILE, completeness.NO_FACTS}
    describe(credential)

    with nothing_happens(enqueued), pytest.raises(IncompleteError):
        submit(credential)


def test_nothing_is_sent_before_identity_is_confirmed(applicant: Applicant, enqueued):
    credential = upload(applicant).credential
    passes()
    describe(credential)
    Applicant.objects.update(identity_checked_on=None)

    with nothing_happens(enqueued), pytest.raises(IdentityNotCheckedError):
        submit(credential)


def test_the_same_file_is_not_taken_twice_whatever_it_is_called(applicant: Applicant, enqueued):
    upload(applicant, shade=10)

    with nothing_happens(enqueued), pytest.raises(HandingInError, match="already, as: Final medical diploma"):
        upload(applicant, kind=CredentialKind.TRANSCRIPT, shade=10)
    assert Credential.objects.count() == 1


def test_a_refused_file_may_be_sent_again(applicant: Applicant):
    first = upload(applicant, shade=10)
    refuse(first.upload)

    again = upload(applicant, shade=10)

    assert again.credential_id == first.credential_id
    assert again.upload_id != first.upload_id


def test_files_of_one_diploma_gather_and_transfers_stand_apart(applicant: Applicant):
    first, second = upload(applicant, shade=10), upload(applicant, shade=20)
    a = upload(applicant, kind=CredentialKind.TRANSFER_TRANSCRIPT, issuer="School A", shade=30)
    b = upload(applicant, kind=CredentialKind.TRANSFER_TRANSCRIPT, issuer="School B", shade=40)
    more = upload(applicant, kind=CredentialKind.TRANSFER_TRANSCRIPT, issuer="school  a", shade=50)

    assert first.credential_id == second.credential_id
    assert len({first.credential_id, a.credential_id, b.credential_id}) == 3
    assert more.credential_id == a.credential_id


def test_a_second_diploma_is_not_begun_while_one_is_with_us(applicant: Applicant, enqueued):
    waiting(applicant)

    with nothing_happens(enqueued), pytest.raises(HandingInError, match="from you already"):
        upload(applicant, shade=77)


def test_after_a_refusal_another_diploma_may_be_handed_in(applicant: Applicant):
    credential = waiting(applicant)
    for state in (C.IN_REVIEW, C.REFUSED):
        moves.move(credential, state, at=AT, actor="test")

    assert upload(applicant, shade=77).credential_id != credential.pk


def test_the_school_is_found_by_its_exact_name_alone(applicant: Applicant):
    school = MedicalSchool.objects.create(
        code="GH0001", name="Université d’Exemple", city="Accra", country="GH", search_text="universite dexemple accra"
    )
    found = upload(applicant, issuer="UNIVERSITE D'EXEMPLE").credential
    other = upload(applicant, kind=CredentialKind.TRANSCRIPT, issuer="Exemple", shade=60).credential

    assert (found.school, other.school) == (school, None)


def test_a_file_replaced_while_it_is_reviewed_makes_the_review_stale_and_loses_nothing(applicant: Applicant, enqueued):
    credential, reviewer = waiting(applicant), StaffFactory.create()
    former = credential.current_documents()[0]
    reviews.take(Credential, credential.pk, reviewer=reviewer, at=AT)
    reviews.save(Credential, credential.pk, judgment=Judgment(internal_note="Seal is faint"), reviewer=reviewer, at=AT)
    replace_file = partial(
        handing_in.replace_file, applicant=applicant, key=credential.pk, document=former.pk, actor="user:1"
    )

    with nothing_happens(enqueued), pytest.raises(UnderReviewError):
        replace_file(at=AT, file=scan(200))
    later = AT + timedelta(days=2)
    new = replace_file(at=later, file=scan(200), knows_review_ends=True)

    stored = Credential.objects.get(pk=credential.pk)
    assert (stored.state, stored.reviewer, stored.submitted_at) == (C.SUBMITTED, None, AT)
    assert stored.internal_note == "Seal is faint"
    assert [one.pk for one in stored.current_documents()] == [new.pk]
    former.refresh_from_db()
    assert (former.replaced_by_id, former.upload.is_shown) == (new.pk, True)
    with nothing_happens(enqueued), pytest.raises(AlreadyDecidedError):
        reviews.begin_decision(Credential, credential.pk, judgment=Judgment(), reviewer=reviewer)
    with nothing_happens(enqueued), pytest.raises(reviews.DocumentNotReadyError):
        reviews.take(Credential, credential.pk, reviewer=reviewer, at=later)


def test_a_file_is_replaced_only_while_it_may_be(applicant: Applicant, enqueued):
    credential = waiting(applicant)
    former = credential.current_documents()[0]
    for state in (C.IN_REVIEW, C.ACCEPTED_FOR_VERIFICATION):
        moves.move(credential, state, at=AT, actor="test")

    with nothing_happens(enqueued), pytest.raises(HandingInError, match="cannot be changed now"):
        handing_in.replace_file(
            applicant=applicant, key=credential.pk, document=former.pk, file=scan(200), at=AT, actor="user:1"
        )
    with nothing_happens(enqueued), pytest.raises(HandingInError):
        handing_in.remove_file(applicant=applicant, key=credential.pk, document=former.pk, at=AT, actor="user:1")
    with nothing_happens(enqueued), pytest.raises(HandingInError):
        handing_in.discard(applicant=applicant, key=credential.pk, at=AT, actor="user:1")


def test_a_draft_is_removed_with_the_bytes_of_its_files(applicant: Applicant):
    first = upload(applicant)
    upload(applicant, shade=60)
    passes()
    actor = actor_label(applicant.user)

    handing_in.remove_file(
        applicant=applicant, key=first.credential_id, document=first.pk, at=AT + timedelta(hours=1), actor=actor
    )
    assert CredentialDocument.objects.count() == 1
    handing_in.discard(applicant=applicant, key=first.credential_id, at=AT + timedelta(hours=1), actor=actor)

    assert Credential.objects.count() == 0
    assert [row.is_shown for row in Upload.objects.all()] == [False, False]


def test_nobody_touches_a_strangers_credential(applicant: Applicant, other_applicant: Applicant, enqueued):
    document = upload(applicant)
    who, key, pk = other_applicant, document.credential_id, document.pk

    with nothing_happens(enqueued):
        for act in (
            lambda: handing_in.submit(applicant=who, key=key, at=AT, actor="user:1"),
            lambda: handing_in.discard(applicant=who, key=key, at=AT, actor="user:1"),
            lambda: handing_in.remove_file(applicant=who, key=key, document=pk, at=AT, actor="user:1"),
            lambda: handing_in.replace_file(applicant=who, key=key, document=pk, file=scan(3), at=AT, actor="user:1"),
            lambda: handing_in.add_file(
                applicant=who, key=key, part=P.TRANSLATION, file=scan(3), at=AT, actor="user:1"
            ),
        ):
            with pytest.raises(Credential.DoesNotExist):
                act()


def test_a_letter_of_the_school_stands_in_for_a_diploma_once(applicant: Applicant):
    credential = upload(applicant, part=P.SCHOOL_LETTER).credential
    passes()
    describe(credential, issued_on=None, degree_title="")
    assert missing(credential) == set()
    Credential.objects.update(letter_accepted_on=date(2026, 5, 4), state=C.RETURNED_TO_APPLICANT)
    # The letter has done what a letter can do: the diploma itself is next (R-CRED-8).
    assert missing(credential) == {completeness.NO_FILE}


def test_what_grows_has_an_end(applicant: Applicant, enqueued, monkeypatch: pytest.MonkeyPatch):
    credential = upload(applicant).credential
    monkeypatch.setattr(handing_in, "MOST_FILES", 1)
    monkeypatch.setattr(handing_in, "MOST_CREDENTIALS", 1)

    with nothing_happens(enqueued), pytest.raises(HandingInError, match="1 files already"):
        add(credential, P.TRANSLATION, shade=70)
    with nothing_happens(enqueued), pytest.raises(HandingInError, match="1 credentials on record"):
        upload(applicant, kind=CredentialKind.TRANSCRIPT, shade=80)


def test_an_empty_file_never_gets_in(applicant: Applicant, enqueued):
    with nothing_happens(enqueued), pytest.raises(UploadRefusedError):
        handing_in.begin(
            applicant=applicant,
            kind=CredentialKind.DIPLOMA,
            part=P.ORIGINAL,
            issuer="Example",
            file=SimpleUploadedFile("a.pdf", b""),
            at=AT,
            actor="user:1",
        )
