"""`manage.py purge`: end what was kept long enough, or say how much that would be."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal import retention


class Command(BaseCommand):
    """Carries out the retention table."""

    help = (
        "Delete or anonymise what was kept long enough (the table on the privacy page). The scheduler does it hourly."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --dry-run and --rule."""
        parser.add_argument("--dry-run", action="store_true", help="Say how many rows are over, and change nothing.")
        parser.add_argument("--rule", action="append", default=[], help="Only this rule; may be repeated.")

    def handle(self, *args: Any, **options: Any) -> None:  # Any: as Django declares it
        """Print one line a rule: its key and how many rows were, or would be, ended."""
        known = {rule.key: rule for rule in retention.table.carried_out_here}
        unknown = [key for key in options["rule"] if key not in known]
        if unknown:
            raise CommandError(f"There is no rule {', '.join(unknown)}. Rules: {', '.join(known)}.")
        rules = [known[key] for key in options["rule"] or known]
        at = timezone.now()
        if options["dry_run"]:
            counts = {rule.key: rule.due_at(at) for rule in rules}
        else:
            counts = dict(retention.purge(rules, at=at, budget_seconds=float("inf")))
        for key, count in counts.items():
            self.stdout.write(f"{key}: {count}")
