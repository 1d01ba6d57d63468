"""Child processes of a run: the portal's own, and measuring ones that report a line of JSON."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.environment import SEAL_VARIABLES
from sandbox.process import ChildProcess, start_child, wait_for_line

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
RESULT = "result "
_START_SECONDS = 600.0
# Judging two hundred thousand people takes longer than ten minutes on two cores.
_MEASURE_SECONDS = 3600.0


class Launcher:
    """Starts children in `environment`; their output goes to files in `logs`. Use from the main thread."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self._logs = logs
        self._environment = dict(environment)
        self._started: list[ChildProcess] = []

    def start(self, *arguments: str, name: str, changes: Mapping[str, str] | None = None) -> ChildProcess:
        """Start `python -m` with `arguments`; `changes` go on top of the environment."""
        child = start_child(
            [sys.executable, "-m", *arguments],
            name=name,
            log_path=self._logs / f"{len(self._started):03d}-{name}.log",
            env={**self._environment, **(changes or {})},
            cwd=ROOT,
        )
        self._started.append(child)
        return child

    def start_worker(self, queues: Sequence[str], *, processes: int) -> ChildProcess:
        """Start a Celery worker as `./dev serve` does, with `processes` processes; it takes messages soon after."""
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        name = f"worker-{'-'.join(queues)}"
        arguments = ["-A", "portal", "worker", "-Q", ",".join(queues), "-c", str(processes), "-n", f"{name}@%h"]
        return self.start("celery", *arguments, "--loglevel", "WARNING", *quiet, name=name)

    def start_web(
        self, port: int, *, application: str = "portal.wsgi", changes: Mapping[str, str] | None = None
    ) -> ChildProcess:
        """Start gunicorn with one worker of four threads on 127.0.0.1:`port`, without the seal key."""
        hidden = dict.fromkeys(SEAL_VARIABLES, "")
        bind = ["--bind", f"{HOST}:{port}", "--worker-class", "gthread", "--workers", "1", "--threads", "4"]
        # A connection that waits for its turn must not be closed meanwhile.
        bind += ["--keep-alive", "75", "--no-control-socket"]
        child = self.start("gunicorn", application, *bind, name="web", changes={**hidden, **(changes or {})})
        wait_for_line(child, "Booting worker", _START_SECONDS)
        return child

    def begin(self, *arguments: str, changes: Mapping[str, str] | None = None) -> ChildProcess:
        """Start a module of this package that measures; `result` waits for what it found."""
        return self.start(*arguments, name=arguments[0].rpartition(".")[2], changes=changes)

    def stop_all(self) -> None:
        """End every child that was started and still runs."""
        for child in reversed(self._started):
            child.stop()
        self._started.clear()


def result(child: ChildProcess) -> dict[str, float]:
    """Wait for the line with which a measuring child reports. Raises `sandbox.process.ProcessError` when it fails."""
    found: dict[str, float] = json.loads(wait_for_line(child, rf"^{RESULT}(.*)$", _MEASURE_SECONDS)[1])
    return found


def report(values: Mapping[str, float]) -> None:
    """Print the line that `result` waits for."""
    print(f"{RESULT}{json.dumps(values)}", flush=True)
