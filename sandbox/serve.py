"""`./dev serve`: the portal on a laptop, restarted whenever its code changes."""

import argparse
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

from sandbox.process import ProcessError
from sandbox.sample_data import SIGN_INS
from sandbox.servers.places import UnsafeDirectoryError
from sandbox.stack import LOGS, ROOT, AlreadyRunningError, PortBusyError, Stack, choose_ports

_WATCHED = ("portal", "applicants", "certification", "payments", "cvs", "templates")
_LOOK_EVERY_SECONDS = 1.0

START_ERRORS = (AlreadyRunningError, PortBusyError, ProcessError, UnsafeDirectoryError)


def main() -> int:
    """Serve until Ctrl-C. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="./dev serve", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="port of the portal (default: 8000)")
    options = parser.parse_args()
    stop_on_sigterm()
    try:
        with Stack(choose_ports(options.port), debug=True, report=say) as stack:
            print_addresses(stack)
            keep_serving(stack, reload=True)
    except KeyboardInterrupt:
        say("stopped")
    except START_ERRORS as error:
        say(f"error: {error}")
        return 1
    return 0


def say(line: str) -> None:
    """Tell the person at the terminal; standard output stays free for results."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - a program for the terminal


def stop_on_sigterm() -> None:
    """Let SIGTERM end the program as Ctrl-C does, so that every child is ended in order."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


def print_addresses(stack: Stack) -> None:
    """Print where everything is and who may sign in."""
    say("")
    say(f"  portal     {stack.base_url}/")
    say(f"  staff      {stack.base_url}/staff/")
    say(f"  mailbox    {stack.mailbox_url}/")
    say(f"  Stripe     {stack.stripe_url}/ (a double: pay with card 4242 4242 4242 4242)")
    say(f"  logs       {LOGS.relative_to(ROOT)}/")
    for person in SIGN_INS:
        say(f"  sign in    {person.username}  {person.password}  ({person.who})")
    say(f"  codes      {stack.mailbox_url}/authenticator shows the six digits to type after the password")
    say("  Ctrl-C ends everything.")


def keep_serving(stack: Stack, *, reload: bool) -> None:
    """Watch over the children until interrupted; with `reload`, restart the portal when its files change."""
    try:
        _watch(stack, reload=reload)
    except KeyboardInterrupt:
        say("stopping")


def _watch(stack: Stack, *, reload: bool) -> NoReturn:
    seen = _newest_change()
    told: set[int] = set()
    while True:
        time.sleep(_LOOK_EVERY_SECONDS)
        for child in stack.ended():
            if child.pid not in told:
                told.add(child.pid)
                say(str(child.error("ended")))
        newest = _newest_change() if reload else seen
        if newest != seen:
            seen = newest
            _restart(stack)


def _restart(stack: Stack) -> None:
    say("files changed: restarting")
    stack.stop_portal()
    try:
        stack.start_portal()
    except ProcessError as error:
        say(f"{error}\nwaiting for the next change")
    else:
        say(f"ready at {stack.base_url}/")


def _newest_change() -> tuple[int, float]:
    """How many files there are and when the last one was written: differs after any edit, new file or removal."""
    files = [path for folder in _WATCHED for path in (ROOT / folder).rglob("*.*") if _matters(path)]
    return len(files), max(path.stat().st_mtime for path in files)


def _matters(path: Path) -> bool:
    return path.suffix in {".py", ".html", ".txt", ".css"}


if __name__ == "__main__":
    sys.exit(main())
