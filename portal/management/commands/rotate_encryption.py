"""Brings every encrypted column under the newest key, while the portal runs."""

from argparse import ArgumentParser

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from portal.rotation import ELSEWHERE, Rotation, rotate


class Command(BaseCommand):
    """Encrypt again, under the first of FIELD_ENCRYPTION_KEYS, what an older key wrote.

    Works in batches, each a short transaction, beside running web and workers. What is under the newest key already is
    skipped, so it may be stopped and started again at any time. Fails when a value opens with no key.
    """

    help = "Encrypt columns again under the first of FIELD_ENCRYPTION_KEYS and renew fingerprints. May run beside the portal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the size of a batch."""
        parser.add_argument("--batch", type=int, default=500, help="rows of one transaction (500)")
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail when an older key is still needed"
        )

    def handle(self, *, batch: int, check: bool, **_: object) -> None:
        """Rotate every model that has encrypted fields. Raises `CommandError` when something is left."""
        if batch < 1:
            raise CommandError("A batch has at least one row.")
        left: list[str] = []
        for label, rotate_there in ELSEWHERE.items():
            left += self._tell(label, rotate_there(batch=batch, only_count=check), check=check)
        for model in (model for model in apps.get_models() if not model._meta.proxy):
            done = rotate(model, batch=batch, only_count=check)
            if done is not None:
                left += self._tell(model._meta.label, done, check=check)
        if left:
            raise CommandError(f"Not under the newest key: {', '.join(left[:50])}. Keep the old keys.")
        self.stdout.write("Everything is under the newest keys; older ones may be taken away.")

    def _tell(self, label: str, done: Rotation, *, check: bool) -> list[str]:
        """Print what was done, and return what is left."""
        verb = "to be encrypted again" if check else "encrypted again"
        self.stdout.write(f"{label}: {done.seen} rows, {done.rotated} {verb}")
        to_do = [f"{label}: {done.rotated} rows"] if check and done.rotated else []
        return [f"{label} {key}" for key in done.unreadable] + to_do
