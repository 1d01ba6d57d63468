"""What tests of pages share: a signed-in physician with confirmed details, placed orders, and "nothing happened"."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from applicants.models import Applicant
from cvs import snapshot
from cvs.codes import new_short_code, new_url_code
from cvs.models import DispatchJob, IssuedReport, LicensingAuthority, ReportRequest
from payments.models import LedgerEntry, Order, OrderLine, Payment
from portal.models import AuditEvent, OutgoingEmail
from tests.cvs.snapshots import ORDINARY
from tests.support import unchanged
from tests.support.orders import make_authority, make_fee, make_physician
from tests.support.sign_in import sign_in

WATCHED = (Order, OrderLine, ReportRequest, Payment, LedgerEntry, DispatchJob, IssuedReport, OutgoingEmail, AuditEvent)
AT = datetime.fromisoformat("2026-06-03T14:05:00+00:00")


def physician(client: Client, number: int = 4821375, **names: str) -> Applicant:
    """Return a physician who is signed in with `client`; the fee is set."""
    make_fee()
    applicant = make_physician(number, **names)
    sign_in(client, applicant.user)
    return applicant


def confirm_details(client: Client, applicant: Applicant) -> None:
    """Press *Yes, continue* on the first page of the order."""
    contact = applicant.contacts.get(superseded_at__isnull=True)
    answer = client.post(reverse("order_details"), {"contact": str(contact.pk)})
    assert answer.headers["Location"] == reverse("order_authorities")


def choose(client: Client, *authorities: LicensingAuthority) -> None:
    """Press Continue on the second page with these authorities chosen."""
    codes = [authority.code for authority in authorities]
    answer = client.post(reverse("order_authorities"), {"authority": codes, "continue": "1"})
    assert answer.headers["Location"] == reverse("order_review")


def agreed(total_cents: int, **changes: str) -> dict[str, str]:
    """Return the review form as a person who is not certified sends it, with `changes`; an empty value is left out."""
    values = {"total_cents": str(total_cents), "knows_not_certified": "on", "consent": "on", **changes}
    return {name: value for name, value in values.items() if value}


def authorities(count: int) -> list[LicensingAuthority]:
    """Return `count` authorities that can be chosen."""
    return [make_authority(number) for number in range(1, count + 1)]


def ready(client: Client, *chosen: LicensingAuthority) -> Applicant:
    """Return a physician whose order is ready for review."""
    applicant = physician(client)
    confirm_details(client, applicant)
    choose(client, *(chosen or authorities(1)))
    return applicant


def rows() -> dict[str, list[object]]:
    """Return the contents of every table that is watched here."""
    return unchanged.rows(*WATCHED)


def nothing_happens(enqueued: Sequence[object]) -> AbstractContextManager[None]:
    """Fail when anything is written, queued or sent inside the block."""
    return unchanged.nothing_happens(enqueued, *WATCHED)


def issue(request: ReportRequest, *, at: datetime = AT, **values: object) -> IssuedReport:
    """Return an issued report of `request`, as the workers write it, without its document; `values` differ."""
    usual = {
        "number": f"{request.order_line.order.reference}-{request.position:02d}",
        "snapshot": snapshot.to_json(replace(ORDINARY, issued_at=at)),
        "template_version": "v1",
        "issued_at": at,
        "report_on": at.date(),
        "url_code": new_url_code(),
        "short_code": new_short_code(),
        "acknowledge_code": new_url_code(),
        "stored_as": f"{uuid4()}.pdf",
        "sha256": "0" * 64,
        "size_bytes": 1,
    }
    return IssuedReport.objects.create(request=request, **{**usual, **values})
