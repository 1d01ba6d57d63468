"""Messages about payments: to the person who pays, and alerts to staff. Each is queued with the reason for it."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from applicants.models import Applicant, ContactInformation
from payments.models import Payment
from portal import mail


def _address(applicant: Applicant) -> str:
    """Return the current contact e-mail address, or the account's where none was given yet."""
    current = ContactInformation.objects.filter(applicant=applicant, superseded_at__isnull=True).first()
    return current.email if current else applicant.user.email


def tell_applicant(template: str, payment: Payment, *, amount_cents: int, at: datetime) -> None:
    """Queue the message `template` about `amount_cents` of `payment`."""
    applicant = payment.applicant
    reference = payment.order.reference
    mail.queue_email(
        template=template,
        to_email=_address(applicant),
        context={
            "order_reference": reference,
            "amount_cents": amount_cents,
            "count_total": payment.lines.count(),
            "name": applicant.full_name,
            "tracking_url": settings.BASE_URL + reverse("order_tracking", args=[reference]),
            "sign_in_url": settings.BASE_URL + reverse("account_login"),
        },
        at=at,
    )


def alert(payment: Payment, *, subject: str, reason: str, at: datetime) -> None:
    """Tell staff what is wrong with `payment`, naming rows by id only."""
    lines = [f"Payment {payment.pk} of order {payment.order.reference}, state {payment.state}.", reason]
    mail.alert_staff(subject=subject, lines=lines, at=at)
