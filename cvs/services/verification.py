"""Is this report genuine? Answers for whoever holds a code, and the authority's confirmation that it has the report.

Unknown and wrong give the same answer; every look-up is logged under a keyed hash of the client's address.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from cvs import codes, emails, snapshot
from cvs.models import DispatchJob, IssuedReport, ReportRequest, VerificationLookup
from cvs.services.moves import lock_request, move
from cvs.services.sending import accepted
from cvs.states import ReportState, RequestState
from portal import audit
from portal.models import DeliveryState


@dataclass(frozen=True)
class Verdict:
    """Answer to a look-up: `report` None means that no report has this code (and date). `initials` of the physician."""

    checked_at: datetime
    report: IssuedReport | None = None
    recipient: str = ""
    initials: str = ""
    replaced_by: str = ""

    @property
    def found(self) -> bool:
        """Tell whether a report was found."""
        return self.report is not None


def _initials(frozen: snapshot.ReportSnapshot) -> str:
    parts = f"{frozen.physician.given_names} {frozen.physician.family_name}".split()
    return " ".join(f"{part[0]}." for part in parts)


def _verdict(report: IssuedReport | None, *, at: datetime) -> Verdict:
    if report is None:
        return Verdict(checked_at=at)
    frozen = snapshot.from_json(report.snapshot)
    following = IssuedReport.objects.filter(replaces=report).first()
    return Verdict(
        checked_at=at,
        report=report,
        recipient=frozen.recipient.name,
        initials=_initials(frozen),
        replaced_by=following.number if following else "",
    )


def _answer(report: IssuedReport | None, *, client: str, at: datetime, by_link: bool) -> Verdict:
    VerificationLookup.objects.create(at=at, client=client, found=report is not None, by_link=by_link, report=report)
    return _verdict(report, at=at)


def look_up_link(*, code: str, client: str, at: datetime) -> Verdict:
    """Answer for the code of a QR. `client` is a keyed hash of the asker's address. Raises `portal.lookups.TooManyLookupsError`."""
    VerificationLookup.objects.require_patience(client, at)
    return _answer(IssuedReport.objects.filter(url_code=code.upper()).first(), client=client, at=at, by_link=True)


def look_up_typed(*, code: str, report_on: date, client: str, at: datetime) -> Verdict:
    """Answer for a typed code together with the date printed on the report.

    Raises `codes.InvalidCode` (a typing error, not logged as a miss) and `portal.lookups.TooManyLookupsError`.
    """
    normalized = codes.normalize_short_code(code)
    VerificationLookup.objects.require_patience(client, at)
    report = IssuedReport.objects.filter(short_code=normalized, report_on=report_on).first()
    return _answer(report, client=client, at=at, by_link=False)


def look_up_file(*, content_sha256: str, client: str, at: datetime) -> Verdict:
    """Answer for a file somebody holds, by the SHA-256 of its bytes: one changed byte and it is not found.

    Raises `portal.lookups.TooManyLookupsError`.
    """
    VerificationLookup.objects.require_patience(client, at)
    report = IssuedReport.objects.filter(sha256=content_sha256).first()
    return _answer(report, client=client, at=at, by_link=False)


def acknowledged_report(code: str) -> IssuedReport | None:
    """Return the report whose message carried this acknowledgement code, or None."""
    return IssuedReport.objects.filter(acknowledge_code=code.upper()).first()


def _settle_doubt(request: ReportRequest, report: IssuedReport, *, at: datetime) -> None:
    """Take the authority's word as the mail server's answer that never came, so that no second copy is sent."""
    doubtful = DispatchJob.objects.filter(request=request, report=report, state=DeliveryState.UNCERTAIN)
    if doubtful.update(state=DeliveryState.SENT, sent_at=at, server_reply="Acknowledged by the authority"):
        accepted(request, at=at)


@transaction.atomic
def acknowledge(*, code: str, at: datetime) -> IssuedReport | None:
    """Record that the authority has the report (R-CVS-12); a repeat keeps the first time. None for an unknown code."""
    found = acknowledged_report(code)
    if found is None:
        return None
    request = lock_request(found.request_id)
    report = IssuedReport.objects.select_for_update().get(pk=found.pk)
    if report.acknowledged_at:
        return report
    report.acknowledged_at = at
    report.save(update_fields=["acknowledged_at"])
    _settle_doubt(request, report, at=at)
    if request.state in {RequestState.DISPATCHED, RequestState.DELIVERY_PROBLEM}:
        move(request, RequestState.DELIVERED, at=at, actor="authority", acknowledged_at=at, problem="")
        emails.tell_opened(request, at=at)
    else:
        audit.record("cvs.report_acknowledged", actor="authority", subject=report, at=at)
    return report


STATES_IN_WORDS = {
    ReportState.ISSUED: "No. This is the latest report.",
    ReportState.SUPERSEDED: "Yes. A newer report replaces this one.",
    ReportState.WITHDRAWN: "Withdrawn. Do not rely on this report.",
}
