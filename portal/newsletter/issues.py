"""What editors do with an issue: try it, schedule it, take it back, stop it."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Count
from django.urls import reverse

from portal import audit, mail
from portal.models import (
    ISSUE_MACHINE,
    DeliveryState,
    IssueState,
    NewsletterDelivery,
    NewsletterIssue,
)
from portal.newsletter import rendering


class NotPossibleError(Exception):
    """The issue cannot be scheduled as it is; the words say why, and nothing was written."""


def lock_issue(issue_id: int) -> NewsletterIssue:
    """Return the issue locked until the end of the caller's transaction. Raises NewsletterIssue.DoesNotExist."""
    return NewsletterIssue.objects.select_for_update(of=("self",)).get(pk=issue_id)


def move(
    issue: NewsletterIssue, target: IssueState, *, at: datetime, actor: str, reason: str = "", **values: object
) -> None:
    """Move a locked issue to `target`, writing `values` with it, and record it.

    Raises `portal.states.IllegalMoveError`, with nothing written, when the table has no such move.
    """
    ISSUE_MACHINE.check(issue.state, target)
    before = issue.state
    values = {**values, "state": target}
    for name, value in values.items():
        setattr(issue, name, value)
    issue.save(update_fields=list(values))
    audit.record(
        f"portal.newsletter_issue_{target.value}", actor=actor, subject=issue, at=at, reason=reason, before=before
    )


def problem_of(body: str) -> str:
    """Return why `body` cannot be sent, in words for the editor, or nothing."""
    size = len(rendering.email_html(body).encode())
    if size > rendering.MOST_BYTES:
        return f"The issue is too long for mail programs: {size // 1000} KB of at most {rendering.MOST_BYTES // 1000}."
    return ""


@transaction.atomic
def schedule(*, issue_id: int, send_at: datetime, at: datetime, actor: str) -> NewsletterIssue:
    """Let the issue go out at `send_at`. Raises `NotPossibleError` and `IllegalMoveError`."""
    issue = lock_issue(issue_id)
    if send_at <= at:
        raise NotPossibleError("Choose a time that is still to come.")
    if not issue.body.strip():
        raise NotPossibleError("The issue is empty.")
    if problem := problem_of(issue.body):
        raise NotPossibleError(problem)
    move(issue, IssueState.SCHEDULED, at=at, actor=actor, scheduled_at=send_at)
    return issue


@transaction.atomic
def take_back(*, issue_id: int, at: datetime, actor: str) -> None:
    """Make a scheduled issue a draft again. Raises `IllegalMoveError`."""
    move(lock_issue(issue_id), IssueState.DRAFT, at=at, actor=actor, scheduled_at=None)


@transaction.atomic
def cancel(*, issue_id: int, reason: str, at: datetime, actor: str) -> None:
    """End an issue for good; what has not left yet does not leave any more. Raises `IllegalMoveError`."""
    issue = lock_issue(issue_id)
    move(issue, IssueState.CANCELED, at=at, actor=actor, reason=reason, sent_count=progress(issue).get("sent", 0))
    waiting = NewsletterDelivery.objects.filter(issue=issue, state__in=[DeliveryState.READY, DeliveryState.HELD])
    waiting.update(state=DeliveryState.CANCELED)


def send_test(issue: NewsletterIssue, *, editor: AbstractBaseUser, at: datetime) -> None:
    """Send `issue` to the editor alone. Raises `NotPossibleError` for an account without an address."""
    address = str(getattr(editor, editor.get_email_field_name(), ""))
    if not address:
        raise NotPossibleError("Your account has no e-mail address.")
    preferences = f"{mail.common_context()['base_url']}{reverse('newsletter_sign_up')}"
    subject, text, html = rendering.message(issue, unsubscribe_url=preferences)
    mail.store_email(
        template="newsletter_issue", to_email=address, subject=f"[Test] {subject}", text=text, html=html, at=at
    )


def progress(issue: NewsletterIssue) -> dict[str, int]:
    """Return how many deliveries of `issue` are in each state."""
    counted = NewsletterDelivery.objects.filter(issue=issue).order_by().values("state").annotate(count=Count("pk"))
    return {row["state"]: row["count"] for row in counted}
