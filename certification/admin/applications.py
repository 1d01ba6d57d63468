"""The queue of Applications for Certification."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin

from applicants.admin.reviews import Button, ReviewAdmin
from applicants.forms.reviews import JudgmentForm
from applicants.models import User
from applicants.models.reviews import HeldForReview
from applicants.services.reviews import Judgment
from certification.application_texts import CONFIRMATIONS
from certification.forms.application_review import ApplicationReviewForm
from certification.models import Application
from certification.services.application import review
from certification.services.application.checking import advice_on
from certification.states import ApplicationState
from portal import four_eyes
from portal.admin import WaitingFilter
from portal.eastern import eastern_date
from portal.reading import Purpose
from portal.work_queue import Queue, in_states

WAITS = "Noted. It is rejected when a second person does the same; the record is free for them."


@admin.register(Application)
class ApplicationAdmin(ReviewAdmin):
    """Applications for Certification: accepted, returned with reasons, or rejected by two people (R-APP-1)."""

    permission = review.REVIEW
    reading_purpose = Purpose.CREDENTIALS
    open_states = frozenset({ApplicationState.PAID.value, ApplicationState.IN_REVIEW.value})
    tones = {"paid": "todo", "in_review": "progress", "accepted": "done", "returned": "action", "rejected": "action"}
    review_template = "admin/certification/application.html"
    list_display = ["application", "number", "person", "chip", "waiting", "held_by", "submitted_at"]
    list_filter = [WaitingFilter, "state"]
    queues = (
        Queue(
            "applications",
            "Applications to review",
            permission=review.REVIEW,
            waits=in_states(ApplicationState.PAID, ApplicationState.IN_REVIEW),
            days=5,
            held=True,
        ),
    )

    def application(self, record: Application) -> str:
        """Return how the person calls it."""
        return record.number

    def heading(self, record: HeldForReview) -> str:
        """Return what is reviewed."""
        return f"Application {cast('Application', record).number}"

    def form_for(self, record: HeldForReview, data: Any = None) -> JudgmentForm:  # Any: QueryDict or None
        """Return the form with what was entered before."""
        kept = cast("Application", record)
        initial = {
            "checks": kept.checks,
            "return_reason": kept.return_reason,
            "internal_note": kept.internal_note,
            "read_school": kept.read_school,
        }
        return ApplicationReviewForm(data, initial=initial, checks=review.checks_of(kept))

    def judgment_of(self, record: HeldForReview, form: forms.Form) -> Judgment:
        """Return what was entered."""
        return cast("ApplicationReviewForm", form).judgment()

    def buttons(self, record: HeldForReview) -> Sequence[Button]:
        """Return the three decisions."""
        return (*super().buttons(record), Button("reject", "Reject (two people)", "return"))

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
        """Accept, return or reject."""
        if act == "accept":
            review.accept(key=record.pk, judgment=judgment, reviewer=reviewer, at=at)
            return "Accepted. The degree is on record, and the person was told."
        if act == "return":
            review.give_back(key=record.pk, judgment=judgment, reviewer=reviewer, at=at)
            return "Returned. The person was told where to read the reason."
        if act == "reject":
            done = review.reject(key=record.pk, judgment=judgment, reviewer=reviewer, at=at)
            return "Rejected. The person was told." if done else WAITS
        return None

    def details(self, record: HeldForReview, form: JudgmentForm, *, at: datetime) -> dict[str, object]:
        """Return the degree beside the record of the person, the history, and what the rules say."""
        kept = cast("Application", record)
        signed = CONFIRMATIONS.get(kept.confirmation_version)
        return {
            "facts": [
                ("Name of record", kept.applicant.full_name),
                ("Date of birth", f"{kept.applicant.birth_date:%B %-d, %Y}"),
                ("Title of the degree", kept.degree_title),
                ("Graduated", "Yes" if kept.graduated else "No, expected"),
                ("Graduation date", f"{kept.graduation_on:%B %-d, %Y}" if kept.graduation_on else ""),
                ("Date on the diploma", f"{kept.degree_on:%B %-d, %Y}" if kept.degree_on else "None yet"),
            ],
            "attendances": kept.attendances.select_related("school").order_by("attended_from", "pk"),
            "advice": advice_on(kept, today=eastern_date(at)),
            "signed": signed.sentences if signed else (),
            "proposals": four_eyes.waiting_for(Application, [kept.pk]),
        }
