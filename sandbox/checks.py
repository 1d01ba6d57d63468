"""`./dev check` and `./dev fix`: everything that can be said about the code without running it."""

import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sandbox import dependencies

ROOT = Path(__file__).resolve().parent.parent
_BIN = Path(sys.executable).parent
# Two at a time: what is checked here keeps a core busy each.
_AT_ONCE = 2
# Programs of their own, and the modules of those written in Python.
_PROGRAMS = frozenset({"djade", "ruff"})
_MODULES = {"mypy": "mypy", "check-jsonschema": "check_jsonschema"}

# What a server would have set: the deployment check must find nothing to say about it. Nothing answers at the addresses.
_PRODUCTION = {
    "DEBUG": "false",
    "DEMO": "false",
    "SECRET_KEY": "9" + "Kx4-vT7_mQ2p" * 6,
    "FIELD_ENCRYPTION_KEYS": "bm8tc2VjcmV0LW9ubHktYW4tZXhhbXBsZS0xMjM0NTY=",
    "BLIND_INDEX_KEYS": "bm8tc2VjcmV0LW9ubHktYW4tZXhhbXBsZS02NTQzMjE=",
    "BASE_URL": "https://portal.example.org",
    "UPLOADS_ORIGIN": "https://uploads.example.net",
    "BEHIND_PROXY": "true",
    "DATABASE_URL": "postgresql://portal@%2Fnowhere/portal",
    "REDIS_URL": "unix:///nowhere",
    "SMTP_HOST": "smtp.example.org",
    "DEFAULT_FROM_EMAIL": "portal@example.org",
    "STAFF_ALERT_EMAIL": "staff@example.org",
    "STRIPE_SECRET_KEY": "none",
    "STRIPE_WEBHOOK_SECRET": "none",
    "ORGANIZATION_ADDRESS": "100 Example Street, Philadelphia, PA 19104, USA",
    "ORGANIZATION_EMAIL": "help@example.org",
    "REPORT_SIGNATORY": "Jordan Example",
    "REPORT_SIGNATORY_TITLE": "Director of Verification",
}


@dataclass(frozen=True)
class Finding:
    """What one check had to say: `problem` is empty when all is well, `not_done` when it could be made."""

    name: str
    problem: str
    seconds: float
    not_done: str = ""

    @property
    def word(self) -> str:
        """Return the outcome in four letters."""
        return "FAIL" if self.problem else "????" if self.not_done else "ok  "


def main() -> int:
    """Run the checks, or the repairs, and return the exit status.

    A check that could not be made (no network) is said at the end, and is a failure with `--release`: a laptop without
    a network can still check its work, and no release goes out unaudited.
    """
    if sys.argv[1:] == ["fix"]:
        return _fix()
    release = "--release" in sys.argv[1:]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        findings = list(pool.map(lambda check: _timed(*check), _checks().items()))
    for finding in findings:
        _say(f"{finding.word}  {finding.seconds:5.1f} s  {finding.name}")
    for finding in findings:
        if finding.problem:
            _say(f"\n--- {finding.name} ---\n{finding.problem}")
    for finding in findings:
        if finding.not_done:
            _say(
                f"\n!!! NOT CHECKED: {finding.name} !!!\n{finding.not_done}\nThis is no pass. Repeat it with a network."
            )
    return 1 if any(finding.problem or (release and finding.not_done) for finding in findings) else 0


def _checks() -> dict[str, Callable[[], str]]:
    templates = _templates()
    return {
        "types": lambda: _run("mypy", "."),
        "format": lambda: _run("ruff", "format", "--check", "."),
        "lint": lambda: _run("ruff", "check", "."),
        "imports": lambda: _run("lint-imports"),
        "templates": lambda: _run("djade", "--target-version", "5.2", "--check", *templates),
        "deployment settings": lambda: _manage("check", "--deploy", "--fail-level", "WARNING"),
        # Without a database Django only warns that it could not compare the migrations that were applied.
        "migrations": lambda: _manage("makemigrations", "--check", "--dry-run"),
        "state diagrams": lambda: _manage("draw_states", "--check"),
        "compose file": lambda: _run(
            "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"
        ),
        "requirements": missing_pins,
        "list of packages (var/sbom.cdx.json)": dependencies.write_bill,
        "known vulnerabilities": dependencies.audit,
    }


def missing_pins() -> str:
    """Return a sentence for each dependency of pyproject.toml that the requirement files do not pin."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = [line for lines in project["optional-dependencies"].values() for line in lines]
    wanted = {"requirements.txt": project["dependencies"], "requirements-dev.txt": project["dependencies"] + optional}
    return "\n".join(
        f"{file} does not pin {name}; make it again with uv pip compile (docs/operations.md)."
        for file, lines in wanted.items()
        for name in sorted({_package(line) for line in lines} - _pinned(file))
    )


def _pinned(file: str) -> set[str]:
    return {_package(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / file).read_text(), re.MULTILINE)}


def _package(requirement: str) -> str:
    # PEP 503: these three characters mean the same in a package's name.
    name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def _fix() -> int:
    steps = [
        _run("ruff", "check", "--fix", "."),
        _run("ruff", "format", "."),
        _run("djade", "--target-version", "5.2", *_templates()),
        _manage("draw_states"),
    ]
    _say("\n".join(filter(None, steps)) or "nothing left to mend by a program")
    return 0


def _templates() -> Sequence[str]:
    return [str(path.relative_to(ROOT)) for path in sorted((ROOT / "templates").rglob("*.html"))]


def _manage(*arguments: str) -> str:
    return _run("python", "-W", "ignore::RuntimeWarning", "manage.py", *arguments)


def _run(tool: str, *arguments: str) -> str:
    """Run a tool of the environment; return what it printed when it failed, else nothing."""
    done = subprocess.run(  # noqa: S603 - the commands above
        [*_command(tool), *arguments],
        cwd=ROOT,
        env=os.environ | _PRODUCTION,
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else f"{done.stdout}{done.stderr}".strip() or f"exit status {done.returncode}"


def _command(tool: str) -> list[str | Path]:
    """Return how to start `tool`: Python tools as modules, because their first line breaks on a path with a space."""
    if tool in _PROGRAMS:
        return [_BIN / tool]
    python: list[str | Path] = [_BIN / "python"]
    if tool == "python":
        return python
    return [*python, "-m", _MODULES[tool]] if tool in _MODULES else [*python, _BIN / tool]


def _timed(name: str, check: Callable[[], str]) -> Finding:
    start = time.monotonic()
    problem = not_done = ""
    try:
        problem = check()
    except dependencies.NotDoneError as error:
        not_done = str(error)
    return Finding(name, problem, time.monotonic() - start, not_done)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a program for the terminal


if __name__ == "__main__":
    sys.exit(main())
