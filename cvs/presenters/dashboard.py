"""The dashboard: the requirements for certification one by one, and the latest of the person's reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from applicants.models import Applicant
from applicants.presenters.identity import standing_of
from certification.presenters.checklist import Item, checklist_of
from certification.rules.trace import Verdict
from cvs.models import ReportRequest
from cvs.presenters.history import HistoryStep, as_steps, milestones, told
from cvs.presenters.progress import Progress, progress_of
from payments.models import Order
from payments.states import OrderState

RECENT_ORDERS = 3
RECENT_STEPS = 4
IDENTITY = "Confirm who you are"
IDENTITY_ITEM = "identity"


@dataclass(frozen=True)
class Task:
    """What comes before all requirements: `tone` gives mark and color, `reason` says why and since when.

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
    tasks: tuple[Item, ...]
    latest: LatestOrder | None
    activity: tuple[HistoryStep, ...]

    @property
    def met(self) -> int:
        """Return how many requirements are met."""
        return sum(task.tone == "done" for task in self.tasks)


def dashboard_of(applicant: Applicant, verdict: Verdict) -> Dashboard:
    """Return the dashboard of `applicant` (one query besides the verdict, and one more until identity was checked)."""
    requests = _recent_requests(applicant)
    # Who has not shown who they are reads that above everything else.
    tasks = tuple(item for item in checklist_of(verdict) if item.slug != IDENTITY_ITEM)
    return Dashboard(identity_task(applicant), tasks, _latest(requests), tuple(as_steps(_activity(requests))))


def identity_task(applicant: Applicant) -> Task | None:
    """Return what is left to do before anything can be ordered (R-APP-5), or None once identity was checked."""
    if applicant.identity_checked_on is not None:
        return None
    standing = standing_of(applicant)
    action = "Confirm who you are" if standing.may_send else "See where it stands"
    return Task(standing.tone, IDENTITY, standing.label, standing.text, reverse("identity"), action)


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
