"""What a physician does with a credential: uploads files, says what is printed on them, and sends it for review."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from applicants.models import Applicant
from applicants.naming import comparable
from applicants.services import identity
from certification.models import Credential, CredentialDocument, MedicalSchool
from certification.rules.words import plain_text
from certification.services.credentials import completeness, deciding, moves
from certification.states.credentials import (
    ENDED,
    OPEN_TO_APPLICANT,
    REPLACEABLE,
    CredentialKind,
    CredentialPart,
    CredentialState,
)
from portal import audit
from portal.models import Upload
from portal.uploads import services as uploads
from portal.uploads.services import erasing

MOST_CREDENTIALS = 30
MOST_FILES = 20
SEVERAL = frozenset({CredentialKind.TRANSFER_TRANSCRIPT})
# Somebody may have seen the files and be about to decide about them, whatever the physician is told.
_SEEN = frozenset({CredentialState.IN_REVIEW, CredentialState.SUSPECTED_FRAUD})


class HandingInError(Exception):
    """Nothing was written. The text is for the person; `field` is where the remedy is, if anywhere."""

    def __init__(self, text: str, *, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


class UnderReviewError(HandingInError):
    """A reviewer has the credential: replacing a file ends that review, and the person must say that they know."""


class IncompleteError(HandingInError):
    """Something is missing; `missing` says what."""

    def __init__(self, missing: list[completeness.Missing]) -> None:
        super().__init__("Something is missing. Nothing was sent.")
        self.missing = missing


@dataclass(frozen=True)
class Printed:
    """What is printed on a document, as the person typed it; `language` is a code of `certification.languages`."""

    name_on_document: str
    issuer: str
    language: str
    issued_on: date | None = None
    degree_title: str = ""


def lock(applicant: Applicant, key: int) -> Credential:
    """Return the person's own credential, locked. Raises `Credential.DoesNotExist`."""
    rows = Credential.objects.select_for_update(of=("self",)).select_related("applicant__user")
    return rows.get(pk=key, applicant_id=applicant.pk)


@transaction.atomic
def begin(
    *,
    applicant: Applicant,
    kind: CredentialKind,
    part: CredentialPart,
    issuer: str,
    file: "UploadedFile[bytes]",
    at: datetime,
    actor: str,
) -> CredentialDocument:
    """Put `file` on the person's open credential of this kind, or on a new one; returns the document.

    Raises `HandingInError`, or what `uploads.receive` raises for a file that is refused at once; nothing is written then.
    """
    # One upload of a person at a time: or two at once would both begin a credential.
    locked = Applicant.objects.select_for_update(of=("self",)).select_related("user").get(pk=applicant.pk)
    mine = list(Credential.objects.filter(applicant=locked, kind=kind).exclude(state__in=ENDED).order_by("-pk"))
    same = [one for one in mine if kind not in SEVERAL or comparable(one.issuer) == comparable(issuer)]
    credential = next((one for one in same if one.state in OPEN_TO_APPLICANT), None)
    if credential is None and same:
        raise HandingInError(
            "We have this document from you already. Open it to replace a file, if one is wrong", field="what"
        )
    if credential is None:
        credential = _new(locked, kind, issuer, at=at, actor=actor)
    return _add(credential, part, file, at=at, actor=actor)


def _new(applicant: Applicant, kind: CredentialKind, issuer: str, *, at: datetime, actor: str) -> Credential:
    if Credential.objects.filter(applicant=applicant).count() >= MOST_CREDENTIALS:
        raise HandingInError(f"You have {MOST_CREDENTIALS} credentials on record. Write to us, so that we can help")
    credential = Credential.objects.create(
        applicant=applicant, kind=kind, issuer=issuer, school=find_school(issuer), moved_at=at
    )
    audit.record("certification.credential_begun", actor=actor, subject=credential, at=at, kind=kind.value)
    return credential


def find_school(issuer: str) -> MedicalSchool | None:
    """Return the one school of the Directory with exactly this name, whatever accents and case; else None."""
    wanted = plain_text(issuer)
    found = [one for one in MedicalSchool.objects.named_like(issuer)[:50] if plain_text(one.name) == wanted]
    return found[0] if len(found) == 1 else None


@transaction.atomic
def add_file(
    *,
    applicant: Applicant,
    key: int,
    part: CredentialPart,
    file: "UploadedFile[bytes]",
    at: datetime,
    actor: str,
) -> CredentialDocument:
    """Put another file on an open credential, such as a translation; returns the document. Raises as `begin`."""
    credential = lock(applicant, key)
    _require_open(credential)
    return _add(credential, part, file, at=at, actor=actor)


def _require_open(credential: Credential) -> None:
    if credential.state not in OPEN_TO_APPLICANT:
        raise HandingInError(f"This document is {_said(credential)}. It cannot be changed now")


def _said(credential: Credential) -> str:
    return "with us already" if credential.told[0] in REPLACEABLE else "decided, or with your school"


def _add(
    credential: Credential, part: CredentialPart, file: "UploadedFile[bytes]", *, at: datetime, actor: str
) -> CredentialDocument:
    if credential.documents.count() >= MOST_FILES:
        raise HandingInError(
            f"This credential has {MOST_FILES} files already. Put several pages into one PDF", field="file"
        )
    upload = _receive(credential, part, file, at=at, actor=actor)
    document = CredentialDocument.objects.create(credential=credential, part=part, upload=upload, added_at=at)
    audit.record("certification.credential_file_added", actor=actor, subject=credential, at=at, part=part.value)
    return document


def _receive(
    credential: Credential, part: CredentialPart, file: "UploadedFile[bytes]", *, at: datetime, actor: str
) -> Upload:
    """Take the file in, unless the person has it on a credential already."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    before = CredentialDocument.objects.filter(
        credential__applicant_id=credential.applicant_id,
        replaced_by=None,
        upload__sha256=digest.hexdigest(),
        upload__erased_at=None,
    )
    same = before.exclude(upload__state="refused").select_related("credential").order_by("pk").first()
    if same is not None:
        what = same.credential.get_kind_display()
        part_of = "" if same.part == CredentialPart.ORIGINAL else f" ({same.get_part_display()})"
        raise HandingInError(f"You uploaded this file already, as: {what}{part_of}. Select another file", field="file")
    purpose = credential.kind if part == CredentialPart.ORIGINAL else part.value
    return uploads.receive(file=file, purpose=purpose, owner=credential.applicant.user, at=at, actor=actor)


@transaction.atomic
def replace_file(
    *,
    applicant: Applicant,
    key: int,
    document: int,
    file: "UploadedFile[bytes]",
    knows_review_ends: bool = False,
    at: datetime,
    actor: str,
) -> CredentialDocument:
    """Put another file in the place of one; the former stays on record and counts no more.

    A credential that waits for review, or is under review, keeps its place in the queue and is reviewed anew: what its
    reviewer decides about the former file is refused. Raises `UnderReviewError` until the person says that they know,
    otherwise as `begin`, and `CredentialDocument.DoesNotExist`.
    """
    credential = lock(applicant, key)
    told = credential.told[0]
    if told not in REPLACEABLE:
        raise HandingInError(f"This document is {_said(credential)}. It cannot be changed now")
    former = credential.documents.select_for_update().get(pk=document, replaced_by=None)
    if told == CredentialState.IN_REVIEW and not knows_review_ends:
        raise UnderReviewError(
            "A reviewer is looking at this file now. Confirm that the review begins anew with the new file",
            field="knows_review_ends",
        )
    if credential.state in _SEEN:
        _begin_review_anew(credential, at=at, actor=actor)
    upload = _receive(credential, CredentialPart(former.part), file, at=at, actor=actor)
    new = CredentialDocument.objects.create(credential=credential, part=former.part, upload=upload, added_at=at)
    former.replaced_by = new
    former.save(update_fields=["replaced_by"])
    audit.record("certification.credential_file_replaced", actor=actor, subject=credential, at=at, part=former.part)
    return new


def _begin_review_anew(credential: Credential, *, at: datetime, actor: str) -> None:
    """Let nobody decide about the former file, and no proposal about it wait for a second person.

    A suspicion stays, and the physician reads of it what they would of a review: of one that waits already, nothing new.
    """
    deciding.lapse_proposals(credential, at=at)
    if credential.state == CredentialState.SUSPECTED_FRAUD:
        if credential.told[0] == CredentialState.IN_REVIEW:
            credential.told_state, credential.told_since = CredentialState.SUBMITTED.value, at
        credential.reviewer = credential.reviewer_until = None
        credential.save(update_fields=["told_state", "told_since", "reviewer", "reviewer_until"])
        return
    sent_at = credential.submitted_at
    moves.move(credential, CredentialState.SUBMITTED, at=at, actor=actor, reason="A file was replaced")
    # Who replaces a file does not lose their place in the queue.
    Credential.objects.filter(pk=credential.pk).update(submitted_at=sent_at)


@transaction.atomic
def remove_file(*, applicant: Applicant, key: int, document: int, at: datetime, actor: str) -> None:
    """Take a file off an open credential and erase it. Raises `HandingInError`, `CredentialDocument.DoesNotExist`."""
    credential = lock(applicant, key)
    _require_open(credential)
    row = credential.documents.select_related("upload").get(pk=document, replaced_by=None)
    _require_checked([row])
    part = row.part
    _delete([row], at=at, actor=actor)
    audit.record("certification.credential_file_removed", actor=actor, subject=credential, at=at, part=part)


def _require_checked(rows: list[CredentialDocument]) -> None:
    if any(row.upload.in_progress for row in rows):
        raise HandingInError("This file is being checked. Remove it when the check has ended, in a minute or two")


def _delete(rows: list[CredentialDocument], *, at: datetime, actor: str) -> None:
    for row in rows:
        upload = row.upload
        row.delete()
        if not CredentialDocument.objects.filter(upload=upload).exists():
            erasing.erase(upload, at=at, actor=actor, reason="The person removed it before it was reviewed")


@transaction.atomic
def discard(*, applicant: Applicant, key: int, at: datetime, actor: str) -> None:
    """Remove a credential that was never sent, with its files. Raises `HandingInError`."""
    credential = lock(applicant, key)
    if credential.state != CredentialState.DRAFT:
        raise HandingInError("This document was sent. Only one that was not sent can be removed")
    rows = list(credential.documents.select_related("upload").order_by("pk"))
    _require_checked(rows)
    audit.record("certification.credential_discarded", actor=actor, subject=credential, at=at)
    _delete(rows, at=at, actor=actor)
    credential.delete()


@transaction.atomic
def say_what_is_printed(*, applicant: Applicant, key: int, printed: Printed, at: datetime, actor: str) -> Credential:
    """Keep what the person read on the document. Raises `HandingInError`."""
    credential = lock(applicant, key)
    _require_open(credential)
    if comparable(credential.issuer) != comparable(printed.issuer):
        credential.school = find_school(printed.issuer)
    for name, value in vars(printed).items():
        setattr(credential, name, value)
    credential.save(update_fields=[*vars(printed), "school"])
    audit.record("certification.credential_described", actor=actor, subject=credential, at=at)
    return credential


@transaction.atomic
def submit(*, applicant: Applicant, key: int, at: datetime, actor: str) -> Credential:
    """Send a credential for review. Raises `IncompleteError`, or `HandingInError` when it was sent already.

    Raises `identity.IdentityNotCheckedError`: names are compared with a record that a passport has confirmed (R-APP-5).
    """
    identity.require_checked(applicant)
    credential = lock(applicant, key)
    _require_open(credential)
    missing = completeness.missing(credential)
    if missing:
        raise IncompleteError(missing)
    return moves.move(credential, CredentialState.SUBMITTED, at=at, actor=actor)
