"""What tests of credentials share: a scan, files that passed their checks, a credential that waits, a good reading."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime

from applicants.models import Applicant
from certification.models import Credential, CredentialDocument, CredentialStatusChange
from certification.services.credentials import handing_in
from certification.services.credentials.handing_in import Printed
from certification.states import CredentialKind, CredentialPart
from portal.audit import actor_label
from portal.models import AuditEvent, FileType, InboxMessage, OutgoingEmail, Upload, UploadState
from tests.applicants.identity_scenes import scan
from tests.support import unchanged

AT = datetime(2026, 5, 4, 15, tzinfo=UTC)
ISSUER = "Example Medical School"
TITLE = "Bachelor of Medicine, Bachelor of Surgery"
WATCHED = (
    Credential,
    CredentialDocument,
    CredentialStatusChange,
    Upload,
    OutgoingEmail,
    InboxMessage,
    AuditEvent,
)


def passes(*uploads: Upload) -> None:
    """Let files have passed their checks; without any, all that are being checked."""
    rows = Upload.objects.filter(pk__in=[upload.pk for upload in uploads]) if uploads else Upload.objects.all()
    rows.exclude(state=UploadState.REFUSED).update(
        state=UploadState.CLEAN,
        checked_at=AT,
        detected_type=FileType.JPEG,
        pages_name="0" * 32,
        page_sizes=[[64, 48]],
        page_count=1,
        token=None,
        lease_until=None,
    )


def refuse(upload: Upload, refusal: str = "damaged") -> None:
    """Let a file have been refused."""
    Upload.objects.filter(pk=upload.pk).update(
        state=UploadState.REFUSED,
        refusal=refusal,
        checked_at=AT,
        erased_at=AT,
        detected_type="",
        pages_name="",
        page_sizes=[],
        page_count=0,
        token=None,
        lease_until=None,
    )


def upload(
    applicant: Applicant,
    *,
    kind: CredentialKind = CredentialKind.DIPLOMA,
    part: CredentialPart = CredentialPart.ORIGINAL,
    issuer: str = ISSUER,
    shade: int = 10,
    at: datetime = AT,
) -> CredentialDocument:
    """Upload a document; its file has not been checked yet."""
    return handing_in.begin(
        applicant=applicant,
        kind=kind,
        part=part,
        issuer=issuer,
        file=scan(shade, "diploma.jpg"),
        at=at,
        actor=actor_label(applicant.user),
    )


def add(credential: Credential, part: CredentialPart, *, shade: int, at: datetime = AT) -> CredentialDocument:
    """Upload what belongs to a document."""
    return handing_in.add_file(
        applicant=credential.applicant,
        key=credential.pk,
        part=part,
        file=scan(shade, "more.jpg"),
        at=at,
        actor=actor_label(credential.applicant.user),
    )


def printed(applicant: Applicant, **changes: object) -> Printed:
    """What stands on a good English diploma of `applicant`."""
    good = Printed(applicant.full_name, ISSUER, "en", date(2018, 7, 1), TITLE)
    return replace(good, **changes)  # type: ignore[arg-type]  # names of its own fields


def describe(credential: Credential, *, at: datetime = AT, **changes: object) -> Credential:
    """Say what is printed on the document."""
    return handing_in.say_what_is_printed(
        applicant=credential.applicant,
        key=credential.pk,
        printed=printed(credential.applicant, **changes),
        at=at,
        actor=actor_label(credential.applicant.user),
    )


def submit(credential: Credential, *, at: datetime = AT) -> Credential:
    """Send it for review."""
    return handing_in.submit(
        applicant=credential.applicant, key=credential.pk, at=at, actor=actor_label(credential.applicant.user)
    )


def waiting(applicant: Applicant, *, shade: int = 10, at: datetime = AT, **changes: object) -> Credential:
    """A diploma that waits for a reviewer, its file checked."""
    credential = upload(applicant, shade=shade, at=at).credential
    passes()
    describe(credential, at=at, **changes)
    return submit(credential, at=at)


def nothing_happens(enqueued: Sequence[object]) -> AbstractContextManager[None]:
    """Fail when anything is written, queued or sent inside the block."""
    return unchanged.nothing_happens(enqueued, *WATCHED)
