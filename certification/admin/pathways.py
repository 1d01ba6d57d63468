"""Pathways: acceptances, and the queue in which staff decide about applications."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from applicants.admin.reviews import Button, ReviewAdmin, ShownFile
from applicants.forms.reviews import JudgmentForm
from applicants.models import User
from applicants.models.reviews import HeldForReview
from applicants.permissions import NotAllowedError
from applicants.services.reviews import Judgment
from certification.admin.records import RecordAdmin
from certification.models import PathwayAcceptance, PathwayApplication
from certification.presenters.pathway_reviews import REASONS, evaluations_shown, facts_shown
from certification.services.pathways import deciding, licenses
from certification.services.pathways.errors import PathwayError
from certification.states import Confirmation, PathwayState
from portal.admin import WaitingFilter
from portal.audit import actor_label
from portal.reading import Purpose
from portal.states import IllegalMoveError
from portal.work_queue import Queue, in_states

LICENSE_ACTS = frozenset({"license_asked", "license_confirmed", "license_refused", "license_again"})


@admin.register(PathwayAcceptance)
class PathwayAcceptanceAdmin(RecordAdmin):
    """Accepted Pathways."""

    list_display = ["applicant", "pathway", "season", "accepted_on", "valid_through"]
    list_filter = ["season", "pathway"]


@admin.register(PathwayApplication)
class PathwayApplicationAdmin(ReviewAdmin):
    """Applications for a Pathway: what others confirmed, what the rules say, and the decision."""

    permission = deciding.REVIEW
    reading_purpose = Purpose.CREDENTIALS
    open_states = frozenset({"awaiting_third_party", "in_review"})
    tones = {
        "submitted": "todo",
        "awaiting_third_party": "progress",
        "in_review": "action",
        "accepted": "done",
        "rejected": "action",
        "closed_with_season": "locked",
    }
    review_template = "admin/certification/pathway.html"
    list_display = ["number", "person", "pathway", "season", "chip", "waiting", "held_by", "submitted_at"]
    list_filter = [WaitingFilter, "state", "season", "pathway", "is_revalidation"]
    queues = (
        Queue(
            "pathways",
            "Pathways to review",
            permission=deciding.REVIEW,
            waits=in_states(PathwayState.IN_REVIEW),
            since=Coalesce("complete_at", "submitted_at", "created_at"),
            days=5,
            held=True,
        ),
    )

    def may_decide(self, request: HttpRequest) -> bool:
        """Reviewers decide, and the committee where scores stay below the threshold; the services say who about what."""
        return request.user.has_perm(deciding.REVIEW) or request.user.has_perm(deciding.COMMITTEE)

    def heading(self, record: HeldForReview) -> str:
        """Return which Pathway it is."""
        application = cast("PathwayApplication", record)
        return f"Pathway {application.pathway}, season {application.season}"

    def form_for(self, record: HeldForReview, data: Any = None) -> JudgmentForm:  # Any: QueryDict or None
        """Return the form with the checks of this Pathway."""
        application = cast("PathwayApplication", record)
        kept = {name: getattr(application, name) for name in ("checks", "return_reason", "internal_note")}
        return JudgmentForm(data, initial=kept, checks=deciding.checks_of(application), reasons=REASONS)

    def judgment_of(self, record: HeldForReview, form: JudgmentForm) -> Judgment:
        """Return what a valid form holds."""
        return Judgment(**form.said())

    def buttons(self, record: HeldForReview) -> Sequence[Button]:
        """Return the decisions that are possible; the committee gets only Pathway 6."""
        application = cast("PathwayApplication", record)
        decisions = [Button("accept", "Accept", "accept"), Button("reject", "Reject", "return")]
        if application.pathway == 6 and application.committee_since is None:
            decisions.append(Button("committee", "Hand to the committee", "save"))
        return decisions

    def shown_files(self, record: HeldForReview) -> Sequence[ShownFile]:
        """Return the copy of the license."""
        upload = getattr(getattr(record, "license", None), "upload", None)
        return (ShownFile("License", upload),) if upload is not None else ()

    def details(self, record: HeldForReview, form: JudgmentForm, *, at: datetime) -> dict[str, object]:
        """Return what the person said, what others sent, and what the rules say of accepting it now."""
        application = cast("PathwayApplication", record)
        license_ = getattr(application, "license", None)
        in_review = application.state == PathwayState.IN_REVIEW
        return {
            "facts": facts_shown(application, at=at),
            "evaluations": evaluations_shown(application),
            "faults": deciding.faults_of(application, at=at) if in_review else {},
            "in_review": in_review,
            "may_take": in_review and application.reviewer_id is None,
            "may_record": license_ is not None
            and application.state == PathwayState.AWAITING_THIRD_PARTY
            and license_.confirmation == Confirmation.WAITING,
            "may_ask_again": license_ is not None and in_review and license_.confirmation != Confirmation.WAITING,
        }

    def _act(self, request: HttpRequest, record: HeldForReview) -> HttpResponse:
        if request.POST.get("act", "") not in LICENSE_ACTS:
            return super()._act(request, record)
        act, note = request.POST["act"], request.POST.get("note", "").strip()[:2000]
        at, actor = timezone.now(), actor_label(request.user)
        try:
            if act == "license_asked":
                licenses.record_request(key=record.pk, at=at, actor=actor)
            elif act == "license_again":
                licenses.ask_again(key=record.pk, reason=note, at=at, actor=actor)
            else:
                confirmed = act == "license_confirmed"
                licenses.record_answer(key=record.pk, confirmed=confirmed, note=note, at=at, actor=actor)
        except (PathwayError, NotAllowedError, IllegalMoveError) as error:
            messages.error(request, f"{str(error).rstrip('.')}.")
            return self._page(request, record, self.form_for(record))
        messages.success(request, "Recorded.")
        return redirect(request.path)

    def decide(
        self,
        act: str,
        record: HeldForReview,
        form: JudgmentForm,
        judgment: Judgment,
        *,
        reviewer: User,
        at: datetime,
    ) -> str | None:
        """Accept, reject as one of two, or hand to the committee."""
        if act == "accept":
            deciding.accept(key=record.pk, judgment=judgment, reviewer=reviewer, at=at)
            return "Accepted. The person was told."
        if act == "reject":
            done = deciding.reject(key=record.pk, judgment=judgment, reviewer=reviewer, at=at)
            return "Rejected. The person was told." if done else "Noted. A second person must reject it as well."
        if act == "committee":
            deciding.to_committee(key=record.pk, judgment=judgment, reviewer=reviewer, at=at)
            return "The committee has it now."
        return None
