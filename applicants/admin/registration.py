"""Registrations in the staff door: which wait, and the decision about a suspected duplicate, side by side."""

from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from applicants.forms.decision import EARLIER_NUMBER, SAME_PERSON, DecisionForm
from applicants.models import Applicant, Registration
from applicants.services.registration.comparing import Comparison, compare
from applicants.services.registration.deciding import (
    DecisionNotPossibleError,
    close_as_same_person,
    open_as_other_person,
    open_with_earlier_number,
)
from applicants.states import RegistrationState
from portal.admin import ReadOnlyAdmin, WaitingFilter
from portal.audit import actor_label, role_label
from portal.reading import KEPT_FOR, begin, purpose_of
from portal.work_queue import Queue, in_states

PURPOSE = "To check whether a new registration is of this person"
TITLE = "Is this person on record already?"


@admin.register(Registration)
class RegistrationAdmin(ReadOnlyAdmin):
    """Registrations that were sent, those that wait first. Drafts are their persons' own business."""

    list_display = ["id", "state", "submitted_at", "decided_at", "decided_by"]
    list_filter = [WaitingFilter, "state"]
    ordering = ["-state", "submitted_at"]
    queues = (
        Queue(
            "registrations",
            "Registrations that may be duplicates",
            permission="applicants.change_registration",
            waits=in_states(RegistrationState.UNDER_REVIEW),
            person="",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """Leave drafts out."""
        return super().get_queryset(request).exclude(state=RegistrationState.DRAFT)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Tell whether this member of staff may decide about suspected duplicates; nothing else can be changed."""
        return request.user.has_perm("applicants.change_registration")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Show the registration beside the people it may duplicate, once it is noted who looks; a POST decides.

        One that became an account is a part of that person's record, and asks for the purpose as every other part does.
        """
        acts = request.method == "POST" and (
            "decision" in request.POST or not {"purpose_given", "open"} & request.POST.keys()
        )
        if not self.has_view_or_change_permission(request) or (acts and not self.has_change_permission(request)):
            raise PermissionDenied
        registration = self._find(object_id)
        asked = self._asked(request, object_id)
        if asked is not None:
            return asked
        comparison = compare(registration)
        unread = self._unread(request, comparison)
        if request.method == "POST":
            return self._posted(request, registration, comparison, unread)
        if unread:
            values = {
                "registration": registration,
                "people": len(unread),
                "minutes": int(KEPT_FOR.total_seconds() // 60),
            }
            return self._answer(request, "admin/applicants/registration_open.html", values)
        return self._page(request, registration, comparison, _empty_form(registration, comparison))

    def _posted(
        self, request: HttpRequest, registration: Registration, comparison: Comparison, unread: list[Applicant]
    ) -> HttpResponse:
        opens = "open" in request.POST
        if not opens and not self.has_change_permission(request):
            raise PermissionDenied
        self._note_reading(request, unread)
        if opens:
            return redirect(request.path)
        form = DecisionForm(request.POST, people=_choices(comparison))
        if form.is_valid() and self._decide(request, registration, form):
            return redirect("admin:applicants_registration_changelist")
        return self._page(request, registration, comparison, form)

    def _find(self, object_id: str) -> Registration:
        try:
            key = UUID(object_id)
        except ValueError:
            key = UUID(int=0)
        return get_object_or_404(Registration.objects.exclude(state=RegistrationState.DRAFT), pk=key)

    def _decide(self, request: HttpRequest, registration: Registration, form: DecisionForm) -> bool:
        """Carry out the decision; returns False, and says why, when it came too late."""
        actor, at, reason = actor_label(request.user), timezone.now(), form.cleaned_data["reason"]
        try:
            if form.cleaned_data["decision"] == SAME_PERSON:
                close_as_same_person(
                    registration.pk, same_as_id=form.same_as_id or 0, reason=reason, actor=actor, at=at
                )
                messages.success(request, "The registration was closed, and both addresses are told how to get in.")
            elif form.cleaned_data["decision"] == EARLIER_NUMBER:
                number = form.cleaned_data["earlier_number"]
                open_with_earlier_number(registration.pk, number=number, reason=reason, actor=actor, at=at)
                messages.success(
                    request, "The account was opened under the number from before, and the person is told."
                )
            else:
                open_as_other_person(registration.pk, reason=reason, actor=actor, at=at)
                messages.success(request, "The account was opened, and the person is told.")
        except DecisionNotPossibleError as error:
            form.add_error(None, str(error))
            return False
        return True

    def _unread(self, request: HttpRequest, comparison: Comparison) -> list[Applicant]:
        """Return the people on the page for whom it is not noted yet that their data are looked at."""
        at = timezone.now()
        people = [other.applicant for other in comparison.others if other.applicant is not None]
        return [person for person in people if not purpose_of(request.session, person.pk, at=at)]

    def _note_reading(self, request: HttpRequest, people: list[Applicant]) -> None:
        for person in people:
            begin(
                request.session,
                subject=person,
                person=person.pk,
                purpose=PURPOSE,
                actor=actor_label(request.user),
                role=role_label(request.user),
                at=timezone.now(),
            )

    def _page(
        self, request: HttpRequest, registration: Registration, comparison: Comparison, form: DecisionForm
    ) -> HttpResponse:
        waits = registration.state == RegistrationState.UNDER_REVIEW
        values = {
            "registration": registration,
            "comparison": comparison,
            "form": form,
            "may_decide": waits and self.has_change_permission(request),
        }
        return self._answer(request, "admin/applicants/registration.html", values)

    def _answer(self, request: HttpRequest, template: str, values: dict[str, object]) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": TITLE, "opts": self.model._meta, **values}
        return TemplateResponse(request, template, context)


def _empty_form(registration: Registration, comparison: Comparison) -> DecisionForm:
    return DecisionForm(people=_choices(comparison), initial={"earlier_number": registration.earlier_number})


def _choices(comparison: Comparison) -> list[tuple[str, str]]:
    return [(str(other.applicant.pk), other.title) for other in comparison.others if other.applicant is not None]
