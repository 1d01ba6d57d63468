"""`manage.py evaluate_everybody`: judges everybody who was not judged today, in one run."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from certification.services.nightly import evaluate_everybody


class Command(BaseCommand):
    """The worker does the same in short turns; run this to have it done at once."""

    help = "Judge everybody who was not judged today; keeps the last verdicts and warns before time limits."

    def handle(self, *args: object, **options: object) -> None:
        """Judge, and say how many."""
        self.stdout.write(f"{evaluate_everybody(at=timezone.now())} people judged.")
