"""Is this certificate genuine, and is it still valid? Answers for whoever was shown one.

Unknown number, wrong date and every other failure give the same answer; every look-up is logged under a keyed hash of the
client's address. Nothing is said of the holder but initials.
"""

from dataclasses import dataclass
from datetime import date, datetime

from certification.facts import CertificationAnswer
from certification.models import Certificate, CertificateLookup
from certification.services.evaluation import evaluate_person
from portal.eastern import eastern_date


@dataclass(frozen=True)
class Verdict:
    """Answer to a look-up; `answer` None means that no certificate has this number and date. `end` None: no end."""

    checked_at: datetime
    answer: CertificationAnswer | None = None
    number: str = ""
    issued_on: date | None = None
    end: date | None = None
    initials: str = ""
    latest_copy: int = 0


def look_up(*, number: str, issued_on: date, client: str, at: datetime) -> Verdict:
    """Answer for a certificate's number, in capitals, and its issue date. `client` is a keyed hash of who asks.

    Raises `portal.lookups.TooManyLookupsError`.
    """
    CertificateLookup.objects.require_patience(client, at)
    found = Certificate.objects.filter(number=number, issued_on=issued_on).select_related("applicant").first()
    CertificateLookup.objects.create(at=at, client=client, found=found is not None, certificate=found)
    return Verdict(checked_at=at) if found is None else _verdict(found, at=at)


def _verdict(certificate: Certificate, *, at: datetime) -> Verdict:
    found = evaluate_person(certificate.applicant, eastern_date(at))
    versions = certificate.copies.order_by("-version").values_list("version", flat=True)
    return Verdict(
        checked_at=at,
        answer=found.answer,
        number=certificate.number,
        issued_on=certificate.issued_on,
        end=found.certificate.valid_through if found.certificate else None,
        initials=" ".join(f"{part[0]}." for part in certificate.applicant.full_name.split()),
        latest_copy=versions.first() or 0,
    )
