"""The only door from services to Celery.

A message is a wake-up call that carries ids; the row it points to is the queue. A message that cannot be sent, or is
lost, costs a delay until the next sweep and never a request, so publishing never fails the person's page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """A background task by name, and the queue whose workers run it."""

    name: str
    queue: str


QUEUES = ("payments", "render", "mail", "uploads", "newsletter", "beat")

DELIVER_EMAIL = Job("portal.deliver_email", "mail")
SWEEP_OUTBOX = Job("portal.sweep_outbox", "beat")
BEAT_HEARTBEAT = Job("portal.beat_heartbeat", "beat")
PURGE = Job("portal.purge", "beat")
CHECK_UPLOAD = Job("portal.check_upload", "uploads")
DELIVER_NEWSLETTER = Job("portal.deliver_newsletter", "newsletter")
SWEEP_NEWSLETTER = Job("portal.sweep_newsletter", "beat")
SWEEP_UPLOADS = Job("portal.sweep_uploads", "beat")
SEAL_AUDIT = Job("portal.seal_audit", "beat")
CHECKPOINT_AUDIT = Job("portal.checkpoint_audit", "beat")


def send(job: Job, ids: dict[str, str | int]) -> bool:
    """Publish one wake-up now. Returns False, and logs, when the broker does not take it; raises nothing for that."""
    try:
        current_app.send_task(job.name, kwargs=ids, queue=job.queue, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("wake_up_not_published", job=job.name, error=type(error).__name__)
        return False
    return True


def enqueue_on_commit(job: Job, **ids: str | int) -> None:
    """Publish a wake-up for `job` once the surrounding transaction is committed; `ids` are its only arguments."""
    wake_up: Callable[[], object] = partial(send, job, dict(ids))
    transaction.on_commit(wake_up, robust=True)
