"""What is known about the packages that production installs: their vulnerabilities, and the list of them."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
BILL = ROOT / "var" / "sbom.cdx.json"
BILL_VERSION = "1.6"
# An offline machine must learn of it in seconds, a slow service may take its time.
PROBE_SECONDS = 30
AUDIT_SECONDS = 300
_PINNED = re.compile(r"^[A-Za-z0-9._-]+==[^\s;\\]+", re.MULTILINE)


class NotDoneError(Exception):
    """A check could not be made; that is no pass. The text says why and what to do."""


@dataclass(frozen=True)
class Answer:
    """What a program said: its exit status, its output, and what it wrote for people."""

    status: int
    output: str
    errors: str


Run = Callable[[Sequence[str], float], Answer]


def run(command: Sequence[str], seconds: float) -> Answer:
    """Run a Python module of this environment. Raises NotDoneError when it takes longer than `seconds`."""
    try:
        done = subprocess.run(  # noqa: S603 - the commands below
            [sys.executable, "-m", *command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise NotDoneError(f"{command[0]} gave no answer within {seconds:.0f} s.") from error
    return Answer(done.returncode, done.stdout, done.stderr)


def pins(file: Path) -> list[str]:
    """Return each `name==version` of a requirements file, without hashes and markers."""
    return _PINNED.findall(file.read_text())


def audit(requirements: Path = ROOT / "requirements.txt", *, run: Run = run) -> str:
    """Return one line for each known vulnerability of what `requirements` pins, or an empty string.

    Raises NotDoneError when the service does not answer, or does not know a package: a package that nobody looked up
    is not free of vulnerabilities. One package is asked for first, so that an offline machine waits seconds.
    """
    wanted = pins(requirements)
    with TemporaryDirectory() as folder:
        probe = Path(folder, "one.txt")
        probe.write_text(wanted[0] + "\n")
        _ask(probe, run, seconds=PROBE_SECONDS)
    return "\n".join(_ask(requirements, run, seconds=AUDIT_SECONDS))


def _ask(requirements: Path, run: Run, *, seconds: float) -> list[str]:
    options = ["--disable-pip", "--no-deps", "--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    answer = run(["pip_audit", "--requirement", str(requirements), *options], seconds)
    try:
        packages = json.loads(answer.output)["dependencies"]
    except (ValueError, KeyError) as error:
        said = answer.errors.strip().splitlines()[-1:] or ["no answer"]
        raise NotDoneError(f"The vulnerability service was not reached ({said[0][:200]}).") from error
    unknown = [f"{package['name']} ({package['skip_reason']})" for package in packages if "skip_reason" in package]
    if unknown or not packages:
        raise NotDoneError(f"The vulnerability service does not know: {'; '.join(unknown[:5]) or 'anything'}.")
    return [
        f"{package['name']} {package['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'nothing yet'}"
        for package in packages
        for found in package["vulns"]
    ]


def write_bill(
    requirements: Path = ROOT / "requirements.txt", bill: Path = BILL, *, run: Run = run, seconds: float = AUDIT_SECONDS
) -> str:
    """Write the list of what production installs (CycloneDX JSON, validated); return what is wrong with it, or nothing."""
    bill.parent.mkdir(exist_ok=True)
    options = ["--output-format", "JSON", "--spec-version", BILL_VERSION, "--output-reproducible", "--validate"]
    made = ["cyclonedx_py", "requirements", str(requirements), "--pyproject", str(ROOT / "pyproject.toml"), *options]
    answer = run([*made, "--output-file", str(bill)], seconds)
    if answer.status != 0:
        return answer.errors.strip() or f"exit status {answer.status}"
    listed = {f"{one['name']}=={one['version']}".lower() for one in json.loads(bill.read_text()).get("components", [])}
    missing = [pin for pin in pins(requirements) if pin.lower() not in listed]
    return f"{bill.name} does not list {', '.join(missing)}." if missing else ""
