"""`manage.py drain`: does by hand, without any broker, what workers and beat do."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime

from django.core.management.base import BaseCommand
from django.utils import timezone

from certification.models import CertificateCopy
from certification.services import due
from certification.services.certificates import copies
from certification.states import CopyState
from cvs.models import DispatchJob
from cvs.services import baskets, dispatch
from payments.services import sweeps
from portal import leases, mail
from portal.models import NewsletterDelivery, OutgoingEmail, Upload
from portal.newsletter import sending
from portal.uploads.services import checking


class Command(BaseCommand):
    """Works off everything that is due, then ends: the tool for the hours in which the broker is away."""

    help = "Process payments, uploads, certification, reports, certificates and mail that are due, without Celery."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Bound the work."""
        parser.add_argument("--limit", type=int, default=10_000, help="At most so many reports and messages.")

    def handle(self, *args: object, limit: int, **options: object) -> None:
        """Do each kind of work once around, money first."""
        at = timezone.now()
        self._payments(at)
        dispatch.recover(at=at)
        leases.recover(OutgoingEmail.objects.all(), at=at)
        sending.sweep(at=at)
        checking.sweep(at=at)
        counts = {
            "uploads": self._repeat(lambda: checking.check(Upload.objects.all()), limit),
            **due.work_off(at=at),
            "prepared": self._repeat(lambda: dispatch.prepare(DispatchJob.objects.all()), limit),
            "certificates": self._certificates(limit),
            "sent": self._repeat(lambda: dispatch.send(DispatchJob.objects.all()), limit),
            "messages": self._repeat(lambda: mail.deliver(OutgoingEmail.objects.all()), limit),
            "newsletters": self._repeat(lambda: sending.deliver(NewsletterDelivery.objects.all()), limit),
            "baskets": baskets.expire_baskets(at=at),
        }
        self.stdout.write(", ".join(f"{name} {count}" for name, count in counts.items()))

    def _payments(self, at: datetime) -> None:
        sweeps.sweep_events(at=at)
        sweeps.sweep_payments(at=at)
        sweeps.sweep_refunds(at=at)

    def _certificates(self, limit: int) -> int:
        waiting = CertificateCopy.objects.filter(state=CopyState.WAITING).order_by("not_before")
        return sum(copies.make(key) for key in list(waiting.values_list("pk", flat=True)[:limit]))

    def _repeat(self, step: Callable[[], bool], limit: int) -> int:
        done = 0
        while done < limit and step():
            done += 1
        return done
