"""The physician's certificate in words: what it says, why it ends when it ends, and what to do next."""

from dataclasses import dataclass
from datetime import date, datetime

from applicants.models import Applicant
from certification.facts import CertificationAnswer
from certification.models import Certificate, CertificateChange, CertificateCopy, PathwayAcceptance
from certification.rendering import long_date
from certification.services.evaluation import evaluate_person
from certification.states import CertificateChangeKind, CertificateOrigin, CopyState
from portal.eastern import eastern_date

Answer = CertificationAnswer
CHIPS = {
    Answer.YES: ("done", "Valid"),
    Answer.EXPIRED: ("action", "Expired"),
    Answer.REVOKED: ("locked", "Revoked"),
}
CHANGES = {
    CertificateChangeKind.ISSUED: "Issued",
    CertificateChangeKind.EXTENDED: "Extended by our staff",
    CertificateChangeKind.MADE_PERMANENT: "Made valid indefinitely",
    CertificateChangeKind.REPLACED: "New copy made under the same number",
    CertificateChangeKind.REVOKED: "Revoked by the committee",
}
WITHOUT_END = "It has no end date. It stays valid for entry into graduate medical education."
BY_PATHWAY = (
    "Your clinical skills were shown through Pathway {pathway} in the {season} season. A certificate based on a Pathway is "
    "valid through December 31 of the year after its season."
)
BY_STEP_2_CS = "It rests on a passed Step 2 CS, so it has no end date."
WITH_END = "It was issued with an end date."
EXTENDED = "Our staff extended it."
PERMANENT = "You completed the training, or hold the licence, that makes a certificate valid indefinitely."
REVOKED = "The committee revoked it. It is not valid for any purpose, and every status report says so."


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened, with the end of validity that it brought; both in words."""

    on: date
    words: str
    end: str


@dataclass(frozen=True)
class CertificatePage:
    """Everything the page shows of a certificate; `copy` is its newest PDF."""

    certificate: Certificate
    answer: CertificationAnswer
    tone: str
    label: str
    end: date | None
    why: str
    history: tuple[HistoryLine, ...]
    copy: CertificateCopy | None
    may_become_permanent: bool

    @property
    def is_revoked(self) -> bool:
        """Tell whether it was revoked."""
        return self.answer is Answer.REVOKED

    @property
    def copy_is_ready(self) -> bool:
        """Tell whether the PDF can be downloaded; one of a revoked certificate cannot."""
        return self.copy is not None and self.copy.state == CopyState.READY and not self.is_revoked

    @property
    def copy_is_coming(self) -> bool:
        """Tell whether a PDF is being made."""
        return self.copy is not None and self.copy.state != CopyState.READY and not self.is_revoked


def page_of(applicant: Applicant, *, at: datetime) -> CertificatePage | None:
    """Return the page of the person's certificate, or None without one; at most seven queries."""
    found = Certificate.objects.filter(applicant=applicant).prefetch_related("changes", "copies").first()
    if found is None:
        return None
    verdict = evaluate_person(applicant, eastern_date(at), as_told=True)
    answer, end = verdict.answer, verdict.certificate.valid_through if verdict.certificate else None
    tone, label = CHIPS.get(answer, ("todo", "Not valid yet"))
    changes = sorted(found.changes.all(), key=lambda change: change.pk)
    return CertificatePage(
        certificate=found,
        answer=answer,
        tone=tone,
        label=label,
        end=end,
        why=_why(found, changes, answer, end),
        history=_history(found, changes),
        copy=max(found.copies.all(), key=lambda copy: copy.version, default=None),
        may_become_permanent=end is not None and answer is not Answer.REVOKED,
    )


def _why(
    certificate: Certificate, changes: list[CertificateChange], answer: CertificationAnswer, end: date | None
) -> str:
    """Return why it ends when it ends (R-CERT-4, R-CERT-5, R-CERT-7, R-CERT-10)."""
    if answer is Answer.REVOKED:
        return REVOKED
    if end is None and certificate.valid_through is not None:
        return PERMANENT
    if end is None:
        return BY_STEP_2_CS if certificate.origin == CertificateOrigin.DECIDED_HERE else WITHOUT_END
    sentences = [_basis(certificate)]
    if any(change.kind == CertificateChangeKind.EXTENDED for change in changes):
        sentences.append(EXTENDED)
    return " ".join(sentences)


def _basis(certificate: Certificate) -> str:
    rows = PathwayAcceptance.objects.filter(
        applicant_id=certificate.applicant_id, accepted_on__lte=certificate.issued_on
    )
    accepted = rows.order_by("-accepted_on", "-season").first()
    return BY_PATHWAY.format(pathway=accepted.pathway, season=accepted.season) if accepted else WITH_END


def _history(certificate: Certificate, changes: list[CertificateChange]) -> tuple[HistoryLine, ...]:
    """Return what happened, newest first; of one carried over, what its own dates tell."""
    lines = [
        HistoryLine(change.on, CHANGES[CertificateChangeKind(change.kind)], _end_after(change)) for change in changes
    ]
    kinds = {change.kind for change in changes}
    known = (
        (CertificateChangeKind.ISSUED, certificate.issued_on),
        (CertificateChangeKind.MADE_PERMANENT, certificate.made_permanent_on),
        (CertificateChangeKind.REVOKED, certificate.revoked_on),
    )
    lines += [HistoryLine(on, CHANGES[kind], "") for kind, on in known if on is not None and kind not in kinds]
    return tuple(sorted(lines, key=lambda line: line.on, reverse=True))


def _end_after(change: CertificateChange) -> str:
    if change.kind in {CertificateChangeKind.REVOKED, CertificateChangeKind.REPLACED}:
        return ""
    end = change.valid_through_after
    return f"valid through {long_date(end)}" if end else "valid indefinitely"
