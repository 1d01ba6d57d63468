"""Facts files: the schema is that of the dataclasses, and what is unknown or impossible is refused with its path."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from django.core.management import CommandError, call_command

from certification.rules.facts import PersonFacts
from certification.rules.reading import LARGEST_FILE, FactsError, read_facts
from certification.rules.schema import facts_schema
from certification.rules.table_files import shipped_tables

DOCS = Path(__file__).resolve().parents[2] / "docs"
AS_OF = date(2025, 3, 1)


def read(document: object) -> PersonFacts:
    """Read a document as the command does."""
    return read_facts(document if isinstance(document, str) else json.dumps(document), shipped_tables(), AS_OF)


def faults(document: object) -> list[tuple[str, str]]:
    """What is refused of it."""
    with pytest.raises(FactsError) as refused:
        read(document)
    return refused.value.faults


def test_written_schema_is_that_of_the_dataclasses():
    written = json.loads((DOCS / "eligibility-facts.schema.json").read_text(encoding="utf-8"))

    assert written == facts_schema(), "Run manage.py write_eligibility_schema."
    jsonschema.Draft202012Validator.check_schema(written)


@pytest.mark.parametrize("path", sorted((DOCS / "eligibility-examples").glob("*.json")), ids=lambda path: path.stem)
def test_examples_follow_the_schema(path):
    jsonschema.Draft202012Validator(facts_schema()).validate(json.loads(path.read_text(encoding="utf-8")))


def test_schema_asks_for_everything_where_there_is_no_base():
    validator = jsonschema.Draft202012Validator(facts_schema())
    incomplete = {"education": {"school": {"country": "NG"}}}

    assert validator.is_valid(incomplete | {"base": "ok"})
    assert not validator.is_valid(incomplete)
    assert not validator.is_valid({"base": "ok", "examinations": [{"exam": "step_1"}]})


def test_every_field_is_described():
    definitions = [facts_schema(), *facts_schema()["$defs"].values()]

    assert not [
        name for one in definitions for name, field in one["properties"].items() if not field.get("description")
    ]


def test_nothing_said_is_nothing_on_record():
    assert read({}) == PersonFacts()


SITTING = {"exam": "step_1", "taken_on": "2024-01-01", "result": "pass"}


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        ({"examination": []}, "$.examination", "unknown key"),
        ({"base": "ok", "examination": []}, "$.examination", "unknown key"),
        ({"base": "good"}, "$.base", "must be one of empty, ok"),
        ({"examinations": [SITTING | {"score": 250}]}, "$.examinations[0].score", "unknown key"),
        (
            {"examinations": [SITTING | {"taken_on": "2023-02-30"}]},
            "$.examinations[0].taken_on",
            "not a day of the calendar",
        ),
        ({"examinations": [SITTING | {"taken_on": "20230201"}]}, "$.examinations[0].taken_on", "must be a day"),
        ({"examinations": [SITTING | {"taken_on": "0023-02-01"}]}, "$.examinations[0].taken_on", "the year must be"),
        (
            {"examinations": [SITTING | {"reported_on": "2023-12-31"}]},
            "$.examinations[0].reported_on",
            "is before taken_on",
        ),
        ({"examinations": [SITTING, SITTING]}, "$.examinations[1]", "twice"),
        ({"examinations": [SITTING | {"result": "passed"}]}, "$.examinations[0].result", "must be one of pass, fail"),
        ({"examinations": [{"exam": "step_1", "result": "pass"}]}, "$.examinations[0].taken_on", "is missing"),
        ({"examinations": SITTING}, "$.examinations", "must be a list"),
        ({"examinations": [SITTING] * 201}, "$.examinations", "more than 200"),
        ({"examinations": None}, "$.examinations", "may not be null"),
        ({"education": []}, "$.education", "must be an object"),
        (
            {"base": "ok", "education": {"school": {"country": "Nigeria"}}},
            "$.education.school.country",
            "two capital letters",
        ),
        ({"base": "ok", "education": {"student": 1}}, "$.education.student", "must be true or false"),
        ({"base": "ok", "education": {"credit_years": True}}, "$.education.credit_years", "must be a number"),
        ({"base": "ok", "education": {"credit_years": "many"}}, "$.education.credit_years", "must be a number"),
        ({"base": "ok", "education": {"credit_years": 21}}, "$.education.credit_years", "must be from 0 to 20"),
        ({"base": "ok", "education": {"degree_title": "M" * 251}}, "$.education.degree_title", "longer than 250"),
        (
            {"base": "ok", "education": {"school": {"sponsor_notes": [{"from_year": 2004, "to_year": 1998}]}}},
            "$.education.school.sponsor_notes[0].to_year",
            "1998 is before from_year 2004",
        ),
        (
            {"base": "ok", "education": {"student": True, "graduation_date": "2024-01-01"}},
            "$.education.graduation_date",
            "has not graduated",
        ),
        ('{"balance": 1, "balance": 2}', "$", "balance is given twice"),
        ('{"balance": NaN}', "$", "NaN is not a number"),
        ("{", "$", "not valid JSON"),
        ("[]", "$", "must be one JSON object"),
        ("[" * 100_000, "$", "too deeply nested"),
        (" " * (LARGEST_FILE + 1), "$", "larger than"),
    ],
)
def test_refused_with_its_path(document, path, words):
    found = faults(document)

    assert found[0][0] == path
    assert words in found[0][1]


def test_every_fault_is_named_up_to_a_limit():
    assert len(faults({f"unknown_{number}": 1 for number in range(50)})) == 20
    assert [path for path, _ in faults({"one": 1, "two": 2})] == ["$.one", "$.two"]


def test_command_ends_with_an_error_and_prints_nothing(tmp_path, capsys):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps({"identity": {"name": "A", "colour": "red"}}))

    with pytest.raises(CommandError, match=r"\$\.identity\.colour: unknown key"):
        call_command("check_eligibility", str(path), "--as-of", "2025-03-01")

    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("content", "as_of", "words"),
    [
        (b"\xff\xfe", "2025-03-01", "not text in UTF-8"),
        (b"{}", "2025-02-30", "is not a day"),
        (b"{}", "0001-01-01", "is not a day from 1900 to 2150"),
        (b'{"base": "ok"}', "9999-12-31", "is not a day from 1900 to 2150"),
        (None, "2025-03-01", "cannot be read"),
    ],
)
def test_command_refuses_other_input(tmp_path, content, as_of, words):
    path = tmp_path / "facts.json"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(CommandError, match=words):
        call_command("check_eligibility", str(path), "--as-of", as_of)
