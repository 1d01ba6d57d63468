"""Extending certificates: one, or all that end on a day or rest on a season (R-CERT-7, R-PW-VALID). Two people decide.

What many certificates need is done in batches of the sweep; a run that is interrupted goes on where it was.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import QuerySet

from applicants.permissions import NotAllowedError, agreed_by_two, require
from certification.certificate_emails import tell
from certification.models import Certificate, CertificateExtension, PathwayAcceptance
from certification.rules.trace import Bearing
from certification.services.certificates import copies, records
from certification.services.certificates.records import Deciders
from certification.services.evaluation import evaluate_person
from certification.states import EXTENSION_MACHINE, CertificateChangeKind, CertificateState, ExtensionState
from portal import audit, four_eyes
from portal.eastern import eastern_date
from portal.models import FourEyesAct

logger = structlog.get_logger(__name__)
ACT = FourEyesAct.EXTEND_CERTIFICATES
FURTHEST = timedelta(days=5 * 366)
BATCH = 50
MOST_BATCHES = 20


class ExtensionRefusedError(Exception):
    """This cannot be extended; `field` is where the remedy is. Nothing was written."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Choice:
    """Which certificates: one by its number, or those of a season, or that end on a day, or both."""

    number: str = ""
    season: int | None = None
    ending_on: date | None = None


def chosen(choice: Choice, new_end: date) -> QuerySet[Certificate]:
    """Return the certificates that an extension to `new_end` would change; none that has no end, an end as late, or was revoked."""
    rows = Certificate.objects.filter(
        state=CertificateState.ISSUED, valid_through__isnull=False, valid_through__lt=new_end
    )
    if choice.number:
        return rows.filter(number=choice.number)
    if choice.season is not None:
        rows = rows.filter(applicant__pathway_acceptances__season=choice.season).distinct()
    if choice.ending_on is not None:
        rows = rows.filter(valid_through=choice.ending_on)
    return rows


def count(choice: Choice, new_end: date, *, at: datetime) -> int:
    """Return how many certificates would be extended; changes nothing. Raises ExtensionRefusedError."""
    if choice.number and (choice.season is not None or choice.ending_on is not None):
        raise ExtensionRefusedError("number", "Choose one certificate, or many by season or day, not both")
    if not choice.number and choice.season is None and choice.ending_on is None:
        raise ExtensionRefusedError("number", "Choose one certificate, a season, or the day on which they end")
    if choice.ending_on is not None and new_end <= choice.ending_on:
        raise ExtensionRefusedError("new_end", "The new end must be later than the present one")
    if not eastern_date(at) <= new_end <= eastern_date(at) + FURTHEST:
        raise ExtensionRefusedError("new_end", "The new end must be from today on, and within five years")
    found = chosen(choice, new_end).count()
    if not found:
        raise ExtensionRefusedError("number", "There is no certificate that this would extend")
    return found


@transaction.atomic
def propose(choice: Choice, *, new_end: date, reason: str, actor: str, at: datetime) -> CertificateExtension:
    """Note what is to be extended, as the first of two people. Raises ExtensionRefusedError or `NotAllowedError`."""
    require(actor, four_eyes.ACTS[ACT].propose)
    found = count(choice, new_end, at=at)
    extension = CertificateExtension.objects.create(
        certificate=Certificate.objects.get(number=choice.number) if choice.number else None,
        season=choice.season,
        ending_on=choice.ending_on,
        new_end=new_end,
        reason=reason,
        found=found,
        proposed_by=actor,
        proposed_at=at,
    )
    agreed_by_two(ACT, subject=extension, reason=reason, actor=actor, at=at)
    return extension


@transaction.atomic
def propose_revalidated(acceptance: PathwayAcceptance, *, actor: str, at: datetime) -> CertificateExtension | None:
    """Propose that a Pathway accepted for revalidation carries the certificate to its own last day (R-CERT-8, R-CERT-4).

    Who accepted it is the first of two people; the second carries it out. Returns None, with nothing written, where there is
    nothing to extend, where `actor` may not propose, and while a debt, a case or a hold stands against the certificate.
    """
    certificate = records.certificate_of(acceptance.applicant)
    verdict = evaluate_person(acceptance.applicant, eastern_date(at))
    held = any(trace.bearing is Bearing.HOLD and not trace.outcome.satisfies for trace in verdict.traces)
    if certificate is None or held:
        return None
    reason = f"Revalidated by Pathway {acceptance.pathway}, season {acceptance.season} (R-CERT-8)"
    try:
        return propose(
            Choice(number=certificate.number), new_end=acceptance.valid_through, reason=reason, actor=actor, at=at
        )
    except (ExtensionRefusedError, NotAllowedError):
        return None


@transaction.atomic
def carry_out(*, extension_id: int, reason: str, actor: str, at: datetime) -> bool:
    """Let the extension run as the second person; returns whether it runs now, False when the wish had to be renewed.

    Raises `four_eyes.SamePersonError`, `NotAllowedError` or `portal.states.IllegalMoveError`.
    """
    require(actor, four_eyes.ACTS[ACT].propose)
    extension = CertificateExtension.objects.select_for_update(of=("self",)).get(pk=extension_id)
    EXTENSION_MACHINE.check(extension.state, ExtensionState.RUNNING)
    wish = four_eyes.open_proposal(ACT, extension, at=at)
    if not agreed_by_two(ACT, subject=extension, reason=reason, actor=actor, at=at) or wish is None:
        CertificateExtension.objects.filter(pk=extension.pk).update(proposed_by=actor, proposed_at=at)
        return False
    extension.state, extension.proposed_by = ExtensionState.RUNNING, wish.proposed_by
    extension.decided_by, extension.decided_at = actor, at
    extension.save(update_fields=["state", "proposed_by", "decided_by", "decided_at"])
    audit.record("certification.extension_running", actor=actor, subject=extension, at=at, reason=reason)
    return True


@transaction.atomic
def withdraw(*, extension_id: int, reason: str, actor: str, at: datetime) -> None:
    """Give up an extension that waits for a second person. Raises `NotAllowedError` or IllegalMoveError."""
    require(actor, four_eyes.ACTS[ACT].propose)
    extension = CertificateExtension.objects.select_for_update(of=("self",)).get(pk=extension_id)
    EXTENSION_MACHINE.check(extension.state, ExtensionState.WITHDRAWN)
    four_eyes.lapse(ACT, subject=extension, at=at)
    extension.state = ExtensionState.WITHDRAWN
    extension.save(update_fields=["state"])
    audit.record("certification.extension_withdrawn", actor=actor, subject=extension, at=at, reason=reason)


def sweep(*, at: datetime) -> int:
    """Go on with extensions that are running, a bounded number of batches; returns how many certificates were extended."""
    done = 0
    for key in list(CertificateExtension.objects.filter(state=ExtensionState.RUNNING).values_list("pk", flat=True)):
        for _ in range(MOST_BATCHES):
            extended = run_batch(key, at=at)
            if extended is None:
                break
            done += extended
    return done


@transaction.atomic(durable=True)
def run_batch(extension_id: int, *, at: datetime) -> int | None:
    """Extend the next certificates of a running extension; returns how many, None when it is over or another one has it."""
    rows = CertificateExtension.objects.select_for_update(of=("self",), skip_locked=True)
    extension = rows.filter(pk=extension_id, state=ExtensionState.RUNNING).select_related("certificate").first()
    if extension is None:
        return None
    choice = Choice(
        number=extension.certificate.number if extension.certificate else "",
        season=extension.season,
        ending_on=extension.ending_on,
    )
    left = chosen(choice, extension.new_end).filter(pk__gt=extension.last_certificate).order_by("pk")
    keys = list(left.values_list("pk", flat=True)[:BATCH])
    extended = sum(_extend(key, extension, at=at) for key in keys)
    extension.extended += extended
    if keys:
        extension.last_certificate = keys[-1]
    if len(keys) < BATCH:
        EXTENSION_MACHINE.check(extension.state, ExtensionState.DONE)
        extension.state, extension.finished_at = ExtensionState.DONE, at
        audit.record(
            "certification.extension_done",
            actor="certificates",
            subject=extension,
            at=at,
            found=extension.found,
            extended=extension.extended,
        )
    extension.save(update_fields=["extended", "last_certificate", "state", "finished_at"])
    return extended if len(keys) == BATCH else None


def _extend(certificate_id: int, extension: CertificateExtension, *, at: datetime) -> bool:
    """Extend one certificate, unless what happened meanwhile leaves nothing to extend."""
    certificate = records.lock_certificate(certificate_id)
    end = certificate.valid_through
    if certificate.state != CertificateState.ISSUED or end is None or end >= extension.new_end:
        return False
    records.add_change(
        certificate,
        CertificateChangeKind.EXTENDED,
        reason=extension.reason,
        deciders=Deciders(first=extension.proposed_by, second=extension.decided_by),
        at=at,
        valid_through=extension.new_end,
    )
    copies.request_copy(certificate, at=at, actor=extension.decided_by)
    tell(certificate.applicant, "certificate_changed", about=certificate, at=at)
    return True
