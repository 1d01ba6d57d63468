"""`./dev demo`: starts the whole portal, orders one report as a person does, checks it, then keeps serving."""

import argparse
import json
import os
import sys
import time
from dataclasses import asdict

import django

from sandbox.demo.journey import Journey, JourneyError
from sandbox.demo.visitor import PageError
from sandbox.process import ProcessError
from sandbox.sample_data import SIGN_INS
from sandbox.serve import START_ERRORS, keep_serving, print_addresses, say, stop_on_sigterm
from sandbox.stack import LOGS, VAR, Stack, choose_ports

_LOG_LINES = 25


class Clock:
    """Prints one line per step with the seconds it took."""

    def __init__(self) -> None:
        self._begun = self._last = time.monotonic()
        self._doing = ""

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return round(time.monotonic() - self._begun, 2)

    def begin(self, what: str) -> None:
        """End the step before, if any, and begin this one."""
        self.end()
        self._doing, self._last = what, time.monotonic()

    def end(self, outcome: str = "") -> None:
        """Print the step that ends now."""
        if self._doing:
            say(f"  {time.monotonic() - self._last:6.2f} s  {self._doing}{f': {outcome}' if outcome else ''}")
        self._doing = ""


def main() -> int:
    """Run the demonstration. Returns 0 when the report arrived and is genuine, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="stop after the job")
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
    parser.add_argument("--port", type=int, default=8000, help="port of the portal (default: 8000)")
    options = parser.parse_args()
    stop_on_sigterm()
    clock = Clock()
    try:
        with Stack(choose_ports(options.port), debug=False, report=clock.begin) as stack:
            clock.end()
            return _demonstrate(stack, clock, stop=options.exit, as_json=options.json)
    except KeyboardInterrupt:
        say("stopped")
        return 130
    except START_ERRORS as error:
        say(f"error: {error}")
        return 1


def _demonstrate(stack: Stack, clock: Clock, *, stop: bool, as_json: bool) -> int:
    os.environ |= stack.environment | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    django.setup()
    person = SIGN_INS[0]
    journey = Journey(stack, person.username, person.password, VAR / "demo")
    if not _walk(journey, clock):
        return 1
    say(f"  {clock.seconds:6.2f} s  from nothing to a verified report")
    _print_result(journey, clock, as_json=as_json)
    if not stop:
        print_addresses(stack)
        keep_serving(stack, reload=False)
    return 0


def _walk(journey: Journey, clock: Clock) -> bool:
    for name, step in journey.steps:
        clock.begin(name)
        try:
            clock.end(step())
        except PageError as error:
            return _failed(name, error, "web")
        except JourneyError as error:
            return _failed(name, error, error.log)
        except (OSError, ProcessError) as error:
            return _failed(name, error, "web")
    return True


def _failed(name: str, error: Exception, log: str) -> bool:
    say(f"FAILED at “{name}”: {error}")
    path = LOGS / f"{log}.log"
    if path.exists():
        tail = path.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        say(f"--- end of {path} ---\n" + "\n".join(tail))
    return False


def _print_result(journey: Journey, clock: Clock, *, as_json: bool) -> None:
    result = journey.result
    if as_json:
        print(json.dumps(asdict(result) | {"seconds": clock.seconds}), flush=True)  # noqa: T201 - the result itself
    say(f"\n  order      {result.order}\n  report     {result.report_number}\n  PDF        {result.pdf}")
    say(f"  message    {result.eml}\n  verify     {result.verify_url}")


if __name__ == "__main__":
    sys.exit(main())
