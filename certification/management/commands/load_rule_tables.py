"""`manage.py load_rule_tables`: copies the shipped thresholds, seasons and limits into the database."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from certification.services.rule_tables import load_shipped


class Command(BaseCommand):
    """Run it at every installation and upgrade; rows that are there, changed or not, stay as they are."""

    help = "Add the shipped rows of the rule tables that the database does not have yet."

    def handle(self, *args: object, **options: object) -> None:
        """Load, and say how many."""
        added = load_shipped(at=timezone.now(), actor="load_rule_tables")
        self.stdout.write(f"{added} rows added.")
