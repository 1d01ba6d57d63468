"""Messages of the report service: to authorities with the report, to physicians without anything sensitive."""

from datetime import datetime

from django.conf import settings
from django.template import loader
from django.urls import reverse

from applicants.models import Applicant
from cvs import codes
from cvs.models import IssuedReport, ReportRequest
from cvs.states import SENT, RequestState
from portal import inbox, mail


def _absolute(name: str, *args: str) -> str:
    return f"{settings.BASE_URL}{reverse(name, args=args)}"


def to_authority(report: IssuedReport) -> tuple[str, str, str]:
    """Return subject, text and HTML of the message that carries `report`; no personal data in the subject."""
    context = {
        "base_url": settings.BASE_URL,
        "organization": settings.ORGANIZATION,
        "report_number": report.number,
        "report_date": report.report_on,
        "sha256": report.sha256,
        "short_code": codes.format_short_code(report.short_code),
        "verify_url": _absolute("verify"),
        "verify_link": _absolute("verify_code", report.url_code),
        "acknowledge_url": _absolute("acknowledge", report.acknowledge_code),
    }
    subject = " ".join(loader.render_to_string("emails/to_authority/subject.txt", context).split())
    text = loader.render_to_string("emails/to_authority/body.txt", context)
    html = loader.render_to_string("emails/to_authority/body.html", {"subject": subject, **context})
    return subject, text, html


def _tell(request: ReportRequest, template: str, *, at: datetime) -> None:
    applicant = Applicant.objects.select_related("user").get(pk=request.applicant_id)
    order = request.order_line.order
    siblings = ReportRequest.objects.filter(order_line__order=order).exclude(state=RequestState.CANCELED)
    context = {
        "name": applicant.family_name,
        "order_reference": order.reference,
        "count_sent": siblings.filter(state__in=SENT).count(),
        "count_total": siblings.count(),
        "ordered_at": order.placed_at,
        "tracking_url": _absolute("order_tracking", order.reference),
        "sign_in_url": _absolute("account_login"),
    }
    # Which authority, and what went wrong, is for the inbox only: e-mail is read by others as well.
    private = {
        "authority_name": request.authority.name,
        "problem": request.problem,
        "count_opened": siblings.filter(state=RequestState.DELIVERED).count(),
    }
    inbox.notify(
        user=applicant.user,
        template=template,
        context=context,
        private=private,
        subject_object=request,
        # A report may be sent, fail and be sent again; each time is news.
        key=f"{template}:{request.pk}:{at.isoformat()}",
        at=at,
    )


def tell_sent(request: ReportRequest, *, at: datetime) -> None:
    """Tell the physician that one more report of an order was sent."""
    _tell(request, "report_sent", at=at)


def tell_opened(request: ReportRequest, *, at: datetime) -> None:
    """Tell the physician that an authority confirmed a report."""
    _tell(request, "report_acknowledged", at=at)


def tell_problem(request: ReportRequest, *, at: datetime) -> None:
    """Tell the physician that a delivery failed and that it is ours to mend."""
    _tell(request, "delivery_problem", at=at)


def tell_withdrawn(request: ReportRequest, *, at: datetime) -> None:
    """Tell the physician that a report about them was withdrawn."""
    _tell(request, "own_report_withdrawn", at=at)


def tell_authority_withdrawn(report: IssuedReport, *, to_email: str, at: datetime) -> None:
    """Tell the authority that holds `report` not to rely on it; no personal data, the number names it."""
    context = {
        "report_number": report.number,
        "report_date": report.report_on,
        "verify_link": _absolute("verify_code", report.url_code),
    }
    mail.queue_email(template="report_withdrawn", to_email=to_email, context=context, at=at)
