"""The queue of requests about certificates."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django.contrib import admin

from applicants.admin.reviews import ReviewAdmin, ShownFile
from applicants.forms.reviews import JudgmentForm
from applicants.models import User
from applicants.models.reviews import HeldForReview
from applicants.services.reviews import Judgment
from certification.models import CertificateRequest
from certification.services.certificates import requests as service
from portal.reading import Purpose
from portal.work_queue import Queue, in_states

CHECKS = (
    (service.NAME_CHECK, "The name is the name of record"),
    (service.DOCUMENT_CHECK, "The document is what it should be, and can be read"),
    (service.GROUND_CHECK, "What was asked for is due: training or license confirmed, loss or change explained"),
)
REASONS = {
    "unreadable": ("Cannot be read", "We cannot read the document. Send a better picture with a new request."),
    "not_confirmed": ("Not confirmed", "The document does not show the training or license that you named."),
    "too_short": (
        "Less than 12 months",
        "Less than 12 months of training are shown. Ask again when they are complete.",
    ),
    "name_differs": ("Name differs", "The name in the document is not your name of record."),
}


@admin.register(CertificateRequest)
class CertificateRequestAdmin(ReviewAdmin):
    """Requests that wait for a reviewer, oldest first."""

    permission = service.REVIEW
    reading_purpose = Purpose.CREDENTIALS
    open_states = frozenset({"submitted", "in_review"})
    queues = (
        Queue(
            "certificate_requests",
            "Requests about certificates",
            permission=service.REVIEW,
            waits=in_states("submitted", "in_review"),
            days=5,
            kind="kind",
            held=True,
        ),
    )
    tones = {"submitted": "todo", "in_review": "progress", "accepted": "done", "returned": "action"}

    def form_for(self, record: HeldForReview, data: Any = None) -> JudgmentForm:  # Any: QueryDict or None
        """Return the form with what was entered before."""
        names = ("checks", "return_reason", "internal_note")
        initial = {name: getattr(record, name) for name in names}
        return JudgmentForm(data, initial=initial, checks=CHECKS, reasons=REASONS)

    def judgment_of(self, record: HeldForReview, form: JudgmentForm) -> Judgment:
        """Return what a valid form holds."""
        return Judgment(**form.said())

    def decide(
        self, act: str, record: HeldForReview, form: JudgmentForm, judgment: Judgment, *, reviewer: User, at: datetime
    ) -> str | None:
        """Accept or return."""
        if act == "accept":
            service.accept(request_id=record.pk, judgment=judgment, reviewer=reviewer, at=at)
            return "Accepted. The person was told, and a new copy is being printed."
        if act == "return":
            service.give_back(request_id=record.pk, judgment=judgment, reviewer=reviewer, at=at)
            return "Returned. The person was told where to read the reason."
        return None

    def shown_files(self, record: HeldForReview) -> Sequence[ShownFile]:
        """Return the document."""
        upload = cast("CertificateRequest", record).upload
        return () if upload is None else (ShownFile("", upload),)

    def details(self, record: HeldForReview, form: JudgmentForm, *, at: datetime) -> dict[str, object]:
        """Return what the person said."""
        asked = cast("CertificateRequest", record)
        said = (
            ("Certificate", asked.certificate.number),
            ("Program", asked.program),
            ("Training", " to ".join(str(one) for one in (asked.started_on, asked.ended_on) if one)),
            ("License", f"{asked.jurisdiction} {asked.licensed_on or ''}".strip()),
            ("Explanation", asked.explanation),
        )
        return {"facts": [(term, value) for term, value in said if value]}
