"""Child processes that never outlive their parent."""

import ctypes
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Ready = TypeVar("Ready")

# Bounds what hangs; it is no expectation. A busy machine has let a process wait for more than half a minute.
PATIENCE_SECONDS = 120.0

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.02
_LOG_LINES_IN_ERRORS = 25
# Loaded before any fork: a forked child may not take the dynamic loader's lock.
_LIBC = ctypes.CDLL(None)


class ProcessError(RuntimeError):
    """A child process did not start, did not become ready, or ended too soon; the text holds the end of its log."""


@dataclass(frozen=True)
class Account:
    """The numbers of the operating-system user a child runs as."""

    user_id: int
    group_id: int


@dataclass
class ChildProcess:
    """A running child with its own process group; what it prints goes to `log_path`, from byte `log_start` on."""

    name: str
    popen: subprocess.Popen[bytes]
    log_path: Path
    log_start: int

    @property
    def pid(self) -> int:
        """Process id, also the id of its process group."""
        return self.popen.pid

    @property
    def is_running(self) -> bool:
        """Whether the child itself (not its own children) still runs."""
        return self.popen.poll() is None

    def output(self) -> str:
        """All text the child has printed since this start."""
        with self.log_path.open("rb") as log:
            log.seek(self.log_start)
            return log.read().decode("utf-8", "replace")

    def error(self, what: str) -> ProcessError:
        """A `ProcessError` saying `what` happened, with the last lines of the child's log."""
        tail = "\n".join(self.output().splitlines()[-_LOG_LINES_IN_ERRORS:])
        return ProcessError(f"{self.name} {what} (exit status {self.popen.poll()}). End of {self.log_path}:\n{tail}")

    def stop(self, stop_signal: signal.Signals = signal.SIGTERM, grace_seconds: float = 10.0) -> None:
        """Ask the child to end; kill its whole process group when it has not ended after `grace_seconds`."""
        if self.is_running:
            self.popen.send_signal(stop_signal)
            try:
                self.popen.wait(grace_seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        self._signal_group(signal.SIGKILL)

    def kill(self) -> None:
        """End the child and every process of its group at once (SIGKILL), as a host failure would."""
        self._signal_group(signal.SIGKILL)
        self.popen.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return


def start_child(
    command: Sequence[str | Path],
    *,
    name: str,
    log_path: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    inherited_files: Sequence[int] = (),
) -> ChildProcess:
    """Start `command` so that the kernel sends it `death_signal` when this process ends, however it ends.

    The child gets its own session, so a Ctrl-C in the terminal reaches the parent only. It runs as `account` when one is
    given. Must be called from the main thread, because the kernel watches the thread that forked (prctl(2)).
    Raises `ProcessError` outside the main thread and `OSError` when the command cannot be run.
    """
    if threading.current_thread() is not threading.main_thread():
        raise ProcessError(f"{name} must be started from the main thread: it would die with the thread that starts it.")
    with log_path.open("ab") as log:
        log_start = log.tell()
        popen = subprocess.Popen(  # noqa: S603 - commands come from our own code only
            [os.fspath(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            pass_fds=tuple(inherited_files),
            start_new_session=True,
            preexec_fn=_death_signal_setter(death_signal),  # noqa: PLW1509 - one system call, no lock, no import
            user=account.user_id if account else None,
            group=account.group_id if account else None,
            extra_groups=[] if account else None,
        )
    return ChildProcess(name=name, popen=popen, log_path=log_path, log_start=log_start)


def _death_signal_setter(death_signal: signal.Signals) -> Callable[[], None]:
    parent_id = os.getpid()

    def ask_kernel() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        # The parent may have died between fork and prctl; then no signal would ever come.
        if os.getppid() != parent_id:
            os._exit(1)

    return ask_kernel


def wait_for_line(child: ChildProcess, pattern: str, timeout_seconds: float = PATIENCE_SECONDS) -> re.Match[str]:
    """Wait until the child prints a line in which `pattern` (regular expression) is found and return the match.

    Raises `ProcessError` when the child ends first or prints no such line within `timeout_seconds`.
    """
    expression = re.compile(pattern)

    def find() -> re.Match[str] | None:
        complete, _, _ = child.output().rpartition("\n")
        return next((match for line in complete.splitlines() if (match := expression.search(line))), None)

    return wait_until_ready(child, find, timeout_seconds)


def wait_until_ready(
    child: ChildProcess, probe: Callable[[], Ready | None], timeout_seconds: float = PATIENCE_SECONDS
) -> Ready:
    """Call `probe` every 20 ms until it returns something other than None, and return that.

    Raises `ProcessError` when the child ends first or the probe has no answer within `timeout_seconds`.
    """
    deadline = time.monotonic() + timeout_seconds
    while (ready := probe()) is None:
        if not child.is_running:
            raise child.error("ended before it was ready")
        if time.monotonic() > deadline:
            child.kill()
            raise child.error(f"was not ready after {timeout_seconds:g} s")
        time.sleep(_POLL_SECONDS)
    return ready
