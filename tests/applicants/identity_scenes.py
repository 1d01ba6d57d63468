"""What tests of identity share: a scan, a file that passed its checks, a reading, and "nothing happened"."""

import io
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from applicants.models import (
    Applicant,
    FormerNameOfRecord,
    IdentityCheck,
    NameRequest,
    SuspectedDuplicate,
    User,
    VerifiedName,
)
from applicants.models.reviews import ReviewedRecord
from applicants.services import identity, names, reviews
from applicants.services.identity import PassportClaim
from applicants.services.names import NameWish
from applicants.services.readings import ALL_CHECKS, Reading
from applicants.states import NameReason
from portal.audit import actor_label
from portal.models import AuditEvent, FileType, OutgoingEmail, Upload, UploadState
from tests.factories.applicants import unexpired
from tests.support import unchanged

AT = datetime(2026, 5, 4, 15, tzinfo=UTC)
NUMBER = "G7654321"

WATCHED = (
    Applicant,
    IdentityCheck,
    NameRequest,
    FormerNameOfRecord,
    VerifiedName,
    SuspectedDuplicate,
    Upload,
    OutgoingEmail,
    AuditEvent,
)


def scan(shade: int = 200, name: str = "passport.jpg") -> SimpleUploadedFile:
    """A small picture; another `shade` makes another file."""
    target = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 30, 30)).save(target, "JPEG")
    return SimpleUploadedFile(name, target.getvalue(), "image/jpeg")


def passes(record: ReviewedRecord) -> None:
    """Let the file of `record` have passed its checks."""
    Upload.objects.filter(pk=record.upload.pk).update(
        state=UploadState.CLEAN,
        checked_at=AT,
        detected_type=FileType.JPEG,
        pages_name="0" * 32,
        page_sizes=[[64, 48]],
        page_count=1,
        token=None,
        lease_until=None,
    )


def refuse(record: ReviewedRecord) -> None:
    """Let the file of `record` have been refused."""
    Upload.objects.filter(pk=record.upload.pk).update(
        state=UploadState.REFUSED, refusal="damaged", checked_at=AT, erased_at=AT, token=None, lease_until=None
    )


def claim(applicant: Applicant, **changes: object) -> PassportClaim:
    """What stands in a good passport of `applicant`."""
    good = PassportClaim(
        passport_number=NUMBER,
        issuing_country="GH",
        expires_on=unexpired(),
        family_name=applicant.family_name,
        given_names=applicant.given_names,
    )
    return replace(good, **changes)  # type: ignore[arg-type]  # names of its own fields


def send_passport(applicant: Applicant, *, at: datetime = AT, shade: int = 200, **changes: object) -> IdentityCheck:
    """Send a passport; its file has not been checked yet."""
    return identity.submit_passport(
        applicant=applicant,
        claim=claim(applicant, **changes),
        file=scan(shade),
        at=at,
        actor=actor_label(applicant.user),
    )


def wish(**changes: object) -> NameWish:
    """Another family name after a marriage."""
    return replace(NameWish("Boateng", "Kofi", "", NameReason.MARRIAGE), **changes)  # type: ignore[arg-type]  # as above


def ask_for_change(
    applicant: Applicant, *, at: datetime = AT, knows_it_is_late: bool = False, shade: int = 90, **changes: object
) -> NameRequest:
    """Ask for another name of record; the file has not been checked yet."""
    return names.request_change(
        applicant=applicant,
        wish=wish(**changes),
        knows_it_is_late=knows_it_is_late,
        file=scan(shade),
        at=at,
        actor=actor_label(applicant.user),
    )


def ask_for_verification(
    applicant: Applicant, name: tuple[str, str] = ("Asante", "Kofi"), *, at: datetime = AT, shade: int = 60
) -> NameRequest:
    """Ask that a former name be verified."""
    return names.request_verification(
        applicant=applicant,
        name=name,
        explanation="My diploma",
        file=scan(shade),
        at=at,
        actor=actor_label(applicant.user),
    )


def reading(record: ReviewedRecord, **changes: object) -> Reading:
    """What a reviewer reads in a document that is as the person said, with every check made."""
    good = Reading(
        family_name=record.family_name,
        given_names=record.given_names,
        birth_date=record.applicant.birth_date,
        expires_on=unexpired(),
        checks=ALL_CHECKS,
    )
    return replace(good, **changes)  # type: ignore[arg-type]  # names of its own fields


def taken(record: ReviewedRecord, reviewer: User, *, at: datetime = AT) -> None:
    """Let the file pass and `reviewer` begin."""
    passes(record)
    reviews.take(type(record), record.pk, reviewer=reviewer, at=at)


def accept_change(request: NameRequest, reviewer: User, *, at: datetime = AT, **changes: object) -> None:
    """Review and accept a request about a name."""
    taken(request, reviewer, at=at)
    entered = reading(request, **changes)
    names.accept(key=request.pk, reading=entered, not_a_duplicate=False, reviewer=reviewer, at=at)


def rows() -> dict[str, list[object]]:
    """Return the contents of every table that is watched here."""
    return unchanged.rows(*WATCHED)


def nothing_happens(enqueued: Sequence[object]) -> AbstractContextManager[None]:
    """Fail when anything is written, queued or sent inside the block."""
    return unchanged.nothing_happens(enqueued, *WATCHED)
