"""Requests to schools at the staff door: the queue, and the page on which an answer is looked at and decided."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.html import format_html

from applicants.models import User
from applicants.numbers import format_identification_number
from applicants.permissions import NotAllowedError
from certification.admin.records import RecordAdmin
from certification.admin.specimens import shown_specimen
from certification.forms.verification import AddresseeForm, LetterForm, PaperForm, WordsForm
from certification.models import SchoolOfficial, VerificationAnswer, VerificationRequest
from certification.services.credentials import specimens
from certification.services.verification import answers, questions, requests, review
from certification.services.verification.answers import RECORD_PAPER, AlreadyAnsweredError
from certification.services.verification.requests import VerificationError
from certification.services.verification.review import REVIEW
from certification.states import VERIFICATION_MACHINE, WITH_THE_SCHOOL, VerificationPurpose, VerificationState
from portal import audit, four_eyes, reading
from portal.admin import WaitingFilter
from portal.admin.restricted import ask_purpose
from portal.audit import actor_label
from portal.audit_history import history_of
from portal.eastern import eastern_date
from portal.four_eyes import SamePersonError
from portal.states import IllegalMoveError
from portal.uploads.http import shows_page_images
from portal.uploads.services import UploadRefusedError
from portal.work_queue import Queue, in_states

REFUTE = "certification.refute_verification"
TONES = {
    VerificationState.PREPARED: "todo",
    VerificationState.ANSWERED: "todo",
    VerificationState.UNABLE_TO_VERIFY: "action",
    VerificationState.ACCEPTED: "done",
    VerificationState.REFUTED: "action",
    VerificationState.WITHDRAWN: "done",
}
REFUSALS = (VerificationError, NotAllowedError, SamePersonError, IllegalMoveError)
DONE = {
    "accept": "Accepted: the document is verified.",
    "requery": "The question was sent to the school.",
    "give_up": "Noted. Look for a successor of the school, or for another way.",
    "withdraw": "Withdrawn. Links to it say so from now on.",
    "send": "Sent.",
    "paper": "The answer was entered.",
}


@admin.register(VerificationRequest)
class VerificationRequestAdmin(RecordAdmin):
    """Requests to schools, those that wait for staff first."""

    list_display = ["reference", "applicant", "school", "purpose", "chip", "waiting", "attempts", "told"]
    list_filter = [WaitingFilter, "state", "purpose"]
    queues = (
        Queue(
            "answers",
            "Answers of schools to look at",
            permission=REVIEW,
            waits=in_states(VerificationState.ANSWERED),
            since=Subquery(
                VerificationAnswer.objects.filter(request=OuterRef("pk")).order_by("-round").values("received_at")[:1]
            ),
            kind="purpose",
        ),
        Queue(
            "unsent",
            "Requests without an addressee",
            permission=REVIEW,
            waits=in_states(VerificationState.PREPARED, VerificationState.UNABLE_TO_VERIFY),
            since=Coalesce("decided_at", "prepared_at"),
            kind="purpose",
        ),
        Queue(
            "silent_schools",
            "Schools that do not answer",
            permission=REVIEW,
            waits=lambda _: Q(state__in=WITH_THE_SCHOOL, staff_told_at__isnull=False),
            since="staff_told_at",
            days=10,
            kind="purpose",
        ),
    )
    list_select_related = ["applicant", "school"]
    search_fields = ["=applicant__identification_number", "applicant__family_name", "=pk", "school__name"]
    search_help_text = "Identification number, family name, number of the request without V-, or name of the school"
    ordering = ["prepared_at", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """Count how often we wrote."""
        rows: QuerySet[Model] = super().get_queryset(request).annotate(written=Count("attempts"))
        return rows

    def chip(self, row: VerificationRequest) -> str:
        """Return the state as a word and a shape."""
        return format_html('<span class="status status--{}">{}</span>', tone_of(row), row.get_state_display())

    chip.short_description = "state"  # type: ignore[attr-defined]  # functions may carry attributes

    def waiting(self, row: VerificationRequest) -> str:
        """Return for how long the school has had it, in days."""
        return waited(row, at=timezone.now())

    def attempts(self, row: VerificationRequest) -> int:
        """Return how often we wrote to the school."""
        return int(getattr(row, "written", 0))

    @admin.display(boolean=True, description="silent")
    def told(self, row: VerificationRequest) -> bool:
        """Tell whether the school stays silent, so that staff must act."""
        return row.staff_told_at is not None and row.state in WITH_THE_SCHOOL

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Show the request with document and answer side by side, or do what a button of that page says."""

        @shows_page_images
        def page(asked: HttpRequest) -> HttpResponseBase:
            return self._one(asked, object_id)

        return cast("HttpResponse", page(request))

    def _one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        acts = request.method == "POST" and not request.POST.get("purpose_given")
        if not self.has_view_permission(request) or (acts and not may_act(request)):
            raise PermissionDenied
        found = self._found(object_id)
        asked = self._know_purpose(request, found)
        if asked is not None:
            return asked
        return self._act(request, found) if acts else self._page(request, found)

    def _found(self, object_id: str) -> VerificationRequest:
        key = unquote(object_id)
        rows = VerificationRequest.objects.select_related(
            "applicant__user", "applicant__education", "school", "official", "credential"
        )
        found = rows.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
        if found is None:
            raise Http404
        return found

    def _know_purpose(self, request: HttpRequest, found: VerificationRequest) -> HttpResponse | None:
        """Note the reading. Who reviews requests reads them for just that; everybody else is asked for the purpose."""
        at = timezone.now()
        if reading.purpose_of(request.session, found.applicant_id, at=at):
            return None
        if not may_act(request):
            return ask_purpose(request, subject=found, person=found.applicant_id)
        reading.begin(
            request.session,
            subject=found,
            person=found.applicant_id,
            purpose=str(reading.Purpose.CREDENTIALS.label),
            actor=audit.actor_label(request.user),
            role=audit.role_label(request.user),
            at=at,
        )
        return None

    def _act(self, request: HttpRequest, found: VerificationRequest) -> HttpResponse:
        act = request.POST.get("act", "")
        words = WordsForm(request.POST)
        try:
            if act == "letter":
                return self._letter(request, found)
            if act == "paper":
                return self._paper(request, found)
            if act in {"requery", "refute", "give_up", "withdraw"} and not words.is_valid():
                return self._page(request, found, words=words, act=act)
            said = self._do(request, found, act, words.cleaned_data["words"] if words.is_valid() else "")
        except REFUSALS as error:
            messages.error(request, str(error))
            return self._page(request, self._found(str(found.pk)), words=words, act=act)
        messages.success(request, said)
        return redirect(request.path)

    def _do(self, request: HttpRequest, found: VerificationRequest, act: str, words: str) -> str:
        at, actor, key = timezone.now(), actor_label(request.user), found.pk
        acts: dict[str, Callable[[], object]] = {
            "accept": lambda: review.accept(key, reason=words, at=at, actor=actor),
            "requery": lambda: review.requery(key, question=words, at=at, actor=actor),
            "give_up": lambda: review.give_up(key, reason=words, at=at, actor=actor),
            "withdraw": lambda: review.withdraw(key, reason=words, at=at, actor=actor),
            "send": lambda: self._send(request, found, at=at, actor=actor),
        }
        if act == "refute":
            is_done = review.refute(key, reason=words, at=at, actor=actor)
            return "Refuted." if is_done else "Noted. It takes effect when a second person does the same."
        if act not in acts:
            raise VerificationError("Choose what to do with the request.")
        acts[act]()
        return DONE[act]

    def _send(self, request: HttpRequest, found: VerificationRequest, *, at: datetime, actor: str) -> None:
        form = AddresseeForm(request.POST, officials=listed(found, at=at))
        if not form.is_valid():
            raise VerificationError("Choose somebody from the list of the school.")
        review.send_to(found.pk, official_id=int(form.cleaned_data["official"]), at=at, actor=actor)

    def _letter(self, request: HttpRequest, found: VerificationRequest) -> HttpResponse:
        form = LetterForm(request.POST)
        language = form.cleaned_data["language"] if form.is_valid() else "en"
        asked = review.note_letter(found.pk, at=timezone.now(), actor=actor_label(request.user))
        with translation.override(language):
            values = {
                "asked": asked,
                "person": asked.applicant,
                "education": getattr(asked.applicant, "education", None),
                "questions": questions.questions_of(asked),
                "today": eastern_date(timezone.now()),
            }
            return render(request, "certification/school/letter.html", values)

    def _paper(self, request: HttpRequest, found: VerificationRequest) -> HttpResponse:
        if not request.user.has_perm(RECORD_PAPER):
            raise NotAllowedError("Your role does not allow this. Ask somebody whose role does.")
        at = timezone.now()
        form = paper_form(found, request.POST, request.FILES, at=at)
        if form is None or not form.is_valid():
            return self._page(request, found, paper=form, act="paper")
        try:
            answers.record_paper(
                found.pk,
                official_id=int(form.cleaned_data["official"]),
                reply=form.reply(),
                received_at=form.received_at(),
                at=at,
                staff=cast("User", request.user),
            )
        except UploadRefusedError as error:
            form.add_error("transcript", str(error.refusal.label))
            return self._page(request, found, paper=form, act="paper")
        except AlreadyAnsweredError:
            raise VerificationError(
                "Somebody was first: the request has an answer, or is not with the school."
            ) from None
        messages.success(request, DONE["paper"])
        return redirect(request.path)

    def _page(
        self,
        request: HttpRequest,
        found: VerificationRequest,
        *,
        words: WordsForm | None = None,
        paper: PaperForm | None = None,
        act: str = "",
    ) -> HttpResponse:
        at = timezone.now()
        people = listed(found, at=at)
        given = list(found.answers.select_related("official", "transcript").order_by("-round"))
        now = given[0] if given and given[0].round == found.round else None
        acts = may_act(request)
        known = specimens.beside_answer(found)
        values = {
            **self.admin_site.each_context(request),
            "title": f"Request {found.reference}",
            "opts": self.opts,
            "record": found,
            "number": format_identification_number(found.applicant.identification_number),
            "tone": tone_of(found),
            "waited": waited(found, at=at),
            "documents": [
                {"heading": "What the school is shown", "upload": row.upload}
                for row in found.documents.select_related("upload")
            ]
            + [
                {"heading": f"Transcript, from the school (round {one.round})", "upload": one.transcript}
                for one in given
                if one.transcript
            ],
            "answers": [(one, _lines(found, one)) for one in given],
            "faults": review.faults_of(found, now) if now and found.state == VerificationState.ANSWERED else [],
            "doubt": review.doubt_of(found, now) if now and found.state == VerificationState.ANSWERED else "",
            "specimens": known,
            "shown_specimen": shown_specimen(request, known) if acts else None,
            "has_answer": now is not None and found.state == VerificationState.ANSWERED,
            "attempts": found.attempts.select_related("official").order_by("-at", "-pk")[:50],
            "acts": acts,
            "with_school": found.state in WITH_THE_SCHOOL,
            "can": {state.value for state in VERIFICATION_MACHINE.moves[VerificationState(found.state)]},
            "words": words,
            "act": act,
            "addressee": AddresseeForm(officials=people) if people else None,
            "letter": LetterForm(initial={"language": found.official.language if found.official else "en"}),
            "paper": paper
            if act == "paper"
            else (paper_form(found, at=at) if acts and found.state in WITH_THE_SCHOOL else None),
            "proposals": four_eyes.waiting_for(VerificationRequest, [found.pk]),
            "history": history_of(found, before=None).lines,
        }
        return TemplateResponse(request, "admin/certification/verification.html", values)


def may_act(request: HttpRequest) -> bool:
    """Tell whether this member of staff decides about requests, alone or as the second person."""
    return request.user.has_perm(REVIEW) or request.user.has_perm(REFUTE)


def tone_of(row: VerificationRequest) -> str:
    """Return the shape and color of the state."""
    return TONES.get(VerificationState(row.state), "progress")


def waited(row: VerificationRequest, *, at: datetime) -> str:
    """Return for how many days the school has had the request, or had it when it was decided."""
    if row.sent_at is None:
        return "not sent"
    days = ((row.decided_at or at) - row.sent_at).days
    return f"{days} day{'' if days == 1 else 's'}"


def listed(found: VerificationRequest, *, at: datetime) -> list[SchoolOfficial]:
    """Return who may answer the request at `at`, those of the school before others."""
    right = requests.RIGHTS[VerificationPurpose(found.purpose)]
    people = SchoolOfficial.objects.listed_on(eastern_date(at)).filter(school_id=found.school_id, **{right: True})
    return list(people.order_by("institution", "name", "pk")[:100])


def paper_form(found: VerificationRequest, *data: Any, at: datetime) -> PaperForm | None:
    """Return the form for an answer on paper; none where nobody of the school's list could have signed."""
    people = listed(found, at=at)
    first = found.official if found.official in people else (people[0] if people else None)
    return PaperForm(*data, request=found, official=first, officials=people) if first else None


def _lines(found: VerificationRequest, answer: Any) -> list[tuple[str, str]]:
    words = {True: "Yes", False: "No"}
    return [
        (str(text), words.get(answer.checks.get(key), "Not answered"))
        for key, text in questions.questions_of(found).items()
    ]
