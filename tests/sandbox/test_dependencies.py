"""The audit of dependencies never passes in silence, and the list of packages lists every one."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from sandbox import checks, dependencies
from sandbox.dependencies import Answer, NotDoneError


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """Two pinned packages."""
    file = tmp_path / "requirements.txt"
    file.write_text(
        "one==1.0 ; sys_platform == 'linux' \\\n    --hash=sha256:aa\n    # via two\nTwo-b==2.0 \\\n    --hash=sha256:bb\n"
    )
    return file


def package(name: str, version: str, *found: str) -> dict[str, object]:
    return {
        "name": name,
        "version": version,
        "vulns": [{"id": one, "fix_versions": ["9.9"], "aliases": [], "description": ""} for one in found],
    }


def service(*packages: dict[str, object], asked: list[Sequence[str]] | None = None):
    """A run of the audit program in which the service answers with `packages`."""

    def run(command: Sequence[str], seconds: float) -> Answer:
        if asked is not None:
            asked.append(command)
        return Answer(0, json.dumps({"dependencies": packages}), "")

    return run


def test_pins_are_read_without_hashes_and_markers(requirements):
    assert dependencies.pins(requirements) == ["one==1.0", "Two-b==2.0"]


def test_nothing_known_is_a_pass(requirements):
    assert dependencies.audit(requirements, run=service(package("one", "1.0"), package("two-b", "2.0"))) == ""


def test_a_vulnerability_is_named_with_its_remedy(requirements):
    answer = dependencies.audit(requirements, run=service(package("one", "1.0", "PYSEC-2026-1")))

    assert answer == "one 1.0: PYSEC-2026-1, mended in 9.9"


def test_a_package_that_the_service_does_not_know_is_not_a_pass(requirements):
    skipped: dict[str, object] = {"name": "one", "skip_reason": "not found"}

    with pytest.raises(NotDoneError, match="one"):
        dependencies.audit(requirements, run=service(skipped))


@pytest.mark.parametrize("output", ["", "not json", "{}", '{"dependencies": []}'])
def test_no_answer_is_not_a_pass(requirements, output):
    with pytest.raises(NotDoneError):
        dependencies.audit(requirements, run=lambda command, seconds: Answer(1, output, "Connection refused"))


def test_an_offline_machine_asks_once(requirements):
    asked: list[Sequence[str]] = []

    with pytest.raises(NotDoneError):
        dependencies.audit(requirements, run=service({"name": "one", "skip_reason": "no"}, asked=asked))

    assert len(asked) == 1
    assert str(requirements) not in asked[0]


def test_a_program_that_hangs_is_ended(tmp_path):
    with pytest.raises(NotDoneError, match="within 0 s"):
        dependencies.run(["http.server", "0", "--bind", "127.0.0.1"], 0.2)


def test_the_list_of_packages_is_valid_and_complete(tmp_path):
    bill = tmp_path / "sbom.cdx.json"

    problem = dependencies.write_bill(bill=bill)

    made = json.loads(bill.read_text())
    assert problem == ""
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert made["metadata"]["component"]["name"] == "img-certification-portal"
    assert {"django", "weasyprint", "stripe"} <= {one["name"] for one in made["components"]}


def test_a_list_with_a_gap_is_a_problem(requirements, tmp_path):
    bill = tmp_path / "sbom.cdx.json"

    def forgetful(command: Sequence[str], seconds: float) -> Answer:
        bill.write_text(json.dumps({"components": [{"name": "one", "version": "1.0"}]}))
        return Answer(0, "", "")

    assert dependencies.write_bill(requirements, bill, run=forgetful) == "sbom.cdx.json does not list Two-b==2.0."


def raising() -> str:
    raise NotDoneError("No network.")


@pytest.mark.parametrize(
    ("arguments", "check", "status"),
    [
        (["check"], raising, 0),
        (["check", "--release"], raising, 1),
        (["check"], lambda: "broken", 1),
        (["check", "--release"], lambda: "", 0),
    ],
)
def test_what_was_not_checked_is_said_loudly_and_stops_a_release(monkeypatch, capsys, arguments, check, status):
    monkeypatch.setattr(checks, "_checks", lambda: {"the audit": check})
    monkeypatch.setattr("sys.argv", ["checks", *arguments])

    assert checks.main() == status

    printed = capsys.readouterr().out
    assert ("NOT CHECKED: the audit" in printed) == (check is raising)
    assert "ok" not in printed or check is not raising
