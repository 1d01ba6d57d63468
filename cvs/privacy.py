"""What the portal holds of a person's status reports, and for how long. Never a report itself (R-CVS-1)."""

from datetime import datetime, timedelta
from functools import partial

from applicants.models import ContactInformation
from cvs.models import ReportRequest, VerificationLookup
from cvs.services import baskets
from cvs.states import RequestState
from payments.models import Order
from payments.states import OrderState
from portal import retention
from portal.personal_data import AfterDeletion, BeforeDeletion, Exclusion, Holding, Obstacle, Topic, registry

UNDER_WAY = [RequestState.FUNDED, RequestState.ON_HOLD, RequestState.DELIVERY_PROBLEM]
NOT_FOR_APPLICANTS = "Part of a report; reports go to licensing authorities only (R-CVS-1)"


def _under_way(user_id: int) -> list[str]:
    waiting = ReportRequest.objects.filter(applicant__user=user_id, state__in=UNDER_WAY).count()
    return [f"Reports of yours that are not with their authority yet: {waiting}."] if waiting else []


def _empty_basket(user_id: int, at: datetime, actor: str) -> None:
    for order in Order.objects.filter(applicant__user=user_id, state=OrderState.BASKET):
        baskets.abandon(order=order, at=at, actor=actor, reason="The person’s account is deleted")


_evidence = partial(
    Holding,
    topic="status-reports",
    after_deletion=AfterDeletion.KEPT,
    kept_because="Proves to the authority that holds a report that it is genuine",
)

registry.add(
    Topic("status-reports", "Your status reports: for whom, when, and what became of them"),
    _evidence(model="cvs.ReportRequest", what="Reports that you asked for", owner="applicant__user"),
    _evidence(
        model="cvs.IssuedReport",
        what="Facts about each report that was made; the report itself is for the authority only",
        owner="request__applicant__user",
        left_out={
            "snapshot": NOT_FOR_APPLICANTS,
            "stored_as": NOT_FOR_APPLICANTS,
            "url_code": "Printed on the report, for whoever holds it",
            "short_code": "Printed on the report, for whoever holds it",
            "acknowledge_code": "Secret of the authority, with which it confirms receipt",
        },
    ),
    _evidence(
        model="cvs.DispatchJob",
        what="How each report was sent",
        owner="request__applicant__user",
        left_out={"token": "Technical", "last_error": "Technical"},
    ),
    _evidence(
        model="cvs.DispatchAttempt",
        what="Each attempt to make or send a report, with the words of the mail server",
        owner="job__request__applicant__user",
    ),
    Exclusion("cvs.VerificationLookup", "Says that somebody checked a report: data about them, kept as a hash"),
    Obstacle("reports", _under_way),
    BeforeDeletion("basket", _empty_basket),
)

retention.table.add(
    retention.Rule(
        key="reports",
        what="Reports that were sent, and the record of their sending",
        covers=tuple(model for model in registry.holdings if model.startswith("cvs.")),
        since="the day of the report",
        why="An authority that holds a report can check that it is genuine, however old it is",
        ends_with="Not deleted",
    ),
    retention.Rule(
        key="look-ups",
        what="Checks of reports on the verification page, by a keyed hash of the network",
        covers=("cvs.VerificationLookup",),
        since="the check",
        why="To limit guessing, and to tell you when an authority looked",
        period=timedelta(days=400),
        due=lambda before: VerificationLookup.objects.filter(at__lt=before),
    ),
    retention.Rule(
        key="former-contact",
        what="Contact information that was replaced and that no order refers to",
        covers=("applicants.ContactInformation",),
        since="the day it was replaced",
        why="To find out who changed it, if you did not",
        period=timedelta(days=3 * 365),
        due=lambda before: ContactInformation.objects.filter(superseded_at__lt=before, reportrequest__isnull=True),
    ),
)
