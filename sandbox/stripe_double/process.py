"""Start the double as a process of its own and stop it again."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.process import ChildProcess, start_child, wait_for_line
from sandbox.stripe_double.client import StripeDoubleControl

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class StripeDoubleProcess:
    """A running double: its address for the SDK's `base_addresses`, its control client, its process."""

    base_url: str
    control: StripeDoubleControl
    child: ChildProcess

    @property
    def pid(self) -> int:
        """Process id."""
        return self.child.pid


@contextmanager
def running_stripe_double(
    webhook_url: str | None = None, webhook_secret: str | None = None, port: int = 0
) -> Iterator[StripeDoubleProcess]:
    """Run a double on 127.0.0.1 for the length of a `with` block; port 0 chooses a free one.

    With `webhook_url` and `webhook_secret` (`whsec_…`) all events go there. Must be entered from the main thread; the
    double ends with this process, however that ends. Raises `ProcessError` if it does not come up.
    """
    command = [sys.executable, "-m", "sandbox.stripe_double", "--port", str(port)]
    if webhook_url and webhook_secret:
        command += ["--webhook-url", webhook_url, "--webhook-secret", webhook_secret]
    with tempfile.TemporaryDirectory(prefix="stripe-double-") as folder:
        child = start_child(command, name="Stripe double", log_path=Path(folder) / "log", cwd=_ROOT)
        try:
            base_url = wait_for_line(child, r"^listening (http://127\.0\.0\.1:\d+)$")[1]
            yield StripeDoubleProcess(base_url, StripeDoubleControl(base_url), child)
        finally:
            child.stop()
