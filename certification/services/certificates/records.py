"""Certificates and what happened to them: the only writers of these rows."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from applicants.models import Applicant
from certification.models import Certificate, CertificateChange
from certification.states import CERTIFICATE_MACHINE, CertificateChangeKind, CertificateState
from portal import audit
from portal.eastern import eastern_date

MOST_TRIES = 50
STATE_AFTER = {
    CertificateChangeKind.MADE_PERMANENT: CertificateState.MADE_PERMANENT,
    CertificateChangeKind.REVOKED: CertificateState.REVOKED,
}


class NoCertificateError(Exception):
    """The person has no certificate."""


class NumbersTakenError(RuntimeError):
    """The next numbers of the series are all taken by certificates that were carried over."""


@dataclass(frozen=True)
class Deciders:
    """Who decided, as in the audit log; `first` is empty where one person is enough."""

    second: str
    first: str = ""


def next_number() -> str:
    """Return a certificate number of our own series (R-ID-5), such as C-1000042; never one that is taken."""
    for _ in range(MOST_TRIES):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('certification_certificate_number')")
            number = f"C-{cursor.fetchone()[0]}"
        if not Certificate.objects.filter(number=number).exists():
            return number
    raise NumbersTakenError("Move the sequence certification_certificate_number behind the numbers carried over.")


def lock_certificate(certificate_id: int) -> Certificate:
    """Return the certificate, locked together with its holder. Raises Certificate.DoesNotExist."""
    rows = Certificate.objects.select_for_update(of=("self", "applicant"))
    return rows.select_related("applicant__user").get(pk=certificate_id)


@transaction.atomic
def add_change(
    certificate: Certificate,
    kind: CertificateChangeKind,
    *,
    reason: str,
    deciders: Deciders,
    at: datetime,
    valid_through: date | None = None,
) -> CertificateChange:
    """Note what happened to the locked `certificate`, and change it accordingly.

    `valid_through` is the new end of one that is extended. Raises portal.states.IllegalMoveError.
    """
    before, on = certificate.valid_through, eastern_date(at)
    target = STATE_AFTER.get(kind)
    if target is not None:
        CERTIFICATE_MACHINE.check(certificate.state, target)
        certificate.state = target
    if kind == CertificateChangeKind.MADE_PERMANENT:
        certificate.made_permanent_on = on
    elif kind == CertificateChangeKind.REVOKED:
        certificate.revoked_on = on
    elif kind == CertificateChangeKind.EXTENDED:
        certificate.valid_through, certificate.extended_on = valid_through, on
    certificate.save()
    change = CertificateChange.objects.create(
        certificate=certificate,
        kind=kind,
        on=on,
        at=at,
        valid_through_before=before if kind != CertificateChangeKind.ISSUED else None,
        valid_through_after=None if kind == CertificateChangeKind.MADE_PERMANENT else certificate.valid_through,
        reason=reason,
        proposed_by=deciders.first,
        decided_by=deciders.second,
    )
    audit.record(
        f"certification.certificate_{kind.value}",
        actor=deciders.second,
        subject=certificate,
        at=at,
        reason=reason,
        proposed_by=deciders.first or None,
        valid_through=str(certificate.valid_through) if certificate.valid_through else None,
    )
    return change


def certificate_of(applicant: Applicant) -> Certificate | None:
    """Return the person's certificate, or None; one query."""
    return Certificate.objects.filter(applicant=applicant).first()
