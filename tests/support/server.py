"""Python as a server would run it: with the settings of production, and nothing of the environment of the tests."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sandbox.checks import _PRODUCTION

ROOT = Path(__file__).resolve().parents[2]
# What Python itself needs; the rest names stand-ins.
_OF_THE_MACHINE = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH")
_PYTHON = (sys.executable, "-W", "ignore", "-c")


def on_a_server(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `code` with what a server would have set, and `environment` besides."""
    return subprocess.run(
        [*_PYTHON, code, *arguments],
        cwd=ROOT,
        env=_environment(environment),
        capture_output=True,
        text=True,
        check=False,
    )


class Answering:
    """`code` that goes on running as `on_a_server` runs it: it reads lines of JSON and answers each with one."""

    def __init__(self, code: str, **environment: str) -> None:
        self._process = subprocess.Popen(
            [*_PYTHON, code],
            cwd=ROOT,
            env=_environment(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:  # Any: what JSON holds
        """Return what it says to `asked`. Fails when it ended instead; why is in the test's output."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(asked)}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"The server ended with {self._process.wait()}."
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        """End it."""
        self._process.communicate()


def _environment(changes: dict[str, str]) -> dict[str, str]:
    machine = {name: os.environ[name] for name in _OF_THE_MACHINE if name in os.environ}
    return {**machine, **_PRODUCTION, "DJANGO_SETTINGS_MODULE": "portal.settings", **changes}
