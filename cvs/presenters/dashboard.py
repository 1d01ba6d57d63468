"""The dashboard: the requirements for certification one by one, and the latest of the person's reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from applicants.models import Applicant
from applicants.presenters.identity import standing_of
from certification.facts import CertificateFact, CertificationAnswer, CertificationFacts, CredentialFact, Requirement
from cvs.models import ReportRequest
from cvs.presenters.history import HistoryStep, as_steps, milestones, told
from cvs.presenters.progress import Progress, progress_of
from payments.models import Order
from payments.states import OrderState

RECENT_ORDERS = 3
RECENT_STEPS = 4
CERTIFICATE = "Certificate"
IDENTITY = "Confirm who you are"
NOT_NEEDED = "Not applicable"
# Status of a credential as certification prints it → tone, chip, and whose turn it is.
CREDENTIAL_WORDS = {
    "Verified": ("done", "Met", "Verified with {issuer}"),
    "In progress": ("progress", "Waiting for your school", "We asked {issuer} to verify it"),
    "Not received": ("todo", "Not started", "We have not received it yet"),
    "Refused": ("action", "Action needed", "{issuer} could not verify it"),
}


@dataclass(frozen=True)
class Task:
    """One requirement: `tone` gives mark and color (done, progress, action, todo, locked), `reason` says why and since when.

    `address` and `action` are where the person can act, and the words of the link; empty where there is nothing to do.
    """

    tone: str
    title: str
    label: str
    reason: str
    address: str = ""
    action: str = ""


@dataclass(frozen=True)
class LatestOrder:
    """The newest paid order."""

    reference: str
    ordered_at: datetime
    progress: Progress


@dataclass(frozen=True)
class Dashboard:
    """Everything the dashboard shows."""

    identity: Task | None
    tasks: tuple[Task, ...]
    latest: LatestOrder | None
    activity: tuple[HistoryStep, ...]

    @property
    def met(self) -> int:
        """Return how many requirements are met."""
        return sum(task.tone == "done" for task in self.tasks)


def dashboard_of(applicant: Applicant, facts: CertificationFacts) -> Dashboard:
    """Return the dashboard of `applicant` (one query besides the facts, and one more until identity was checked)."""
    requests = _recent_requests(applicant)
    return Dashboard(identity_task(applicant), tasks_of(facts), _latest(requests), tuple(as_steps(_activity(requests))))


def identity_task(applicant: Applicant) -> Task | None:
    """Return what is left to do before anything can be ordered (R-APP-5), or None once identity was checked."""
    if applicant.identity_checked_on is not None:
        return None
    standing = standing_of(applicant)
    action = "Confirm who you are" if standing.may_send else "See where it stands"
    return Task(standing.tone, IDENTITY, standing.label, standing.text, reverse("identity"), action)


def tasks_of(facts: CertificationFacts) -> tuple[Task, ...]:
    """Return the requirements that the facts know of, then the certificate."""
    tasks = [_requirement(requirement) for requirement in facts.requirements]
    tasks += [_credential(credential) for credential in facts.credentials if credential.status != NOT_NEEDED]
    return (*tasks, _certificate(facts, all_met=all(task.tone == "done" for task in tasks)))


def _requirement(requirement: Requirement) -> Task:
    if not requirement.met:
        return Task("todo", requirement.label, "Not met", "We have no record that meets this requirement yet")
    how = requirement.how or "Met"
    return Task("done", requirement.label, "Met", f"{how}, {day(requirement.on)}" if requirement.on else how)


def _credential(credential: CredentialFact) -> Task:
    tone, label, reason = CREDENTIAL_WORDS.get(credential.status, ("progress", credential.status, "{issuer}"))
    said = reason.format(issuer=credential.issuer or "your school")
    return Task(tone, credential.kind, label, f"{said}, {day(credential.on)}" if credential.on else said)


def _certificate(facts: CertificationFacts, *, all_met: bool) -> Task:
    if facts.certificate is not None:
        return _issued(facts.answer, facts.certificate)
    if all_met:
        return Task("progress", CERTIFICATE, "Waiting for us", "We are preparing your certificate")
    return Task("locked", CERTIFICATE, "Cannot start yet", "We issue it when every requirement is met")


def _issued(answer: CertificationAnswer, certificate: CertificateFact) -> Task:
    said = f"Number {certificate.number}, issued {day(certificate.issued_on)}"
    if answer is CertificationAnswer.REVOKED:
        return Task("locked", CERTIFICATE, "Revoked", said)
    until = f"valid through {day(certificate.valid_through)}" if certificate.valid_through else "valid indefinitely"
    tone, label = ("done", "Met") if answer is CertificationAnswer.YES else ("todo", "Expired")
    return Task(tone, CERTIFICATE, label, f"{said}, {until}")


def day(day: date) -> str:
    """Return `June 4, 2026`."""
    return f"{day:%B} {day.day}, {day.year}"


def _recent_requests(applicant: Applicant) -> list[ReportRequest]:
    """Return every request of the newest paid orders, newest order first, in one query."""
    orders = Order.objects.visible_to(applicant).filter(state=OrderState.PAID).order_by("-id")
    mine = ReportRequest.objects.visible_to(applicant).filter(order_line__order__in=orders.values("id")[:RECENT_ORDERS])
    return list(mine.select_related("authority", "order_line__order").order_by("-order_line__order_id", "position"))


def _latest(requests: Sequence[ReportRequest]) -> LatestOrder | None:
    if not requests:
        return None
    order = requests[0].order_line.order
    states = [request.state for request in requests if request.order_line.order_id == order.pk]
    return LatestOrder(order.reference, order.placed_at or order.created_at, progress_of(states))


def _activity(requests: Sequence[ReportRequest]) -> list[tuple[str, datetime]]:
    lines = told([event for request in requests for event in milestones(request)]) + _payments(requests)
    return sorted(lines, key=lambda line: line[1], reverse=True)[:RECENT_STEPS]


def _payments(requests: Sequence[ReportRequest]) -> list[tuple[str, datetime]]:
    """Return one line for each order paid."""
    orders = {request.order_line.order_id: request.order_line.order for request in requests}
    return [(f"Payment received, order {order.reference}", order.paid_at) for order in orders.values() if order.paid_at]
