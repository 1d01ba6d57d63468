"""Requests about a certificate: permanent validation, and new copies for a fee (R-CERT-5, R-CERT-6, R-CERT-9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import IO

from django.db import transaction

from applicants import purchases
from applicants.models import Applicant, User
from applicants.permissions import require
from applicants.purchases import (
    Explanation,
    NoPriceError,
    PaymentUnderWayError,
    Purchase,
    PurchaseRefusedError,
    Settled,
    till,
)
from applicants.services import reviews
from applicants.services.reviews import DecisionError, Judgment
from certification.certificate_emails import tell
from certification.models import Certificate, CertificateRequest, ClinicalTraining
from certification.rules.facts import Training, TrainingKind
from certification.rules.issuing import months_of
from certification.services.certificates import copies, records
from certification.services.certificates.records import Deciders
from certification.services.rule_tables import current_tables
from certification.states import (
    CERTIFICATE_REQUEST_MACHINE,
    OPEN_REQUESTS,
    PERMANENT_KINDS,
    CertificateChangeKind,
    CertificateRequestKind,
    CertificateRequestState,
    CertificateState,
)
from portal import audit
from portal.audit import actor_label
from portal.eastern import eastern_date
from portal.uploads import services as uploads

REVIEW = "certification.review_certificate_requests"
FEE = "CERT_REPLACEMENT"
UPLOAD_PURPOSE = "certificate_request"
NAME_CHECK, DOCUMENT_CHECK, GROUND_CHECK = "name", "document", "ground"
MOST_REQUESTS = 10
WINDOW = timedelta(days=30)
EXPLANATION = Explanation(
    page="certificate",
    page_label="See your certificate",
    next_steps=(
        ("We check your request", "A reviewer compares it with your record."),
        ("We make a new copy", "It has the same number and replaces earlier copies."),
    ),
)


class RequestError(Exception):
    """Nothing was asked for or changed; the text is for the person, `field` is where the remedy is, if anywhere."""

    def __init__(self, text: str, *, field: str = "") -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Ground:
    """What a person says; what a kind does not ask for stays empty."""

    program: str = ""
    started_on: date | None = None
    ended_on: date | None = None
    jurisdiction: str = ""
    licensed_on: date | None = None
    explanation: str = ""


@transaction.atomic
def submit(
    *,
    applicant: Applicant,
    kind: CertificateRequestKind,
    ground: Ground,
    file: IO[bytes] | None,
    at: datetime,
    actor: str,
) -> CertificateRequest:
    """Take a request; one for a new copy waits for its fee. Raises RequestError, or what uploads raise."""
    certificate = _certificate_for(applicant, kind)
    _require_free(certificate, at=at)
    _check_ground(kind, ground, at=at)
    if file is None and kind != CertificateRequestKind.LOST:
        raise RequestError("Select the document that shows it", field="file")
    upload = None
    if file is not None:
        upload = uploads.receive(file=file, purpose=UPLOAD_PURPOSE, owner=applicant.user, at=at, actor=actor)
    costs = kind not in PERMANENT_KINDS
    request = CertificateRequest.objects.create(
        applicant=applicant,
        certificate=certificate,
        kind=kind,
        state=CertificateRequestState.WAITING_FOR_PAYMENT if costs else CertificateRequestState.SUBMITTED,
        submitted_at=None if costs else at,
        upload=upload,
        created_at=at,
        order_line=_ordered(applicant, at=at, actor=actor) if costs else None,
        **vars(ground),
    )
    audit.record("certification.request_made", actor=actor, subject=request, at=at, kind=kind.value)
    return request


def _certificate_for(applicant: Applicant, kind: CertificateRequestKind) -> Certificate:
    key = Certificate.objects.filter(applicant=applicant).values_list("pk", flat=True).first()
    if key is None:
        raise RequestError("You have no certificate yet")
    certificate = records.lock_certificate(key)
    if certificate.state == CertificateState.REVOKED:
        raise RequestError("Your certificate was revoked")
    if kind in PERMANENT_KINDS and (
        certificate.state == CertificateState.MADE_PERMANENT or certificate.valid_through is None
    ):
        raise RequestError("Your certificate is valid indefinitely already")
    return certificate


def _require_free(certificate: Certificate, *, at: datetime) -> None:
    if certificate.requests.filter(state__in=OPEN_REQUESTS).exists():
        raise RequestError("A request of yours is open. Wait for our answer, or withdraw it first")
    if certificate.requests.filter(created_at__gt=at - WINDOW).count() >= MOST_REQUESTS:
        raise RequestError(f"You sent {MOST_REQUESTS} requests in 30 days. Write to us, so that we can help")


def _check_ground(kind: CertificateRequestKind, ground: Ground, *, at: datetime) -> None:
    today = eastern_date(at)
    if kind == CertificateRequestKind.TRAINING:
        if not ground.program or ground.started_on is None:
            raise RequestError("Enter the program and the day on which you began", field="program")
        if ground.started_on > today or (ground.ended_on is not None and ground.ended_on < ground.started_on):
            raise RequestError("The training must have begun, and end after it began", field="started_on")
        if _months(ground.started_on, ground.ended_on, today) < _months_needed(today):
            raise RequestError(
                f"At least {_months_needed(today)} months of training are needed. Ask again when they are complete",
                field="ended_on" if ground.ended_on else "started_on",
            )
    if kind == CertificateRequestKind.LICENSE:
        if not ground.jurisdiction or ground.licensed_on is None:
            raise RequestError("Enter the state or jurisdiction and the day of the license", field="jurisdiction")
        if ground.licensed_on > today:
            raise RequestError("The license must have been issued", field="licensed_on")


def _months(started_on: date, ended_on: date | None, today: date) -> int:
    training = Training(program=TrainingKind.ACGME, started_on=started_on, ended_on=ended_on)
    return months_of(training, today)


def _months_needed(today: date) -> int:
    return int(current_tables().number("permanent_validation_months", today))


def _ordered(applicant: Applicant, *, at: datetime, actor: str) -> int:
    try:
        return till().add_to_order(
            applicant=applicant, fee_code=FEE, description="New copy of the certificate", at=at, actor=actor
        )
    except PaymentUnderWayError as error:
        raise RequestError("A payment of yours is under way. Finish or cancel it first") from error
    except NoPriceError as error:
        raise RequestError("This fee cannot be paid at the moment. Try again tomorrow") from error


@transaction.atomic
def withdraw(*, request_id: int, applicant: Applicant, at: datetime, actor: str) -> None:
    """Take a request back that nobody reviews yet. Raises RequestError or CertificateRequest.DoesNotExist."""
    request = reviews.lock_record(CertificateRequest, request_id)
    if request.applicant_id != applicant.pk:
        raise CertificateRequest.DoesNotExist
    if not CERTIFICATE_REQUEST_MACHINE.allows(request.state, CertificateRequestState.WITHDRAWN):
        raise RequestError("This request cannot be withdrawn any more")
    if request.order_line is not None and request.state == CertificateRequestState.WAITING_FOR_PAYMENT:
        try:
            till().remove_from_order(line_id=request.order_line, at=at)
        except PaymentUnderWayError as error:
            raise RequestError("Its payment is under way. Finish or cancel it first") from error
    _move(request, CertificateRequestState.WITHDRAWN, at=at, actor=actor)


def _move(request: CertificateRequest, state: CertificateRequestState, *, at: datetime, actor: str) -> None:
    CERTIFICATE_REQUEST_MACHINE.check(request.state, state)
    request.state = state
    if state == CertificateRequestState.SUBMITTED:
        request.submitted_at = at
    request.save()
    audit.record(f"certification.request_{state.value}", actor=actor, subject=request, at=at)


# --- Review ---


def checks_needed(request: CertificateRequest) -> Iterable[str]:
    """Return the checks that an acceptance needs."""
    return (NAME_CHECK, GROUND_CHECK) if request.upload is None else (NAME_CHECK, DOCUMENT_CHECK, GROUND_CHECK)


@transaction.atomic
def accept(*, request_id: int, judgment: Judgment, reviewer: User, at: datetime) -> None:
    """Do what was asked for. Raises ReviewError, `NotAllowedError`, or IllegalMoveError; nothing is written then."""
    actor = actor_label(reviewer)
    require(actor, REVIEW)
    request = reviews.begin_decision(CertificateRequest, request_id, judgment=judgment, reviewer=reviewer)
    reviews.require_checks(judgment, checks_needed(request))
    certificate = records.lock_certificate(request.certificate_id)
    if certificate.state == CertificateState.REVOKED:
        raise DecisionError("checks", "The certificate was revoked. Return the request")
    permanent = request.kind in PERMANENT_KINDS
    kind = CertificateChangeKind.MADE_PERMANENT if permanent else CertificateChangeKind.REPLACED
    reason = f"Request {request.pk}: {request.get_kind_display()}"
    reviews.decide(request, CertificateRequestState.ACCEPTED, actor=actor, at=at)
    records.add_change(certificate, kind, reason=reason, deciders=Deciders(second=actor), at=at)
    if request.kind == CertificateRequestKind.TRAINING and request.started_on is not None:
        record_training(
            applicant=request.applicant,
            program=request.program,
            started_on=request.started_on,
            ended_on=request.ended_on,
            at=at,
            actor=actor,
        )
    copies.request_copy(certificate, at=at, actor=actor)
    _earn(request, at=at, actor=actor)
    audit.record("certification.request_accepted", actor=actor, subject=request, at=at)
    tell(request.applicant, "certificate_changed", about=certificate, at=at)


@transaction.atomic
def give_back(*, request_id: int, judgment: Judgment, reviewer: User, at: datetime) -> None:
    """Return a request with a reason that the person reads. Raises as `accept` does."""
    actor = actor_label(reviewer)
    require(actor, REVIEW)
    request = reviews.begin_decision(CertificateRequest, request_id, judgment=judgment, reviewer=reviewer)
    reviews.require_reason(judgment)
    reviews.decide(request, CertificateRequestState.RETURNED, actor=actor, at=at)
    _earn(request, at=at, actor=actor)
    audit.record("certification.request_returned", actor=actor, subject=request, at=at)
    tell(request.applicant, "certificate_request_returned", about=request, at=at)


def _earn(request: CertificateRequest, *, at: datetime, actor: str) -> None:
    if request.order_line is not None:
        till().earn(line_id=request.order_line, at=at, actor=actor)


# --- Permanent validation without a request ---


def record_training(
    *,
    applicant: Applicant,
    program: str,
    started_on: date,
    ended_on: date | None,
    at: datetime,
    actor: str,
    j1_sponsored: bool = False,
) -> ClinicalTraining:
    """Keep clinical training; where we sponsor the J-1 visa, the certificate becomes permanent by itself (R-CERT-6)."""
    training = ClinicalTraining.objects.create(
        applicant=applicant,
        program=program,
        started_on=started_on,
        ended_on=ended_on,
        j1_sponsored=j1_sponsored,
        recorded_at=at,
        recorded_by=actor,
    )
    audit.record("certification.training_recorded", actor=actor, subject=training, at=at, j1_sponsored=j1_sponsored)
    return training


def sweep(*, at: datetime, limit: int = 500) -> int:
    """Make certificates permanent whose holders we sponsored for long enough; returns how many (R-CERT-6)."""
    today = eastern_date(at)
    needed = _months_needed(today)
    rows = ClinicalTraining.objects.filter(
        j1_sponsored=True,
        started_on__lte=today - timedelta(days=28 * needed),
        applicant__certificate__state=CertificateState.ISSUED,
        applicant__certificate__valid_through__isnull=False,
    ).order_by("started_on")
    months: dict[int, int] = {}
    for training in rows[:limit]:
        key = training.applicant_id
        months[key] = months.get(key, 0) + _months(training.started_on, training.ended_on, today)
    due = [key for key, count in months.items() if count >= needed]
    return sum(_validate(key, at=at) for key in due)


@transaction.atomic
def _validate(applicant_id: int, *, at: datetime) -> bool:
    certificate = records.lock_certificate(Certificate.objects.values_list("pk", flat=True).get(applicant=applicant_id))
    if certificate.state != CertificateState.ISSUED:
        return False
    records.add_change(
        certificate,
        CertificateChangeKind.MADE_PERMANENT,
        reason="Sponsored J-1 training is complete",
        deciders=Deciders(second="certificates"),
        at=at,
    )
    copies.request_copy(certificate, at=at, actor="certificates")
    tell(certificate.applicant, "certificate_changed", about=certificate, at=at)
    return True


# --- News from the till ---


def listen_to_till() -> None:
    """Hear of the fee of new copies, and say on the pages of an order what follows; called once, at the start."""
    purchases.when_placed(FEE, placed)
    purchases.when_settled(FEE, settled)
    purchases.explain(FEE, EXPLANATION)


def placed(purchase: Purchase) -> None:
    """Let a payment begin only for a request that waits for it. Raises `PurchaseRefusedError`."""
    waiting = CertificateRequestState.WAITING_FOR_PAYMENT
    if not CertificateRequest.objects.filter(order_line=purchase.line_id, state=waiting).exists():
        raise PurchaseRefusedError("This request does not wait for its fee any more")


@transaction.atomic
def settled(news: Settled) -> None:
    """Hand a request whose fee was paid to reviewers, or take it back when the payment turned out not to be made."""
    key = CertificateRequest.objects.filter(order_line=news.line_id).values_list("pk", flat=True).first()
    if key is None:
        return
    request = reviews.lock_record(CertificateRequest, key)
    target = CertificateRequestState.SUBMITTED if news.paid else CertificateRequestState.WAITING_FOR_PAYMENT
    if request.state != target and CERTIFICATE_REQUEST_MACHINE.allows(request.state, target):
        _move(request, target, at=news.at, actor="payments")
