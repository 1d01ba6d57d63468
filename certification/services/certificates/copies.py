"""The sealed PDF of a certificate: asked for with the change that it prints, made by the worker that has the seal's key.

The row is the queue; a wake-up message only hastens it.
"""

import hashlib
import uuid
from datetime import datetime, timedelta
from io import BytesIO
from typing import cast

import structlog
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from certification import certificate_snapshot, jobs, rendering
from certification.certificate_snapshot import CertificateSnapshot, Issuer, PrintedRequirement
from certification.models import Certificate, CertificateCopy
from certification.services.facts import facts_as_of
from certification.states import COPY_MACHINE, CopyState
from portal import audit, leases, mail, sealing
from portal import jobs as portal_jobs
from portal.eastern import eastern_date

logger = structlog.get_logger(__name__)
MOST_FAILURES = 5


class CopyNotReadyError(Exception):
    """The PDF was not made yet, or its bytes cannot be read."""


def storage() -> Storage:
    """Return where certificates are kept; their holders get them, nobody else does."""
    return storages["certificates"]


@transaction.atomic
def request_copy(certificate: Certificate, *, at: datetime, actor: str) -> CertificateCopy:
    """Freeze what the locked `certificate` says at `at`, and have it printed and sealed."""
    latest = certificate.copies.order_by("-version").values_list("version", flat=True).first()
    frozen = _snapshot(certificate, version=(latest or 0) + 1, at=at)
    copy = CertificateCopy.objects.create(
        certificate=certificate,
        version=frozen.version,
        snapshot=certificate_snapshot.to_json(frozen),
        template_version=frozen.template_version,
        requested_at=at,
        not_before=at,
    )
    audit.record("certification.copy_requested", actor=actor, subject=copy, at=at, version=frozen.version)
    portal_jobs.enqueue_on_commit(jobs.MAKE_CERTIFICATE_COPY, copy_id=str(copy.pk))
    return copy


def _snapshot(certificate: Certificate, *, version: int, at: datetime) -> CertificateSnapshot:
    today = eastern_date(at)
    facts = facts_as_of(applicant_id=certificate.applicant_id, as_of=today)
    organization = settings.ORGANIZATION
    return CertificateSnapshot(
        number=certificate.number,
        version=version,
        issued_on=certificate.issued_on,
        valid_through=facts.certificate.valid_through if facts.certificate else None,
        made_at=at,
        template_version=certificate_snapshot.TEMPLATE_VERSION,
        family_name=facts.name.family_name,
        given_names=facts.name.given_names,
        native_script_name=facts.native_script_name,
        requirements=tuple(PrintedRequirement(one.label, one.how, one.on) for one in facts.requirements if one.met),
        issuer=Issuer(
            organization["name"],
            organization["address"],
            organization["email"],
            organization["signatory"],
            organization["signatory_title"],
        ),
        verify_page=f"{settings.BASE_URL}{reverse('verify_certificate')}",
    )


def make(copy_id: uuid.UUID) -> bool:
    """Make the PDF of one copy that waits; returns whether it is ready now. One that does not wait is left alone."""
    copy = _claim(copy_id)
    if copy is None:
        return False
    try:
        frozen = certificate_snapshot.from_json(copy.snapshot)
        sealed = sealing.process_sealer().seal(
            rendering.render_certificate(frozen),
            at=timezone.now(),
            facts_json=certificate_snapshot.machine_readable(frozen),
            kind="certificate",
        )
        sha256 = hashlib.sha256(sealed).hexdigest()
        # Named by content: storing the same bytes again after a crash replaces nothing and loses nothing.
        stored_as = storage().save(f"{sha256[:2]}/{sha256}.pdf", File(BytesIO(sealed)))
    except Exception as error:  # noqa: BLE001 (one that cannot be printed must not stop the others)
        _give_back(copy, error)
        return False
    return _keep(copy, stored_as, sha256, len(sealed))


@transaction.atomic(durable=True)
def _claim(copy_id: uuid.UUID) -> CertificateCopy | None:
    at = timezone.now()
    rows = CertificateCopy.objects.select_for_update(skip_locked=True)
    copy = rows.filter(pk=copy_id, state=CopyState.WAITING, not_before__lte=at).first()
    if copy is None:
        return None
    _move(copy, CopyState.MAKING)
    copy.lease_until = at + timedelta(seconds=settings.LEASE_SECONDS)
    copy.attempts += 1
    copy.save(update_fields=["state", "lease_until", "attempts"])
    return copy


def _move(copy: CertificateCopy, target: CopyState) -> None:
    COPY_MACHINE.check(copy.state, target)
    copy.state = target


def _held(copy: CertificateCopy) -> CertificateCopy | None:
    """Return the row locked, if this worker's claim of it still stands."""
    rows = CertificateCopy.objects.select_for_update()
    return rows.filter(pk=copy.pk, state=CopyState.MAKING, attempts=copy.attempts).first()


@transaction.atomic(durable=True)
def _keep(copy: CertificateCopy, stored_as: str, sha256: str, size_bytes: int) -> bool:
    held = _held(copy)
    if held is None:
        return False
    at = timezone.now()
    _move(held, CopyState.READY)
    held.lease_until, held.made_at, held.last_error = None, at, ""
    held.stored_as, held.sha256, held.size_bytes = stored_as, sha256, size_bytes
    held.save()
    audit.record("certification.copy_ready", actor="certificates", subject=held, at=at, version=held.version)
    return True


@transaction.atomic(durable=True)
def _give_back(copy: CertificateCopy, error: Exception) -> None:
    """Try again later, or stop after failures of its own and tell staff; a missing key or a full disk is ours to mend."""
    ours = isinstance(error, sealing.SealUnavailable | OSError)
    _return(copy, words=f"{type(error).__name__}: {error}" if ours else type(error).__name__, ours=ours)


def _return(copy: CertificateCopy, *, words: str, ours: bool) -> None:
    held, at = _held(copy), timezone.now()
    if held is None:
        return
    held.failures += not ours
    stopped = held.failures >= MOST_FAILURES
    _move(held, CopyState.FAILED if stopped else CopyState.WAITING)
    held.lease_until, held.last_error = None, words[:500]
    held.not_before = at + leases.retry_delay(held.attempts)
    held.save()
    logger.warning("certificate_not_made", copy=str(held.pk), attempt=held.attempts)
    if stopped or held.attempts == 1:
        mail.alert_staff(
            subject="A certificate could not be printed",
            lines=[f"Certificate copy {held.pk}, attempt {held.attempts}: {words}.", "Others go on."],
            at=at,
        )


@transaction.atomic
def try_again(*, copy_id: uuid.UUID, reason: str, at: datetime, actor: str) -> None:
    """Let a copy that was stopped be made again. Raises portal.states.IllegalMoveError."""
    copy = CertificateCopy.objects.select_for_update().get(pk=copy_id)
    _move(copy, CopyState.WAITING)
    copy.failures, copy.not_before = 0, at
    copy.save(update_fields=["state", "failures", "not_before"])
    audit.record("certification.copy_tried_again", actor=actor, subject=copy, at=at, reason=reason)
    portal_jobs.enqueue_on_commit(jobs.MAKE_CERTIFICATE_COPY, copy_id=str(copy.pk))


def sweep(*, at: datetime, limit: int = 200) -> int:
    """Take up copies whose worker was lost, and wake a worker for each that is due; returns how many were woken."""
    for copy in CertificateCopy.objects.filter(state=CopyState.MAKING, lease_until__lt=at)[:limit]:
        _take_back(copy)
    due = CertificateCopy.objects.filter(state=CopyState.WAITING, not_before__lte=at).order_by("not_before")
    keys = list(due.values_list("pk", flat=True)[:limit])
    for key in keys:
        if not portal_jobs.send(jobs.MAKE_CERTIFICATE_COPY, {"copy_id": str(key)}):
            break
    return len(keys)


@transaction.atomic(durable=True)
def _take_back(copy: CertificateCopy) -> None:
    _return(copy, words="The worker was lost.", ours=False)


def newest(certificate: Certificate) -> CertificateCopy | None:
    """Return the newest copy, in whatever state, or None."""
    return certificate.copies.order_by("-version").first()


def stored_bytes(copy: CertificateCopy) -> bytes:
    """Return the bytes that were stored for `copy`. Raises CopyNotReadyError."""
    if copy.state != CopyState.READY:
        raise CopyNotReadyError
    try:
        with storage().open(copy.stored_as) as file:
            return cast("bytes", file.read())  # the storage opens in binary mode
    except OSError as error:
        raise CopyNotReadyError from error


@transaction.atomic
def hand_out(copy: CertificateCopy, *, at: datetime, actor: str) -> bytes:
    """Return the PDF for its holder and note that it was taken. Raises CopyNotReadyError."""
    content = stored_bytes(copy)
    audit.record("certification.copy_downloaded", actor=actor, subject=copy, at=at, version=copy.version)
    return content
