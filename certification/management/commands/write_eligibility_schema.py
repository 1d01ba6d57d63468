"""`manage.py write_eligibility_schema`: writes docs/eligibility-facts.schema.json from the dataclasses of facts."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand

from certification.rules.schema import facts_schema

TARGET = Path("docs") / "eligibility-facts.schema.json"


class Command(BaseCommand):
    """Run it after a change of the facts; a test compares."""

    help = "Write the JSON Schema of a facts file for check_eligibility into docs."
    requires_system_checks = []

    def handle(self, *args: object, **options: object) -> None:
        """Write the file."""
        TARGET.write_text(json.dumps(facts_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        self.stdout.write(f"Wrote {TARGET}.")
