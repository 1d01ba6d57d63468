"""Facts about examinations."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from certification.rules.facts.marks import Between, InOrder


class Exam(StrEnum):
    """Examinations that count toward certification."""

    STEP_1 = "step_1"
    STEP_2_CK = "step_2_ck"
    STEP_2_CS = "step_2_cs"


class Result(StrEnum):
    """How a sitting ended; scores are not facts of certification."""

    PASS = "pass"  # noqa: S105 (the result of an examination)
    FAIL = "fail"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """One attempt at one examination. List every attempt: passed, failed and incomplete ones."""

    exam: Annotated[Exam, "Which examination."]
    taken_on: Annotated[date, "Exam date. The seven-year window and the attempts count from this day."]
    result: Annotated[Result, "How it ended."]
    reported_on: Annotated[
        date | None, "Day the result became known. The attempt is ignored before this day. Omitted: the exam date."
    ] = None

    ORDER: ClassVar = (InOrder("taken_on", "reported_on"),)

    @property
    def known_on(self) -> date:
        """Return from which day on the result counts."""
        return self.reported_on or self.taken_on

    @property
    def passed(self) -> bool:
        """Tell whether it was passed."""
        return self.result is Result.PASS


@dataclass(frozen=True, kw_only=True)
class WindowException:
    """A longer time limit that staff granted for one pass (R-EXAM-4)."""

    exam: Annotated[Exam, "The examination whose pass stays valid longer."]
    new_end_date: Annotated[date, "Last day by which all counted examinations must be passed, inclusive."]
    granted_on: Annotated[date | None, "Day of the grant; ignored before it. Omitted: granted earlier."] = None
    reason: Annotated[str, "Ground of the grant, such as a combined degree."] = ""
    approver: Annotated[str, "Who granted it."] = ""


@dataclass(frozen=True, kw_only=True)
class OetSitting:
    """One administration of OET Medicine with its four sub-tests."""

    taken_on: Annotated[date, "Day of the administration."]
    listening: Annotated[int, "Score.", Between(0, 500)]
    reading: Annotated[int, "Score.", Between(0, 500)]
    speaking: Annotated[int, "Score.", Between(0, 500)]
    writing: Annotated[int, "Score.", Between(0, 500)]
    released_on: Annotated[
        date | None, "Day the scores arrived; ignored before it. Omitted: the day of the administration."
    ] = None
    released_by_owner: Annotated[
        bool, "True unless the scores are only the applicant's word: then they do not count yet."
    ] = True

    ORDER: ClassVar = (InOrder("taken_on", "released_on"),)

    @property
    def known_on(self) -> date:
        """Return from which day on the scores count."""
        return self.released_on or self.taken_on
