"""Records from before this portal, taken over with their source: a degree, verified credentials, Pathways, a certificate.

Only what was decided is taken over. What was under way is begun anew here, so that nobody decides about a document that
this portal has never seen. Results of examinations come by file import, as everybody's do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction

from applicants.models import Applicant
from applicants.permissions import require
from certification.models import (
    Annotation,
    Application,
    Certificate,
    Credential,
    CredentialStatusChange,
    MedicalEducation,
    MedicalSchool,
    PathwayAcceptance,
)
from certification.rules.credentials import CredentialRecord
from certification.rules.facts import Certificate as EarlierCertificate
from certification.states import (
    CERTIFICATE_MACHINE,
    CertificateOrigin,
    CertificateState,
    CredentialKind,
    CredentialState,
    CredentialStatus,
)
from portal import audit
from portal.eastern import EASTERN, eastern_date
from portal.states import IllegalMoveError

# Who may import results may take over what earlier records say.
PERMISSION = "certification.apply_fileimport"
_KINDS = {kind.label: kind for kind in CredentialKind}
_STATUSES = {status.label: status for status in CredentialStatus}
_DECIDED = {
    CredentialStatus.VERIFIED: CredentialState.VERIFIED,
    CredentialStatus.REFUSED: CredentialState.REFUSED,
}


class CarryOverError(Exception):
    """The record cannot be taken over as it is; nothing was written. The text is for staff."""


@dataclass(frozen=True)
class Degree:
    """The medical degree; a student has no days. `school` is one of the Directory."""

    school: MedicalSchool
    title: str
    graduation_on: date | None
    degree_on: date | None


@dataclass(frozen=True)
class Acceptance:
    """An accepted Pathway with the day of its OET Medicine."""

    pathway: int
    season: int
    accepted_on: date
    oet_on: date
    valid_through: date


@dataclass(frozen=True)
class Finding:
    """A finding of irregular behavior that travels with every report (R-IRR-4)."""

    text: str
    explanation: str
    decided_on: date


@dataclass(frozen=True)
class EarlierRecord:
    """What earlier records say of one person; the last status of a credential is Verified or Refused."""

    degree: Degree
    credentials: tuple[CredentialRecord, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    certificate: EarlierCertificate | None = None
    findings: tuple[Finding, ...] = ()


@transaction.atomic
def carry_over(*, applicant: Applicant, record: EarlierRecord, source: str, at: datetime, actor: str) -> None:
    """Put an earlier record on file, whole, with `source`: where it was kept, and who vouches for it.

    Raises `NotAllowedError`, and `CarryOverError` for a person of whom something is on record here, a day in the future
    or out of order, a credential that was not decided, and a certificate number that is taken.
    """
    require(actor, PERMISSION)
    if not source.strip():
        raise CarryOverError("Say where the record was kept, and who vouches for it.")
    Applicant.objects.select_for_update(of=("self",)).get(pk=applicant.pk)
    _require_new(applicant)
    for fault in _faults(record, today=eastern_date(at)):
        raise CarryOverError(fault)
    _write(applicant, record)
    audit.record(
        "certification.record_carried_over",
        actor=actor,
        subject=applicant,
        person=applicant.pk,
        at=at,
        reason=source,
        credentials=len(record.credentials),
        pathways=len(record.acceptances),
        certificate=record.certificate is not None,
        findings=len(record.findings),
    )


def _require_new(applicant: Applicant) -> None:
    """Raise `CarryOverError` when this portal knows anything of the person's certification: which is right, people decide."""
    known = (MedicalEducation, Application, Credential, PathwayAcceptance, Certificate, Annotation)
    for model in known:
        if model._default_manager.filter(applicant=applicant).exists():
            raise CarryOverError(f"This person has a record here: {model._meta.verbose_name}.")


# --- What is wrong with a record ---


def _faults(record: EarlierRecord, *, today: date) -> Iterator[str]:
    for day in _days(record):
        if day > today:
            yield f"{day} is in the future."
    for credential in record.credentials:
        yield from _faults_of_credential(credential)
    for acceptance in record.acceptances:
        if not acceptance.oet_on <= acceptance.accepted_on <= acceptance.valid_through:
            yield f"Pathway {acceptance.pathway} of season {acceptance.season}: its days are out of order."
    if record.certificate is not None:
        yield from _faults_of_certificate(record.certificate)


def _days(record: EarlierRecord) -> Iterator[date]:
    """Give every day on which something has happened; ends may lie in the future."""
    known: list[date | None] = [record.degree.graduation_on, record.degree.degree_on]
    known += [on for credential in record.credentials for on, _ in credential.statuses]
    known += [acceptance.accepted_on for acceptance in record.acceptances]
    known += [finding.decided_on for finding in record.findings]
    if record.certificate is not None:
        known += [record.certificate.issued_on, *_later_days(record.certificate)]
    yield from (on for on in known if on is not None)


def _later_days(certificate: EarlierCertificate) -> list[date]:
    later = certificate.made_permanent_on, certificate.revoked_on
    return [on for on in later if on is not None]


def _faults_of_credential(credential: CredentialRecord) -> Iterator[str]:
    if credential.kind not in _KINDS:
        yield f"“{credential.kind}” is no kind of credential."
    unknown = [label for _, label in credential.statuses if label not in _STATUSES]
    if unknown:
        yield f"“{unknown[0]}” is no status of a credential."
        return
    days = [on for on, _ in credential.statuses]
    if days != sorted(days):
        yield f"{credential.kind}: the statuses are out of order."
    if not days or _STATUSES[credential.statuses[-1][1]] not in _DECIDED:
        yield f"{credential.kind}: not decided. The person hands it in here, and we ask the school."


def _faults_of_certificate(certificate: EarlierCertificate) -> Iterator[str]:
    ends = [certificate.valid_through] if certificate.valid_through is not None else []
    if any(on < certificate.issued_on for on in (*ends, *_later_days(certificate))):
        yield f"Certificate {certificate.number}: something happened to it before it was issued."
    try:
        _state_of(certificate)
    except IllegalMoveError:
        yield f"Certificate {certificate.number}: made valid indefinitely after it was revoked."
    if Certificate.objects.filter(number=certificate.number).exists():
        yield f"Certificate {certificate.number} is somebody’s already."


# --- Writing it ---


def _write(applicant: Applicant, record: EarlierRecord) -> None:
    degree = record.degree
    MedicalEducation.objects.create(
        applicant=applicant,
        school=degree.school,
        school_name=degree.school.name,
        degree_title=degree.title,
        graduation_on=degree.graduation_on,
        degree_on=degree.degree_on,
    )
    PathwayAcceptance.objects.bulk_create(
        PathwayAcceptance(applicant=applicant, **vars(acceptance)) for acceptance in record.acceptances
    )
    for credential in record.credentials:
        _write_credential(applicant, credential, degree.school)
    if record.certificate is not None:
        _write_certificate(applicant, record.certificate)
    Annotation.objects.bulk_create(Annotation(applicant=applicant, **vars(finding)) for finding in record.findings)


def _write_credential(applicant: Applicant, record: CredentialRecord, school: MedicalSchool) -> None:
    statuses = [(on, _STATUSES[label]) for on, label in record.statuses]
    last_on, last = statuses[-1]
    credential = Credential.objects.create(
        applicant=applicant,
        kind=_KINDS[record.kind],
        issuer=record.issuer,
        school=school if record.issuer == school.name else None,
        state=_DECIDED[last],
        moved_at=datetime.combine(last_on, time(12), EASTERN),
    )
    CredentialStatusChange.objects.bulk_create(
        CredentialStatusChange(credential=credential, status=status, on=on) for on, status in statuses
    )


def _write_certificate(applicant: Applicant, record: EarlierCertificate) -> None:
    Certificate.objects.create(
        applicant=applicant,
        number=record.number,
        state=_state_of(record),
        origin=CertificateOrigin.CARRIED_OVER,
        issued_on=record.issued_on,
        valid_through=record.valid_through,
        made_permanent_on=record.made_permanent_on,
        revoked_on=record.revoked_on,
    )


def _state_of(record: EarlierCertificate) -> CertificateState:
    """Return the state in which what happened leaves the certificate. Raises `IllegalMoveError`."""
    happened: Iterable[tuple[date, CertificateState]] = [
        (on, state)
        for on, state in (
            (record.made_permanent_on, CertificateState.MADE_PERMANENT),
            (record.revoked_on, CertificateState.REVOKED),
        )
        if on is not None
    ]
    state = CertificateState.ISSUED
    for _, following in sorted(happened):
        CERTIFICATE_MACHINE.check(state, following)
        state = following
    return state
