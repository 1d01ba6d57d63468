"""Messages about payments: to the person who pays, and alerts to staff. Each is queued with the reason for it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.urls import reverse

from payments.models import STATUS_REPORT, Payment
from portal import inbox, mail


def tell_applicant(
    template: str, payment: Payment, *, amount_cents: int, at: datetime, subject_object: models.Model | None = None
) -> None:
    """Tell the person, once, what `template` says about `amount_cents` of `payment`, or of its `subject_object`."""
    applicant = payment.applicant
    reference = payment.order.reference
    ordered = payment.lines.order_by("order_line_id").values_list("order_line__fee_code", "order_line__description")
    inbox.notify(
        user=applicant.user,
        template=template,
        context={
            "order_reference": reference,
            "amount_cents": amount_cents,
            "count_total": sum(code == STATUS_REPORT for code, _ in ordered),
            "services": [description for code, description in ordered if code != STATUS_REPORT],
            "name": applicant.full_name,
            "tracking_url": settings.BASE_URL + reverse("order_tracking", args=[reference]),
            "sign_in_url": settings.BASE_URL + reverse("account_login"),
        },
        subject_object=subject_object or payment,
        at=at,
    )


def alert(payment: Payment, *, subject: str, reason: str, at: datetime) -> None:
    """Tell staff what is wrong with `payment`, naming rows by id only."""
    lines = [f"Payment {payment.pk} of order {payment.order.reference}, state {payment.state}.", reason]
    mail.alert_staff(subject=subject, lines=lines, at=at)
