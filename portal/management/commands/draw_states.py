"""Draws every state machine into docs/states, so that the diagrams cannot differ from the code."""

from argparse import ArgumentParser
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.states import Machine

# Any: each machine has its own enum of states, and a drawing needs none of them.
AnyMachine = Machine[Any]

HEADINGS = """# {name}

Drawn from the code by `./dev manage draw_states`; who must act next stands in brackets.

```mermaid
{diagram}```
"""


def find_machines() -> dict[str, AnyMachine]:
    """Return every machine of the installed apps, keyed by the stem of its file, found in `states` and `models`."""
    return {
        machine.name.lower().replace(" ", "_"): machine
        for app in apps.get_app_configs()
        for part in ("states", "models")
        if find_spec(app.name) and find_spec(f"{app.name}.{part}")
        for machine in vars(import_module(f"{app.name}.{part}")).values()
        if isinstance(machine, Machine)
    }


def draw(machine: AnyMachine) -> str:
    """Return the text of one page of docs/states."""
    return HEADINGS.format(name=machine.name, diagram=machine.diagram())


class Command(BaseCommand):
    """Write the pages, or with --check only tell whether they are as they should be."""

    help = "Draw the state machines into docs/states."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --check."""
        parser.add_argument("--check", action="store_true", help="write nothing; fail when a page is not up to date")

    def handle(self, *args: object, check: bool = False, **options: object) -> None:
        """Compare or write; raises `CommandError` naming what is stale when asked to check."""
        folder = Path(settings.BASE_DIR) / "docs" / "states"
        wanted = {folder / f"{stem}.md": draw(machine) for stem, machine in find_machines().items()}
        existing = set(folder.glob("*.md"))
        stale = [path for path, text in wanted.items() if path not in existing or path.read_text() != text]
        stale += sorted(existing - set(wanted))
        if check and stale:
            names = ", ".join(str(path.relative_to(settings.BASE_DIR)) for path in stale)
            raise CommandError(f"Not up to date: {names}. Run ./dev manage draw_states.")
        if not check:
            _write(folder, wanted, existing)


def _write(folder: Path, wanted: dict[Path, str], existing: set[Path]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in existing - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text)
