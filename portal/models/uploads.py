"""Files that people upload: one row per file, and where it stands on its way through the checks."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.constraints import filled_exactly_in, state_is_known
from portal.encryption import EncryptedTextField
from portal.states import Machine, Owner

MOST_BYTES = 10_000_000
MOST_PAGES = 50
MOST_A_DAY = 20


class UploadState(models.TextChoices):
    """Where an uploaded file stands."""

    RECEIVED = "received", "Waiting for the check"
    CHECKING = "checking", "Being checked"
    CLEAN = "clean", "Checked"
    REFUSED = "refused", "Refused"


UPLOAD_MACHINE: Machine[UploadState] = Machine(
    name="Upload",
    moves={
        UploadState.RECEIVED: frozenset({UploadState.CHECKING}),
        UploadState.CHECKING: frozenset({UploadState.RECEIVED, UploadState.CLEAN, UploadState.REFUSED}),
        UploadState.CLEAN: frozenset(),
        UploadState.REFUSED: frozenset(),
    },
    owners={
        UploadState.RECEIVED: Owner.SYSTEM,
        UploadState.CHECKING: Owner.SYSTEM,
        UploadState.CLEAN: Owner.NOBODY,
        UploadState.REFUSED: Owner.APPLICANT,
    },
)


class Refusal(models.TextChoices):
    """Why a file is not taken. The label is the one sentence that people read, at the field and on the page."""

    EMPTY = "empty", "The selected file is empty. Select the file that you want to send."
    TOO_BIG = "too_big", "The selected file must be smaller than 10 MB. Scan it again at 300 dpi, or save it as JPG."
    WRONG_TYPE = "wrong_type", "The selected file must be a PDF, JPG or PNG."
    WRONG_NAME = (
        "wrong_name",
        "The ending of the file’s name does not fit its content. Save it again as PDF, JPG or PNG, and upload that.",
    )
    ENCRYPTED = "encrypted", "The selected file is protected by a password. Save a copy without one, and upload that."
    DAMAGED = "damaged", "The selected file could not be opened. Scan or save it again, and upload the new file."
    TOO_MANY_PAGES = "too_many_pages", "The selected file has more than 50 pages. Upload only the pages we ask for."
    TOO_LARGE_PICTURE = (
        "too_large_picture",
        "The selected file has a picture or page that is too large. Scan it again at 300 dpi, and upload the new file.",
    )
    VIRUS = "virus", "The selected file has a virus and was deleted. Check your device, and upload a clean copy."
    NOT_CHECKED = (
        "not_checked",
        "We could not finish checking the selected file. Save it again as PDF, JPG or PNG, and upload the new file.",
    )
    TOO_MANY_TODAY = "too_many_today", "You have uploaded 20 files in the last 24 hours. Upload the next one tomorrow."


class FileType(models.TextChoices):
    """What a file is, told by its content."""

    PDF = "pdf", "PDF"
    JPEG = "jpeg", "JPG"
    PNG = "png", "PNG"


class VirusScan(models.TextChoices):
    """What is known from the virus scanner."""

    NOT_SCANNED = "not_scanned", "Not scanned for viruses"
    WAITING = "waiting", "Waiting for the virus scanner"
    NOTHING_FOUND = "nothing_found", "No virus found"
    FOUND = "found", "Virus found"


class Upload(models.Model):
    """A file that somebody uploaded (invariant 22).

    The row is the queue entry of its check: claimed under a lease by a worker that names its token in every later write.
    The bytes are stored under `storage_name`, which is random, and encrypted with `data_key`; `original_name` is only ever
    shown. The page images of a clean file are stored beside them under `pages_name`, and `page_sizes` lists their
    [width, height] in pixels.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads")
    purpose = models.CharField(max_length=40, help_text="What it is for, such as passport.")
    original_name = models.CharField(
        max_length=120, blank=True, help_text="As the person's device calls it; only shown."
    )
    storage_name = models.CharField(max_length=32, unique=True)
    data_key = EncryptedTextField(blank=True, help_text="Opens the stored bytes; without it they say nothing.")
    sha256 = models.CharField(max_length=64, help_text="Of the bytes as they came.")
    size = models.PositiveIntegerField(help_text="In bytes.")
    state = models.CharField(max_length=12, choices=UploadState.choices, default=UploadState.RECEIVED)
    refusal = models.CharField(max_length=20, choices=Refusal.choices, blank=True)
    detected_type = models.CharField(max_length=4, choices=FileType.choices, blank=True)
    virus_scan = models.CharField(max_length=16, choices=VirusScan.choices, default=VirusScan.NOT_SCANNED)
    pages_name = models.CharField(max_length=32, blank=True)
    page_sizes = models.JSONField(default=list, blank=True)
    page_count = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True, help_text="When bytes and pictures became unreadable.")
    not_before = models.DateTimeField(help_text="Not claimed before this time.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Claims after which no worker was heard of again.")
    token = models.UUIDField(null=True, blank=True, help_text="Of the worker that holds the lease.")
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            state_is_known("upload", "state", UploadState.values),
            filled_exactly_in("upload", "state", "token", [UploadState.CHECKING]),
            filled_exactly_in("upload", "state", "lease_until", [UploadState.CHECKING]),
            filled_exactly_in("upload", "state", "checked_at", [UploadState.CLEAN, UploadState.REFUSED]),
            models.CheckConstraint(
                condition=(Q(state=UploadState.REFUSED) & ~Q(refusal=""))
                | (~Q(state=UploadState.REFUSED) & Q(refusal="")),
                name="upload_refusal_has_code",
            ),
            models.CheckConstraint(
                condition=(Q(state=UploadState.CLEAN, page_count__gt=0) & ~Q(pages_name="") & ~Q(detected_type=""))
                | (~Q(state=UploadState.CLEAN) & Q(page_count=0, pages_name="")),
                name="upload_pages_only_when_clean",
            ),
            models.CheckConstraint(
                condition=~Q(state=UploadState.CLEAN)
                | Q(virus_scan__in=[VirusScan.NOT_SCANNED, VirusScan.NOTHING_FOUND]),
                name="upload_clean_has_no_virus",
            ),
            models.CheckConstraint(condition=Q(storage_name__regex=r"^[0-9a-f]{32}$"), name="upload_name_is_random"),
            models.CheckConstraint(
                condition=Q(size__gt=0, size__lte=MOST_BYTES, page_count__lte=MOST_PAGES), name="upload_within_limits"
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(erased_at__gte=F("checked_at")),
                name="upload_erased_last",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "received_at"], name="upload_owner_day"),
            models.Index(fields=["not_before"], condition=Q(state="received"), name="upload_due"),
            models.Index(fields=["lease_until"], condition=Q(state="checking"), name="upload_leases"),
        ]
        permissions = [("download_upload", "Can download the original of an upload")]

    def __str__(self) -> str:
        return f"upload {self.pk}"

    @property
    def in_progress(self) -> bool:
        """Tell whether the check has not ended yet."""
        return self.state in {UploadState.RECEIVED, UploadState.CHECKING}

    @property
    def is_shown(self) -> bool:
        """Tell whether page images exist and may be looked at (invariant 22)."""
        return self.state == UploadState.CLEAN and self.erased_at is None
