"""Results of people: USMLE and OET Medicine."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import models
from import_export.fields import Field

from applicants.models import Applicant
from applicants.numbers import parse_identification_number
from certification.models import ExaminationResult, FileImportRow, OetResult
from certification.models.oet import HIGHEST_OET_SCORE, SUBTESTS
from certification.rules.facts import Exam, Result
from certification.rules.window import Pass, window
from certification.rules.words import day_in_words
from certification.services.imports.cells import Day, Number, OneOf, Person
from certification.services.imports.resource import FileResource, Key, Row
from certification.states import Examination
from certification.states.imports import RowOutcome

# No computer-based Step is older.
_FIRST_DAY = date(1992, 1, 1)


class ResultResource(FileResource):
    """What files of results have in common: a person, a day of the sitting, and a day from which the result counts."""

    KNOWN_FROM: str

    class Meta(FileResource.Meta):
        abstract = True

    def learn_people(self, rows: Sequence[Row]) -> list[int]:
        """Teach the column of numbers who exists, and return their keys."""
        numbers = {number for row in rows if (number := _digits(row["identification_number"]))}
        found = Applicant.objects.filter(identification_number__in=numbers)
        known = dict(found.values_list("identification_number", "pk"))
        self.fields["person"].widget.learn(known)
        return list(known.values())

    def judge_days(self, taken_on: date, known_on: date) -> Iterable[str]:
        """Give what is wrong with the two days."""
        if not _FIRST_DAY <= taken_on <= self.terms.today:
            yield f"taken_on {taken_on} is before {_FIRST_DAY.year} or in the future."
        if known_on > self.terms.today:
            yield f"{self.KNOWN_FROM} {known_on} is in the future."
        if known_on < taken_on:
            yield f"{self.KNOWN_FROM} {known_on} is before the sitting on {taken_on}."


def _digits(text: str) -> str:
    try:
        return parse_identification_number(text)
    except ValueError:
        return ""


class UsmleResource(ResultResource):
    """Results of Step 1, Step 2 CK and Step 2 CS: passed, failed and incomplete attempts."""

    COLUMNS = ("identification_number", "examination", "taken_on", "reported_on", "result")
    KEY = ("identification_number", "examination", "taken_on")
    KNOWN_FROM = "reported_on"
    ALREADY = "This result is on record already."

    person = Field("applicant_id", "identification_number", Person("identification_number", "The number"))
    examination = Field("examination", "examination", OneOf("examination", Examination.values))
    taken_on = Field("taken_on", "taken_on", Day("taken_on"))
    reported_on = Field("reported_on", "reported_on", Day("reported_on"))
    result = Field("result", "result", OneOf("result", [one.value for one in Result]))

    class Meta(FileResource.Meta):
        model = ExaminationResult
        fields = ("person", "examination", "taken_on", "reported_on", "result")

    def load(self, rows: Sequence[Row]) -> Mapping[Key, models.Model]:
        """Load the people, and everything that is on record or staged of their sittings."""
        people = self.learn_people(rows)
        records: dict[Key, ExaminationResult] = {
            (row.applicant_id, row.examination, row.taken_on): row
            for row in ExaminationResult.objects.filter(applicant_id__in=people)
        }
        self._passes: dict[int, set[Pass]] = defaultdict(set)
        for record in records.values():
            if record.passed:
                self._passes[record.applicant_id].add((Exam(record.examination), record.taken_on))
        written = (RowOutcome.NEW, RowOutcome.CHANGED)
        staged = FileImportRow.objects.filter(file_import=self.file_import, applicant__in=people, outcome__in=written)
        for person, values in staged.values_list("applicant_id", "values"):
            if person is not None and values["result"] == Result.PASS:
                self._passes[person].add((Exam(values["examination"]), date.fromisoformat(values["taken_on"])))
        return {**records}

    def judge(self, instance: Any, row: Row, *, is_new: bool) -> Iterable[str]:  # Any: an ExaminationResult
        """Give what is wrong: days that cannot be, and a pass of an examination that was passed (R-EXAM-6)."""
        yield from self.judge_days(instance.taken_on, instance.reported_on)
        passes = self._passes[instance.applicant_id]
        this = (Exam(instance.examination), instance.taken_on)
        if not instance.passed:
            passes.discard(this)
            return
        others = sorted(day for exam, day in passes if exam is this[0] and day != this[1])
        wrong = [day for day in others if not self._may_repeat(passes | {this}, this[0], day, this[1])]
        if wrong:
            yield (
                f"{instance.get_examination_display()} is passed on record, or in this file, on {day_in_words(wrong[0])};"
                " a passed examination is repeated only after its time limit has run out (R-EXAM-6)."
            )
        passes.add(this)

    def _may_repeat(self, passes: set[Pass], exam: Exam, one: date, other: date) -> bool:
        """Tell whether the earlier of two passes had stopped counting when the later one was taken (R-EXAM-3)."""
        earlier, later = sorted((one, other))
        before = [(name, day) for name, day in passes if day < later]
        needed = (Exam.STEP_1, Exam.STEP_2_CK)
        relied_on_cs = (*needed, Exam.STEP_2_CS)
        years = self.terms.tables.number("window_years", later)
        # With Step 2 CS or without: which of them the person relied on is not for this file to say.
        ways = (needed, relied_on_cs) if exam in needed else (relied_on_cs,)
        return any((exam, earlier) in window(before, way, later, years=years).dropped for way in ways)


class OetResource(ResultResource):
    """Results of OET Medicine as its owner releases them."""

    COLUMNS = ("identification_number", "taken_on", *SUBTESTS, "released_on")
    KEY = ("identification_number", "taken_on")
    KNOWN_FROM = "released_on"
    ALREADY = "This result is on record already."

    person = Field("applicant_id", "identification_number", Person("identification_number", "The number"))
    taken_on = Field("taken_on", "taken_on", Day("taken_on"))
    listening = Field("listening", "listening", Number("listening", 0, HIGHEST_OET_SCORE, step=10))
    reading = Field("reading", "reading", Number("reading", 0, HIGHEST_OET_SCORE, step=10))
    speaking = Field("speaking", "speaking", Number("speaking", 0, HIGHEST_OET_SCORE, step=10))
    writing = Field("writing", "writing", Number("writing", 0, HIGHEST_OET_SCORE, step=10))
    released_on = Field("released_on", "released_on", Day("released_on"))

    class Meta(FileResource.Meta):
        model = OetResult
        fields = ("person", "taken_on", *SUBTESTS, "released_on")

    def load(self, rows: Sequence[Row]) -> Mapping[Key, models.Model]:
        """Load the people and their results."""
        found = OetResult.objects.filter(applicant_id__in=self.learn_people(rows))
        return {(row.applicant_id, row.taken_on): row for row in found}

    def judge(self, instance: Any, row: Row, *, is_new: bool) -> Iterable[str]:  # Any: an OetResult
        """Give what is wrong with the days."""
        yield from self.judge_days(instance.taken_on, instance.released_on)
