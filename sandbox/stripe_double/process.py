"""Start the double as a process of its own and stop it again."""

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sandbox.stripe_double.client import StripeDoubleControl

_START_SECONDS = 30
_STOP_SECONDS = 5
_READY = "listening "


@dataclass(frozen=True)
class StripeDoubleProcess:
    """A running double: its address for the SDK's `base_addresses`, its control client, its process id."""

    base_url: str
    control: StripeDoubleControl
    pid: int


@contextmanager
def running_stripe_double(
    webhook_url: str | None = None, webhook_secret: str | None = None, port: int = 0
) -> Iterator[StripeDoubleProcess]:
    """Run a double on 127.0.0.1 for the length of a `with` block; port 0 chooses a free one.

    With `webhook_url` and `webhook_secret` (`whsec_…`) all events go there. The process ends with the thread that started
    it, even when that is killed. Raises RuntimeError if the double does not come up.
    """
    command = [sys.executable, "-m", "sandbox.stripe_double", "--port", str(port), "--parent", str(os.getpid())]
    if webhook_url and webhook_secret:
        command += ["--webhook-url", webhook_url, "--webhook-secret", webhook_secret]
    folder = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own module
        try:
            base_url = _wait_until_ready(process)
            yield StripeDoubleProcess(base_url, StripeDoubleControl(base_url), process.pid)
        finally:
            _stop(process)


def _wait_until_ready(process: subprocess.Popen[str]) -> str:
    output = process.stdout
    end = time.monotonic() + _START_SECONDS
    while output is not None and time.monotonic() < end and process.poll() is None:
        line = _read_line(output, end - time.monotonic())
        if line.startswith(_READY):
            return line.removeprefix(_READY).strip()
    raise RuntimeError(f"The Stripe double did not start (exit code {process.poll()}).")


def _read_line(output: IO[str], seconds: float) -> str:
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        return output.readline() if selector.select(timeout=max(0.0, seconds)) else ""


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
