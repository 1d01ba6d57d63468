"""`manage.py check_eligibility FACTS.json --as-of 2025-03-01`: judges the facts of one person, and prints every rule's answer."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from certification.rules.engine import evaluate
from certification.rules.reading import EARLIEST, LARGEST_FILE, LATEST, FactsError, read_facts
from certification.rules.table_files import shipped_tables
from certification.rules.verdict_json import as_json
from certification.services.rule_tables import current_tables


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as problem:
        raise ArgumentTypeError(f"{text} is not a day such as 2025-03-01") from problem
    if not EARLIEST <= day.year <= LATEST:
        raise ArgumentTypeError(f"{text} is not a day from {EARLIEST} to {LATEST}")
    return day


class Command(BaseCommand):
    """Prints one JSON object, or says with the path of each fault why the file is refused."""

    help = "Judge the facts of a file (docs/eligibility-facts.schema.json) as of a day; prints one JSON object."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and the day."""
        parser.add_argument("facts", type=Path, help="JSON file with the facts of one person; examples are in docs.")
        parser.add_argument(
            "--tables",
            choices=("files", "database"),
            default="files",
            help="Thresholds and seasons of the files that ship with the portal, or those that administrators keep.",
        )
        parser.add_argument("--as-of", type=_day, required=True, help="Day of evaluation, such as 2025-03-01.")

    def handle(self, *args: object, facts: Path, as_of: date, tables: str, **options: object) -> None:
        """Read, judge, print."""
        chosen = current_tables() if tables == "database" else shipped_tables()
        try:
            person = read_facts(_text(facts), chosen, as_of)
        except FactsError as refused:
            raise CommandError(f"The facts are refused.\n{refused}") from refused
        self.stdout.write(json.dumps(as_json(evaluate(person, chosen, as_of)), ensure_ascii=False, indent=2))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1).decode("utf-8-sig")
    except OSError as problem:
        raise CommandError(f"{path} cannot be read: {problem.strerror}.") from problem
    except UnicodeDecodeError as problem:
        raise CommandError(f"{path} is not text in UTF-8.") from problem
