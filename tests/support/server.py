"""Python as a server would run it: with the settings of production, and nothing of the environment of the tests."""

import os
import subprocess
import sys
from pathlib import Path

from sandbox.checks import _PRODUCTION

ROOT = Path(__file__).resolve().parents[2]
# What Python itself needs; the rest names stand-ins.
_OF_THE_MACHINE = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH")


def on_a_server(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `code` with what a server would have set, and `environment` besides."""
    machine = {name: os.environ[name] for name in _OF_THE_MACHINE if name in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        cwd=ROOT,
        env={**machine, **_PRODUCTION, "DJANGO_SETTINGS_MODULE": "portal.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
