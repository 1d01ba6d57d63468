"""The newsletter at the staff door: editors write issues, try them, schedule them and see how far they are."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from portal import audit
from portal.admin.read_only import ReadOnlyAdmin
from portal.admin.reasons import RefusedActError, act_with_words
from portal.admin.restricted import RestrictedAdmin
from portal.forms import IssueForm, ScheduleForm
from portal.models import (
    ISSUE_MACHINE,
    DeliveryState,
    IssueState,
    NewsletterDelivery,
    NewsletterIssue,
    NewsletterSubscriber,
)
from portal.newsletter import issues, rendering, subscriptions
from portal.states import IllegalMoveError

WRITE = "portal.write_newsletter"


@admin.register(NewsletterIssue)
class NewsletterIssueAdmin(RestrictedAdmin):
    """Issues; a draft is changed here, the rest is done with the buttons below it."""

    form = IssueForm  # type: ignore[assignment]  # the base is declared for any model
    list_display = ["__str__", "title", "state", "scheduled_at", "enrolled_count", "sent_count"]
    list_filter = ["state"]
    ordering = ["-id"]
    change_form_template = "admin/portal/newsletter_issue.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff writes the newsletter."""
        return request.user.has_perm(WRITE)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Editors see every issue."""
        return request.user.has_perm(WRITE)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Editors write."""
        return request.user.has_perm(WRITE)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What was scheduled is what is sent, so only a draft is changed."""
        is_draft = not isinstance(obj, NewsletterIssue) or obj.state == IssueState.DRAFT
        return is_draft and request.user.has_perm(WRITE)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """An issue is canceled, not deleted."""
        return False

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: object, form: ModelForm[NewsletterIssue], change: bool) -> None:
        """Keep a draft. One that was scheduled in another window meanwhile stays as it was."""
        assert isinstance(obj, NewsletterIssue)  # the model of this page
        at = timezone.now()
        if change:
            if issues.lock_issue(obj.pk).state != IssueState.DRAFT:
                raise PermissionDenied("The issue is no draft any more.")
            obj.save(update_fields=["title", "summary", "body"])
        else:
            obj.created_at = at
            obj.save()
        audit.record("portal.newsletter_written", actor=audit.actor_label(request.user), subject=obj, at=at)

    def response_add(self, request: HttpRequest, obj: object, post_url_continue: str | None = None) -> HttpResponse:
        """Lead to the page of the issue, which shows what readers will see."""
        return self._page_of(obj)

    def response_change(self, request: HttpRequest, obj: object) -> HttpResponse:
        """Lead to the page of the issue."""
        return self._page_of(obj)

    def _page_of(self, obj: object) -> HttpResponse:
        assert isinstance(obj, NewsletterIssue)  # the model of this page
        return redirect("admin:portal_newsletterissue_change", obj.pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Show an issue with what readers will see, how far it is, and what can be done with it; do what was asked."""
        if not request.user.has_perm(WRITE):
            raise PermissionDenied("Writing the newsletter needs the permission for it.")
        found = self.get_object(request, unquote(object_id))
        if not isinstance(found, NewsletterIssue):
            return super().change_view(request, object_id, form_url, extra_context)
        schedule = ScheduleForm(request.POST if request.POST.get("act") == "schedule" else None)
        if "act" in request.POST:
            self._do(request, found, schedule)
            return self._page_of(found)
        counts = issues.progress(found)
        values = {
            "contents": rendering.headings(found.body),
            "body_html": rendering.page_html(found.body),
            "schedule": schedule,
            "counts": [
                (DeliveryState(state).label, counts[state]) for state in DeliveryState.values if state in counts
            ],
            "can": {state.value for state in IssueState if ISSUE_MACHINE.allows(found.state, state)},
        }
        return super().change_view(request, object_id, form_url, {**values, **(extra_context or {})})

    def _do(self, request: HttpRequest, issue: NewsletterIssue, form: ScheduleForm) -> None:
        """Do what was asked, and say so, or why it was not possible."""
        at, actor = timezone.now(), audit.actor_label(request.user)
        acts: dict[str, Callable[[], str]] = {
            "test": lambda: self._test(request, issue, at=at),
            "schedule": lambda: self._schedule(issue, form, at=at, actor=actor),
            "draft": lambda: self._take_back(issue, at=at, actor=actor),
            "cancel": lambda: self._cancel(request, issue, at=at, actor=actor),
        }
        act = acts.get(request.POST.get("act", ""))
        if act is None:
            messages.error(request, "Choose what to do with the issue.")
            return
        try:
            messages.success(request, act())
        except (issues.NotPossibleError, IllegalMoveError) as error:
            messages.error(request, str(error))

    def _test(self, request: HttpRequest, issue: NewsletterIssue, *, at: datetime) -> str:
        assert request.user.is_authenticated  # the staff door lets nobody else in
        issues.send_test(issue, editor=request.user, at=at)
        return f"A test was sent to {request.user.email}."

    def _schedule(self, issue: NewsletterIssue, form: ScheduleForm, *, at: datetime, actor: str) -> str:
        if not form.is_valid():
            raise issues.NotPossibleError("Enter the day and the time at which the issue goes out.")
        issues.schedule(issue_id=issue.pk, send_at=form.cleaned_data["send_at"], at=at, actor=actor)
        return "The issue is scheduled."

    def _take_back(self, issue: NewsletterIssue, *, at: datetime, actor: str) -> str:
        issues.take_back(issue_id=issue.pk, at=at, actor=actor)
        return "The issue is a draft again."

    def _cancel(self, request: HttpRequest, issue: NewsletterIssue, *, at: datetime, actor: str) -> str:
        reason = request.POST.get("reason", "").strip()[:500]
        if not reason:
            raise issues.NotPossibleError("Say why the issue is canceled; the reason is kept in the history.")
        issues.cancel(issue_id=issue.pk, reason=reason, at=at, actor=actor)
        return "The issue is canceled. What had not left does not leave any more."


def _lift_suppression(row: Model, reason: str, request: HttpRequest) -> None:
    try:
        subscriptions.lift_suppression(
            subscriber_id=row.pk, reason=reason, actor=audit.actor_label(request.user), at=timezone.now()
        )
    except IllegalMoveError as error:
        raise RefusedActError("Nothing bars this address.") from error


@admin.register(NewsletterSubscriber)
class NewsletterSubscriberAdmin(ReadOnlyAdmin):
    """Readers, without the keys of their links: whoever has one can act for them."""

    list_display = ["email", "state", "bounces", "suppressed_because", "confirmed_at", "ended_at"]
    list_filter = ["state"]
    search_fields = ["email_key"]
    ordering = ["-id"]
    exclude = ["confirm_digest", "unsubscribe_key"]
    actions = [
        act_with_words(
            "lift_suppression",
            _lift_suppression,
            title="Let the address sign up again",
            label="Why it may be written to again",
            permission="lift",
        )
    ]

    def has_lift_permission(self, request: HttpRequest) -> bool:
        """Who writes the newsletter answers readers too."""
        return request.user.has_perm(WRITE)

    def describe(self, row: NewsletterSubscriber) -> str:
        """Say in one line whose address it is, and why nothing is sent there."""
        return f"{row.email}: {row.suppressed_because or row.get_state_display()}"


@admin.register(NewsletterDelivery)
class NewsletterDeliveryAdmin(ReadOnlyAdmin):
    """Deliveries, with the words of the mail server."""

    list_display = ["id", "issue", "state", "attempts", "not_before", "sent_at", "server_reply", "last_error"]
    list_filter = ["state"]
    list_select_related = ["issue"]
    search_fields = ["message_id"]
    raw_id_fields = ["subscriber"]
    ordering = ["-created_at"]
