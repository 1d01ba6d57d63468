"""Credentials and their verification."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.db import models
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from applicants.admin.reviews import Button, ReviewAdmin, ShownFile, entered_in
from applicants.forms.reviews import JudgmentForm
from applicants.models import User
from applicants.models.reviews import HeldForReview
from applicants.permissions import NotAllowedError
from applicants.services.reviews import Judgment
from certification.admin.records import RecordAdmin
from certification.admin.specimens import shown_specimen
from certification.forms.credential_reviews import CredentialReviewForm
from certification.models import Credential, CredentialSpecimen, CredentialStatusChange, MedicalSchool
from certification.presenters.credential_reviews import comparisons, facts_of
from certification.services.credentials import completeness, deciding, specimens
from certification.services.credentials.deciding import CHECKS, CredentialReading
from certification.states.credentials import CredentialKind, CredentialPart, CredentialState
from portal import audit, four_eyes
from portal.business_days import business_days_between, in_business_days
from portal.eastern import eastern_date
from portal.reading import Purpose
from portal.work_queue import Queue, in_states

C = CredentialState
SECOND_AWAITED = "Noted. It takes effect when a second person, a senior reviewer, decides the same."
ACCEPT = Button("accept", "Accept for verification with the school", "accept")
LETTER = Button("letter", "Accept the letter", "accept")
RETURN = Button("return", "Return to applicant", "return")
REFUSE = Button("refuse", "Refuse (two people)", "return", apart=True)
FRAUD = Button("fraud", "Suspected fraud (two people)", "return", apart=True)
CLEAR = Button("clear", "Suspicion not confirmed: review anew", "accept")
MOST_SCHOOLS = 15


@admin.register(Credential)
class CredentialAdmin(ReviewAdmin):
    """Documents of medical education: the queue, oldest first, and the review of one (R-CRED-4 to R-PSV-4)."""

    permission = deciding.REVIEW
    reading_purpose = Purpose.CREDENTIALS
    open_states = frozenset({C.SUBMITTED, C.IN_REVIEW, C.REPLY_RECEIVED, C.SUSPECTED_FRAUD})
    tones = {
        C.SUBMITTED: "todo",
        C.IN_REVIEW: "progress",
        C.RETURNED_TO_APPLICANT: "action",
        C.ACCEPTED_FOR_VERIFICATION: "progress",
        C.SENT_TO_SCHOOL: "progress",
        C.REMINDED: "progress",
        C.REPLY_RECEIVED: "todo",
        C.REQUERIED: "progress",
        C.VERIFIED: "done",
        C.REFUSED: "action",
        C.SUSPECTED_FRAUD: "action",
    }
    form_fields = {
        "name": "read_name",
        "degree_title": "read_degree_title",
        "issued_on": "read_issued_on",
        "school": "read_school",
    }
    review_template = "admin/certification/credential_review.html"
    list_display = ["number", "person", "kind", "issuer", "chip", "waiting", "held_by", "submitted_at"]
    ordering = ["moved_at", "pk"]
    queues = (
        Queue(
            "credentials",
            "Credentials to review",
            permission=deciding.REVIEW,
            waits=in_states(C.SUBMITTED, C.IN_REVIEW),
            since="moved_at",
            kind="kind",
            held=True,
        ),
        Queue(
            "suspicions",
            "Suspected frauds to decide",
            permission="certification.refuse_credentials",
            waits=in_states(C.SUSPECTED_FRAUD),
            since="moved_at",
            days=5,
            kind="kind",
            held=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Model]:
        """Leave out what the physician has not sent; records of former times count as sent."""
        rows = Credential.objects.exclude(state=C.DRAFT).with_documents()
        return cast("QuerySet[models.Model]", rows.select_related("applicant__education", "school"))

    def waiting(self, record: HeldForReview) -> str:
        """Return for how many business days it is in its state."""
        moved_at = cast("Credential", record).moved_at
        return in_business_days(business_days_between(eastern_date(moved_at), eastern_date(timezone.now())))

    def form_for(self, record: HeldForReview, data: Any = None) -> CredentialReviewForm:  # Any: QueryDict or None
        """Return the form with what was read before, or with what the physician typed."""
        kept = cast("Credential", record)
        initial = {
            "read_name": kept.read_name or kept.name_on_document,
            "read_degree_title": kept.read_degree_title or kept.degree_title,
            "read_issued_on": kept.read_issued_on or kept.issued_on,
            "read_graduation_on": kept.read_graduation_on,
            "read_issuer": kept.read_issuer or kept.issuer,
            "read_school": kept.school_id or "",
            "checks": kept.checks,
            "return_reason": kept.return_reason,
            "internal_note": kept.internal_note,
        }
        return CredentialReviewForm(
            data,
            initial=initial,
            checks=[(code, CHECKS[code]) for code in deciding.needed_checks(kept)],
            schools=_schools_for(kept),
            is_diploma=kept.kind == CredentialKind.DIPLOMA,
        )

    def judgment_of(self, record: HeldForReview, form: JudgmentForm) -> Judgment:
        """Return what was read and said."""
        return cast("CredentialReviewForm", form).reading()

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
        """Do what the button says through the service."""
        entered = cast("CredentialReading", judgment)
        if act == "accept":
            deciding.accept(key=record.pk, reading=entered, reviewer=reviewer, at=at)
            return "Accepted for verification. The person was told, and the request to the school is prepared."
        if act == "letter":
            deciding.accept_letter(key=record.pk, reading=entered, reviewer=reviewer, at=at)
            return "The letter was accepted. The person was told to send the diploma when it is issued."
        if act == "return":
            deciding.give_back(key=record.pk, reading=entered, reviewer=reviewer, at=at)
            return "Returned. The person was told where to read the reason."
        if act == "clear":
            deciding.clear(key=record.pk, reading=entered, reviewer=reviewer, at=at)
            return "The suspicion ended. The document waits for a review."
        if act in {"refuse", "fraud"}:
            by_two = deciding.refuse if act == "refuse" else deciding.suspect
            done = by_two(key=record.pk, reading=entered, reviewer=reviewer, at=at)
            return "Done, by two people." if done else SECOND_AWAITED
        return None

    def buttons(self, record: HeldForReview) -> Sequence[Button]:
        """Return the decisions of the state; a letter is accepted as a letter, an answer on the page of the request."""
        if record.state == C.REPLY_RECEIVED:
            return (FRAUD,)
        if record.state == C.SUSPECTED_FRAUD:
            return (CLEAR, REFUSE)
        parts = {CredentialPart(one.part) for one in cast("Credential", record).current_documents()}
        return (LETTER if completeness.is_letter_only(parts) else ACCEPT, RETURN, REFUSE, FRAUD)

    def shown_files(self, record: HeldForReview) -> Sequence[ShownFile]:
        """Return the files that count, oldest first; after a suspicion also those that were replaced, which are evidence."""
        kept = cast("Credential", record)
        files = [ShownFile(str(one.get_part_display()), one.upload) for one in kept.current_documents()]
        if kept.state != C.SUSPECTED_FRAUD:
            return files
        former = kept.documents.filter(replaced_by__added_at__gte=kept.moved_at).select_related("upload").order_by("pk")
        return [*(ShownFile(f"{one.get_part_display()}, replaced since", one.upload) for one in former), *files]

    def details(self, record: HeldForReview, form: JudgmentForm, *, at: datetime) -> dict[str, object]:
        """Return the comparison, specimens of the school, requests to it, and what waits for a second person."""
        kept = cast("Credential", record)
        chosen = str(form["read_school"].value() or "")
        offered = cast("CredentialReviewForm", form).schools
        school = next((one for one in offered if str(one.pk) == chosen), None)
        return {
            "comparisons": comparisons(kept, entered_in(form), school),
            "facts": facts_of(kept),
            "specimens": specimens.beside(kept),
            "verifications": list(kept.verification_requests.order_by("-pk")[:5]),
            "proposals": four_eyes.waiting_for(Credential, [kept.pk]),
            "may_be_specimen": kept.state == C.VERIFIED and kept.school_id is not None,
            "is_specimen": CredentialSpecimen.objects.filter(document__credential=kept).exists()
            if kept.state == C.VERIFIED
            else False,
        }

    def _act(self, request: HttpRequest, record: HeldForReview) -> HttpResponse:
        act = request.POST.get("act", "")
        if act not in {"specimen", "no_specimen"}:
            return super()._act(request, record)
        service = specimens.choose if act == "specimen" else specimens.drop
        try:
            service(record.pk, at=timezone.now(), actor=audit.actor_label(request.user))
        except (specimens.NoSpecimenError, NotAllowedError) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "Saved.")
        return redirect(request.path)

    def _page(self, request: HttpRequest, record: HeldForReview, form: JudgmentForm) -> HttpResponse:
        answer = super()._page(request, record, form)
        context = cast("Any", answer).context_data  # Any: a TemplateResponse
        context["may_choose"] = request.user.has_perm(specimens.CHOOSE) and self.may_decide(request)
        context["shown_specimen"] = shown_specimen(request, context["specimens"])
        return answer


def _schools_for(credential: Credential) -> list[MedicalSchool]:
    """Return the schools of which one may have issued the document: that on record first, then those named alike."""
    education = getattr(credential.applicant, "education", None)
    keys = [key for key in (credential.school_id, education.school_id if education else None) if key]
    named = MedicalSchool.objects.named_like(credential.read_issuer or credential.issuer)
    known_first = Case(When(pk__in=keys, then=0), default=1)
    return list((MedicalSchool.objects.filter(pk__in=keys) | named).order_by(known_first, "name")[:MOST_SCHOOLS])


@admin.register(CredentialStatusChange)
class CredentialStatusChangeAdmin(RecordAdmin):
    """How verification went on."""

    list_display = ["credential", "status", "on"]
    list_filter = ["status"]
    list_select_related = ["credential"]
    search_fields = ["=credential__applicant__identification_number"]
