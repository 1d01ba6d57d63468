"""First step of a dispatch job: facts → snapshot → PDF → seal → stored bytes. Made once; every attempt sends those bytes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import cast

import structlog
from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from certification.services import facts_as_of
from cvs import codes, jobs, rendering, snapshot
from cvs.models import DispatchAttempt, DispatchJob, IssuedReport, ReportRequest
from cvs.services.moves import lock_request
from cvs.services.pauses import may_proceed, pause
from cvs.services.snapshots import Identity, build_snapshot, report_number
from cvs.states import JobStep, ReportState
from portal import audit, leases, mail, sealing
from portal.eastern import eastern_date
from portal.jobs import enqueue_on_commit
from portal.models import DeliveryState

logger = structlog.get_logger(__name__)

MOST_PREPARE_ATTEMPTS = 5


@dataclass(frozen=True)
class Document:
    """A sealed report that is stored but not yet on record."""

    identity: Identity
    snapshot: snapshot.ReportSnapshot
    stored_as: str
    sha256: str
    size_bytes: int


def report_storage() -> Storage:
    """Return where report bytes are kept; no view reads from it."""
    return storages["reports"]


def _new_identity(request: ReportRequest) -> Identity:
    latest = request.reports.order_by("-version").first()
    version = latest.version + 1 if latest else 1
    return Identity(
        number=report_number(request, version),
        version=version,
        replaces=latest,
        url_code=codes.new_url_code(),
        short_code=codes.new_short_code(),
        acknowledge_code=codes.new_url_code(),
    )


def _store(content: bytes) -> tuple[str, str]:
    sha256 = hashlib.sha256(content).hexdigest()
    # Named by content: storing the same bytes again after a crash replaces nothing and loses nothing.
    return report_storage().save(f"{sha256[:2]}/{sha256}.pdf", File(BytesIO(content))), sha256


def make_document(job: DispatchJob, *, at: datetime) -> Document:
    """Make, seal and store the report of `job`; writes nothing to the database.

    Raises whatever rendering raises for facts it cannot print, `sealing.SealUnavailable` without a usable key, OSError
    when the storage does not take the bytes.
    """
    request = ReportRequest.objects.select_related("authority", "order_line__order").get(pk=job.request_id)
    identity = _new_identity(request)
    facts = facts_as_of(applicant_id=request.applicant_id, as_of=eastern_date(at))
    frozen = build_snapshot(request=request, facts=facts, identity=identity, at=at)
    sealed = sealing.process_sealer().seal(
        rendering.render_report(frozen), at=at, facts_json=snapshot.machine_readable(frozen)
    )
    stored_as, sha256 = _store(sealed)
    return Document(identity, frozen, stored_as, sha256, len(sealed))


def _issue(request: ReportRequest, document: Document, *, at: datetime) -> IssuedReport:
    identity = document.identity
    if identity.replaces:
        # One that was withdrawn stays so.
        IssuedReport.objects.filter(pk=identity.replaces.pk, state=ReportState.ISSUED).update(
            state=ReportState.SUPERSEDED
        )
    report = IssuedReport.objects.create(
        request=request,
        version=identity.version,
        replaces=identity.replaces,
        number=identity.number,
        snapshot=snapshot.to_json(document.snapshot),
        template_version=document.snapshot.template_version,
        issued_at=at,
        report_on=document.snapshot.report_on,
        url_code=identity.url_code,
        short_code=identity.short_code,
        acknowledge_code=identity.acknowledge_code,
        stored_as=document.stored_as,
        sha256=document.sha256,
        size_bytes=document.size_bytes,
    )
    audit.record("cvs.report_issued", actor="dispatch", subject=report, at=at, request=request.pk)
    return report


def _log(job: DispatchJob, started_at: datetime, *, at: datetime, outcome: str, detail: str, sha256: str = "") -> None:
    DispatchAttempt.objects.create(
        job=job,
        step=JobStep.PREPARE,
        number=job.attempts,
        started_at=started_at,
        finished_at=at,
        outcome=outcome,
        detail=detail[:500],
        sha256=sha256,
    )


@transaction.atomic(durable=True)
def _record_document(job: DispatchJob, document: Document, started_at: datetime) -> None:
    at = timezone.now()
    request = lock_request(job.request_id)
    if not leases.held_lease(job).select_for_update().exists():
        # Another worker has taken the job over and makes its own document; this one was never on record.
        return
    leases.held_lease(job).update(
        state=DeliveryState.READY,
        token=None,
        lease_until=None,
        step=JobStep.SEND,
        report=_issue(request, document, at=started_at),
        attempts=0,
        not_before=at,
        last_error="",
    )
    _log(job, started_at, at=at, outcome="prepared", detail="", sha256=document.sha256)
    if not may_proceed(request):
        pause(request, at=at)
        return
    enqueue_on_commit(jobs.SEND_REPORT, job_id=str(job.pk))


@transaction.atomic(durable=True)
def _record_failure(job: DispatchJob, error: Exception, started_at: datetime) -> None:
    at = timezone.now()
    # A missing key or a full disk is ours to mend and must not kill reports; anything else is this report's own fault.
    ours = isinstance(error, sealing.SealUnavailable | OSError)
    most = leases.MOST_SEND_ATTEMPTS if ours else MOST_PREPARE_ATTEMPTS
    words = f"{type(error).__name__}: {error}" if ours else type(error).__name__
    state = leases.give_back(job, at=at, error=words, most_attempts=most)
    if state is None:
        return
    _log(job, started_at, at=at, outcome="not prepared", detail=words)
    logger.warning("report_not_prepared", job=str(job.pk), attempt=job.attempts, error=type(error).__name__)
    if state == DeliveryState.DEAD or (ours and job.attempts == 1):
        mail.alert_staff(
            subject="A report could not be prepared",
            lines=[f"Dispatch job {job.pk}, attempt {job.attempts}: {words}.", "Other reports go on."],
            at=at,
        )


@transaction.atomic(durable=True)
def _stop_if_not_allowed(job: DispatchJob) -> bool:
    request = lock_request(job.request_id)
    if may_proceed(request):
        return False
    pause(request, at=timezone.now())
    return True


def prepare(rows: QuerySet[DispatchJob]) -> bool:
    """Prepare the oldest due job of `rows` that has no document yet; returns whether there was one.

    A report that cannot be made is retried and, after five claims, stopped with an alert, while the others go on.
    """
    job = leases.claim(rows.filter(step=JobStep.PREPARE), at=timezone.now())
    if job is None:
        return False
    if _stop_if_not_allowed(job):
        return True
    started_at = timezone.now()
    try:
        leases.require_claims_left(job)
        document = make_document(job, at=started_at)
    except Exception as error:  # noqa: BLE001 (one poison report must not stop the line, whatever it raises)
        _record_failure(job, error, started_at)
        return True
    _record_document(job, document, started_at)
    return True


def stored_bytes(report: IssuedReport) -> bytes:
    """Return the bytes that were stored for `report`. Raises OSError when the storage does not give them."""
    with report_storage().open(report.stored_as) as file:
        return cast("bytes", file.read())  # the storage opens in binary mode
