"""What waits for a second person, and what became of it."""

from collections.abc import Mapping

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from applicants.models import User
from applicants.permissions import NotAllowedError, decline_proposal
from portal.admin import ReadOnlyAdmin, WaitingFilter
from portal.admin.reasons import RefusedActError, act_with_words
from portal.audit import actor_label
from portal.four_eyes import ACTS, VALID_FOR
from portal.models import Proposal, ProposalState
from portal.states import IllegalMoveError
from portal.work_queue import Queue, Work


def _decline(row: models.Model, words: str, request: HttpRequest) -> None:
    try:
        decline_proposal(proposal_id=row.pk, reason=words, actor=actor_label(request.user), at=timezone.now())
    except IllegalMoveError as error:
        raise RefusedActError("This proposal is closed.") from error
    except NotAllowedError as error:
        raise RefusedActError(str(error)) from error


def _for_second_person(work: Work) -> models.Q:
    """Find what others proposed, still counts, and this person may carry out."""
    acts = [act for act, steps in ACTS.items() if work.user.has_perm(steps.carry_out)]
    mine = models.Q(proposed_by=work.actor)
    return models.Q(state=ProposalState.OPEN, act__in=acts, proposed_at__gt=work.at - VALID_FOR) & ~mine


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    """Acts that need two people. Whoever does the same act to the same row as the second person carries it out."""

    list_display = ["act", "row", "state", "reason", "who", "proposed_at", "decided_at"]
    list_filter = [WaitingFilter, "state", "act"]
    queues = (
        Queue(
            "second_person",
            "Waiting for a second person",
            permission="portal.decline_proposal",
            waits=_for_second_person,
            since="proposed_at",
            person="",
        ),
    )
    actions = [act_with_words("decline", _decline, title="Decline or take back", label="Reason", permission="decline")]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[models.Model]:
        """Put what waits first."""
        waits = models.Case(models.When(state=ProposalState.OPEN, then=0), default=1)
        who = User.objects.annotate(
            label=models.functions.Concat(models.Value("user:"), "pk", output_field=models.CharField())
        )
        named = models.Subquery(who.filter(label=models.OuterRef("proposed_by")).values("username")[:1])
        rows: models.QuerySet[models.Model] = super().get_queryset(request).annotate(proposer=named)
        return rows.order_by(waits, "-proposed_at")

    def has_decline_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff proposes or decides anything; the service asks which."""
        return request.user.has_perm("portal.decline_proposal")

    @admin.display(description="To do to")
    def row(self, proposal: Proposal) -> str:
        """Return a link to the row in its list, where the second person does the same."""
        words: Mapping[str, str] = {
            "cvs.issuedreport": "report",
            "cvs.reportrequest": "request",
            "applicants.deletionrequest": "deletion request",
        }
        address = reverse(f"admin:{proposal.subject_type.replace('.', '_')}_changelist")
        label = f"{words.get(proposal.subject_type, proposal.subject_type)} {proposal.subject_id}"
        return format_html('<a href="{}?id__exact={}">{}</a>', address, proposal.subject_id, label)

    @admin.display(description="Proposed by")
    def who(self, proposal: Proposal) -> str:
        """Return the address of the first person."""
        return getattr(proposal, "proposer", None) or proposal.proposed_by

    def describe(self, row: Proposal) -> str:
        """Return a row in words, for the page that asks for the reason."""
        return f"{row.get_act_display()}, proposed by {self.who(row)}: {row.reason}"
