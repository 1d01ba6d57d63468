"""What the ground floor holds of people, and how long things of its own are kept."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q

from portal import retention, undelivered
from portal.models import (
    AuditEvent,
    InboxMessage,
    NewsletterDelivery,
    NewsletterSubscriber,
    OutgoingEmail,
    SubscriptionState,
)
from portal.personal_data import AfterDeletion, Exclusion, Holding, Rows, Topic, registry

KEPT_FOR_EVIDENCE = "Proves who did what to your record. It names you by number of the row only, never by name."


def _events_about(user_id: int) -> Rows:
    """Return the audit events about any row that is declared as the person's, but those that are held back."""
    about = Q(pk__in=[])
    for holding in registry.holdings.values():
        if holding.model != AuditEvent._meta.label:
            keys = [str(key) for key in holding.rows_of(user_id).values_list("pk", flat=True)]
            about |= Q(subject_type=holding.model.lower(), subject_id__in=keys)
    told = AuditEvent.objects.filter(about)
    for held_back in registry.held_back.values():
        told = told.exclude(held_back.events)
    return told


def _mail_before(before: datetime, states: tuple[str, ...]) -> Rows:
    return OutgoingEmail.objects.filter(state__in=states, created_at__lt=before)


registry.add(
    Topic("history", "What was done with your record, and when"),
    Holding(
        model="portal.AuditEvent",
        topic="history",
        what="Every act on a row that is about you",
        find=_events_about,
        left_out={
            "actor": "Names the member of staff who acted; ask us who it was",
            "reason": "Words of staff, which may be about others",
            "request_id": "Technical",
        },
        after_deletion=AfterDeletion.KEPT,
        kept_because=KEPT_FOR_EVIDENCE,
    ),
    Topic("messages", "What we wrote to you, and what you want by e-mail"),
    Holding(
        model="portal.InboxMessage",
        topic="messages",
        what="Every message in your inbox and your archive",
        owner="user",
        left_out={"key": "Technical: tells one event from another"},
    ),
    Holding(
        model="portal.MessagePreference",
        topic="messages",
        what="Which optional messages you want by e-mail",
        owner="user",
    ),
    Exclusion(
        "portal.NewsletterSubscriber",
        "Apart from your account: the newsletter has an address of its own, and every issue a link that ends it",
    ),
    Exclusion("portal.NewsletterDelivery", "Says only which issue went to which address of the newsletter"),
    Exclusion("sessions.Session", "Ends with your session; shows nothing but that you are signed in"),
)

retention.table.add(
    retention.Rule(
        key="sent-mail",
        what="E-mails that the portal sent, or that staff closed because they did not arrive, without their text: to whom, about "
        "what, and what the mail server answered",
        covers=("portal.OutgoingEmail",),
        since="the day they were written",
        why="To answer questions about messages that did not arrive",
        period=undelivered.KEPT_WHEN_DONE,
        due=lambda before: _mail_before(before, undelivered.DONE),
    ),
    retention.Rule(
        key="undelivered-mail",
        what="E-mails that did not arrive and that nobody has dealt with, with their text unless they came back",
        covers=("portal.OutgoingEmail",),
        since="the day they were written",
        why="So that staff can find out what was wrong and send them again",
        period=undelivered.KEPT_WHEN_UNDELIVERED,
        due=lambda before: _mail_before(before, undelivered.UNDELIVERED),
    ),
    retention.Rule(
        key="inbox",
        what="Messages in your inbox, read or not",
        covers=("portal.InboxMessage",),
        since="the day they were written",
        why="To look up later what we told you",
        period=timedelta(days=settings.INBOX_KEEP_DAYS),
        due=lambda before: InboxMessage.objects.filter(created_at__lt=before),
    ),
    retention.Rule(
        key="message-choices",
        what="Which messages you want by e-mail",
        covers=("portal.MessagePreference",),
        since="the end of your account",
        why="So that we write to you as you want",
        ends_with="Deleted with the account",
    ),
    retention.Rule(
        key="newsletter-sent",
        what="Which issue of the newsletter went to which address",
        covers=("portal.NewsletterDelivery",),
        since="the day the issue was sent",
        why="To answer questions about messages that did not arrive, and to count those that came back",
        period=timedelta(days=90),
        due=lambda before: NewsletterDelivery.objects.filter(issue__finished_at__lt=before),
    ),
    retention.Rule(
        key="newsletter-not-confirmed",
        what="Addresses given for the newsletter and never confirmed",
        covers=("portal.NewsletterSubscriber",),
        since="the day the address was given",
        why="So that the link in our message works",
        period=timedelta(days=7),
        due=lambda before: NewsletterSubscriber.objects.filter(state=SubscriptionState.PENDING, created_at__lt=before),
    ),
    retention.Rule(
        key="newsletter-left",
        what="Addresses of readers who left the newsletter",
        covers=("portal.NewsletterSubscriber",),
        since="the day they left",
        why="To prove that we stopped writing",
        period=timedelta(days=90),
        due=lambda before: NewsletterSubscriber.objects.filter(
            state=SubscriptionState.UNSUBSCRIBED, ended_at__lt=before
        ),
    ),
    retention.Rule(
        key="newsletter-readers",
        what="Addresses that read the newsletter, and addresses that nothing may be sent to any more",
        covers=("portal.NewsletterSubscriber",),
        since="the confirmation",
        why="To send the newsletter, and never again to those who complained",
        ends_with="Deleted 90 days after leaving; kept where sending is barred",
    ),
    retention.Rule(
        key="sessions",
        what="Sessions of people who were signed in",
        covers=("sessions.Session",),
        since="the end of the session",
        why="They keep you signed in",
        period=timedelta(days=1),
        due=lambda before: Session.objects.filter(expire_date__lt=before),
    ),
    retention.Rule(
        key="audit",
        what="The record of every act on your data, without names",
        covers=("portal.AuditEvent",),
        since="the act",
        why="To prove who did what, when and why, for as long as a report may be relied on",
        ends_with="Not deleted",
    ),
)
