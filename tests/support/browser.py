"""Debian's Chromium for browser tests. Where it is missing they fail."""

import os
import shutil

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# No name but these resolves: a page that reaches for the internet fails in the test as well.
_RESOLVE_ONLY_LOCAL = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"


def _chromium() -> str:
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(f"Browser tests need Chromium; none of {', '.join(_NAMES)} is installed.")
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Launch the installed Chromium. Its own sandbox cannot run as root, so root goes without."""
    arguments = [_RESOLVE_ONLY_LOCAL, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return {**browser_type_launch_args, "executable_path": _chromium(), "args": arguments}
