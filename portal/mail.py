"""The mail outbox: a message is rendered and stored with the reason for it, and sent by a worker afterwards."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.template import loader
from django.utils import timezone

from portal import jobs, leases, smtp
from portal.models import DeliveryState, OutgoingEmail


def message_domain() -> str:
    """Return the domain under which this portal makes Message-IDs."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def store_email(
    *,
    template: str,
    to_email: str,
    subject: str,
    text: str,
    html: str,
    at: datetime,
    from_email: str = "",
    works_until: datetime | None = None,
) -> OutgoingEmail:
    """Put a rendered message into the outbox in the caller's transaction and wake a worker on commit.

    `works_until` is when a link in it stops working. Line breaks in the subject become blanks. Raises ValueError for an address of more than one line: it would bring
    headers of its own.
    """
    if len(to_email.splitlines()) != 1 or len(from_email.splitlines()) > 1:
        raise ValueError("An e-mail address is one line.")
    key = uuid.uuid4()
    email = OutgoingEmail.objects.create(
        id=key,
        template=template,
        from_email=from_email or settings.DEFAULT_FROM_EMAIL,
        to_email=to_email,
        subject=" ".join(subject.split())[:200],
        text=text,
        html=html,
        message_id=f"<email-{key}@{message_domain()}>",
        works_until=works_until,
        not_before=at,
        created_at=at,
    )
    jobs.enqueue_on_commit(jobs.DELIVER_EMAIL, email_id=str(key))
    return email


def common_context() -> dict[str, object]:
    """Return what every message may print."""
    return {"base_url": settings.BASE_URL, "organization": settings.ORGANIZATION}


def render(names: str | list[str], context: Mapping[str, object]) -> str:
    """Return the template `names` (the first that exists) filled with `context`, its times in UTC.

    Behind the staff door Eastern Time is active, and what a message says does not depend on where it was occasioned.
    """
    with timezone.override(UTC):
        return loader.render_to_string(names, dict(context))


def render_subject(template: str, context: Mapping[str, object]) -> str:
    """Return the subject of the message `template` on one line, whatever line breaks are in `context`."""
    subject = render(f"emails/{template}/subject.txt", {**common_context(), **context})
    return " ".join(subject.split())[:200]


def queue_email(
    *, template: str, to_email: str, context: Mapping[str, object], at: datetime, works_until: datetime | None = None
) -> OutgoingEmail:
    """Render templates/emails/<template>/ with `context` and put the message into the outbox (see `store_email`)."""
    values = {**common_context(), **context}
    subject = render_subject(template, values)
    return store_email(
        template=template,
        to_email=to_email,
        subject=subject,
        text=render(f"emails/{template}/body.txt", values),
        html=render(f"emails/{template}/body.html", {"subject": subject, **values}),
        at=at,
        works_until=works_until,
    )


def alert_staff(*, subject: str, lines: list[str], at: datetime) -> OutgoingEmail:
    """Tell staff of something that needs them; `lines` name rows by id and hold no personal data."""
    return queue_email(
        template="staff_alert", to_email=settings.STAFF_ALERT_EMAIL, context={"subject": subject, "lines": lines}, at=at
    )


def as_message(email: OutgoingEmail) -> EmailMessage:
    """Return the stored message as it goes out."""
    message = EmailMessage()
    message["From"] = email.from_email
    message["To"] = email.to_email
    message["Subject"] = email.subject
    message["Date"] = format_datetime(email.created_at)
    message["Message-ID"] = email.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(email.text)
    if email.html:
        message.add_alternative(email.html, subtype="html")
    return message


def deliver(rows: QuerySet[OutgoingEmail]) -> bool:
    """Send the oldest due message of `rows`; returns whether there was one."""
    email = leases.claim(rows, at=timezone.now())
    if email is None:
        return False
    try:
        leases.require_claims_left(email)
    except leases.WorkersLostError as error:
        leases.give_back(email, at=timezone.now(), error=str(error), most_attempts=leases.MOST_SEND_ATTEMPTS)
        return True
    result = smtp.hand_over(
        as_message(email),
        sender=parseaddr(email.from_email)[1],
        recipient=email.to_email,
        before_data=lambda: leases.begin_hand_off(email),
    )
    with transaction.atomic(durable=True):
        if leases.settle(email, result, at=timezone.now()) == DeliveryState.SENT:
            # Links in it open accounts and answer for schools; nothing sends it again.
            OutgoingEmail.objects.filter(pk=email.pk).update(text="", html="")
    return True


def sweep_outbox(*, at: datetime, limit: int = 500) -> int:
    """Recover passed leases and wake a worker for each due message, at most `limit`; returns how many were woken."""
    _, _, stuck = leases.recover(OutgoingEmail.objects.all(), at=at)
    # An alert about an alert would go the same way; the admin shows it.
    lines = [f"Message {email.pk} ({email.template})." for email in stuck if email.template != "staff_alert"]
    if lines:
        alert_staff(subject="Messages whose delivery is unknown", lines=lines, at=at)
    waiting = list(leases.due(OutgoingEmail.objects.all(), at).values_list("pk", flat=True)[:limit])
    for key in waiting:
        if not jobs.send(jobs.DELIVER_EMAIL, {"email_id": str(key)}):
            break
    return len(waiting)
