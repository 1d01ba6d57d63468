"""A worker is killed in the middle of a newsletter: every reader gets it once, and reports do not wait behind it."""

import pytest
from django.utils import timezone

from portal import jobs
from portal.models import DeliveryState, IssueState, NewsletterDelivery, NewsletterIssue
from portal.newsletter import sending
from sandbox.mailbox.client import MailboxControl
from tests.factories.newsletter import NewsletterIssueFactory, NewsletterSubscriberFactory
from tests.faults.scenes import funded, launch_worker, start_worker, wait_for_state, wait_until
from tests.support.processes import Processes

pytestmark = [pytest.mark.faults, pytest.mark.slow]

READERS = 40
# So long the mail server thinks about each message, so that the kill falls into one of them.
ANSWER_AFTER_MS = 300


def sent() -> int:
    return NewsletterDelivery.objects.filter(state=DeliveryState.SENT).count()


def handed_over() -> bool:
    return NewsletterDelivery.objects.filter(state=DeliveryState.LEASED, handoff_at__isnull=False).exists()


def finish(issue_id: int) -> bool:
    """Sweep as beat does, with the waits of leases and doubts over; tells whether the issue is finished."""
    at = timezone.now()
    NewsletterDelivery.objects.filter(state=DeliveryState.UNCERTAIN).update(not_before=at)
    assert jobs.send(jobs.SWEEP_NEWSLETTER, {})
    return NewsletterIssue.objects.filter(pk=issue_id, state=IssueState.SENT).exists()


def test_a_newsletter_killed_in_mid_batch_reaches_every_reader_and_nobody_twice_unseen(
    processes: Processes, mailbox: MailboxControl, transactional_db: None
):
    readers = {reader.email for reader in NewsletterSubscriberFactory.create_batch(READERS)}
    issue = NewsletterIssueFactory.create(state=IssueState.SCHEDULED, scheduled_at=timezone.now())
    mailbox.delay(ANSWER_AFTER_MS)
    worker = start_worker(processes, LEASE_SECONDS="5", UNCERTAIN_WAIT_SECONDS="1", NEWSLETTER_PER_MINUTE="1000")
    assert jobs.send(jobs.SWEEP_NEWSLETTER, {})
    wait_until(lambda: sent() >= READERS // 4 and handed_over(), "a quarter is sent")
    worker.kill()
    doubtful = set(
        NewsletterDelivery.objects.filter(state=DeliveryState.LEASED, handoff_at__isnull=False).values_list(
            "message_id", flat=True
        )
    )
    assert 0 < sent() < READERS

    mailbox.clear_faults()
    launch_worker(processes, LEASE_SECONDS="5", UNCERTAIN_WAIT_SECONDS="1", NEWSLETTER_PER_MINUTE="1000")
    wait_until(lambda: finish(issue.pk), "the issue is finished")

    received = [message.message_id for message in mailbox.messages()]
    twice = {key for key in received if received.count(key) > 1}
    assert {address for message in mailbox.messages() for address in message.envelope_to} == readers
    assert set(received) == set(NewsletterDelivery.objects.values_list("message_id", flat=True))
    # Only what had been handed over when the worker died may have left twice, under the same Message-ID.
    assert twice <= doubtful
    assert NewsletterDelivery.objects.count() == sent() == READERS


@pytest.mark.usefixtures("seal_keys")
def test_a_report_does_not_wait_behind_a_newsletter(processes: Processes, mailbox: MailboxControl):
    NewsletterSubscriberFactory.create_batch(READERS)
    NewsletterIssueFactory.create(state=IssueState.SCHEDULED, scheduled_at=timezone.now())
    # A worker for newsletters alone, and one for the rest, as on a server.
    processes.start_worker(["newsletter"])
    processes.start_worker([name for name in jobs.QUEUES if name != "newsletter"])
    mailbox.delay(2000)
    assert sending.sweep(at=timezone.now()) == READERS
    wait_until(handed_over, "the newsletter is on its way")

    [request] = funded()
    wait_for_state(request, DeliveryState.SENT)

    assert sent() < READERS
