"""The queue of people whose certificate can be issued."""

from datetime import timedelta

from django.contrib import admin
from django.db import models
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from applicants.models import Applicant
from applicants.numbers import format_identification_number
from applicants.permissions import NotAllowedError
from certification.admin.records import RecordAdmin
from certification.models import IssueCandidate
from certification.services.certificates import issuing
from certification.services.evaluation import evaluate_person
from portal.admin import WaitingFilter
from portal.admin.reasons import RefusedActError, act_with_words
from portal.audit import actor_label
from portal.eastern import eastern_date
from portal.four_eyes import SamePersonError
from portal.models import FourEyesAct, Proposal, ProposalState
from portal.work_queue import Queue

NOON = models.Value(timedelta(hours=12))


def _issue(row: models.Model, words: str, request: HttpRequest) -> bool:
    try:
        return issuing.issue(applicant_id=row.pk, reason=words, actor=actor_label(request.user), at=timezone.now())
    except (NotAllowedError, SamePersonError, issuing.NotIssuedError) as error:
        raise RefusedActError(str(error)) from error


@admin.register(IssueCandidate)
class IssueCandidateAdmin(RecordAdmin):
    """People of whom every rule is met; whoever has waited longest comes first."""

    list_display = ["number", "person", "eligible_since", "days", "wish"]
    list_select_related = ["applicant"]
    list_filter = [WaitingFilter]
    ordering = ["eligible_since", "pk"]
    queues = (
        Queue(
            "issue",
            "Certificates to issue",
            permission="certification.propose_certificate",
            waits=lambda _: models.Q(),
            # A day has no time: its noon in Greenwich is on the same day with us.
            since=models.ExpressionWrapper(models.F("eligible_since") + NOON, output_field=models.DateTimeField()),
            days=5,
        ),
    )
    readonly_fields = ["rules"]
    actions = [
        act_with_words(
            "issue", _issue, title="Issue certificate (two people)", label="Why it may be issued", permission="issue"
        )
    ]

    def has_issue_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may be one of the two; the second step is asked for by the service."""
        return request.user.has_perm("certification.propose_certificate")

    @admin.display(description="Number")
    def number(self, row: IssueCandidate) -> str:
        """Return the person's number, with dashes."""
        return format_identification_number(row.applicant.identification_number)

    @admin.display(description="Name of record")
    def person(self, row: IssueCandidate) -> str:
        """Return the name of record."""
        return row.applicant.full_name

    @admin.display(description="Days waiting")
    def days(self, row: IssueCandidate) -> int:
        """Return for how many days nothing but us is waited for."""
        return (eastern_date(timezone.now()) - row.eligible_since).days

    @admin.display(description="Second person")
    def wish(self, row: IssueCandidate) -> str:
        """Return whether the first of the two has asked for it."""
        return "Waits for a second person" if getattr(row, "is_wished", False) else ""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[models.Model]:
        """Mark those that wait for a second person."""
        wishes = Proposal.objects.filter(
            act=FourEyesAct.ISSUE_CERTIFICATE,
            state=ProposalState.OPEN,
            subject_type=Applicant._meta.label_lower,
            subject_id=Cast(models.OuterRef("pk"), models.CharField()),
        )
        rows: models.QuerySet[models.Model] = super().get_queryset(request).annotate(is_wished=models.Exists(wishes))
        return rows

    @admin.display(description="What each rule says today")
    def rules(self, row: IssueCandidate) -> SafeString:
        """Return the verdict as of today, rule by rule."""
        verdict = evaluate_person(row.applicant, eastern_date(timezone.now()))
        lines = ((trace.rule_id, trace.title, trace.outcome.value, trace.reason) for trace in verdict.traces)
        rows = format_html_join("", '<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>', lines)
        head = "<tr><th>Rule</th><th>About</th><th>Outcome</th><th>Reason</th></tr>"
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", SafeString(head), rows)

    def describe(self, row: IssueCandidate) -> str:
        """Return a row in words, for the page that asks for the reason."""
        return f"{self.number(row)}, {row.applicant.full_name}, everything met since {row.eligible_since}"
