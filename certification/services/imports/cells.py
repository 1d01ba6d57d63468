"""What a cell may hold: widgets of django-import-export that refuse with a sentence naming the column."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from import_export.widgets import Widget

from applicants.numbers import parse_identification_number

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)
_SHOWN = 40


class Cell(Widget):  # type: ignore[misc]  # django-import-export has no types
    """A text of one column; the base of the others. An empty one is refused unless it may be `empty`."""

    def __init__(self, column: str, *, empty: bool = False, most: int = 250) -> None:
        super().__init__()
        self.column, self.empty, self.most = column, empty, most

    # Any, here and below: as django-import-export calls widgets.
    def clean(self, value: Any, row: Any = None, **_: Any) -> Any:
        """Return the value of the cell. Raises ValueError with a sentence."""
        text = str(value or "").strip()
        if not text:
            if self.empty:
                return self.nothing()
            raise ValueError(f"{self.column} is empty.")
        return self.read(text)

    def nothing(self) -> Any:
        """Return the value of an empty cell."""
        return ""

    def read(self, text: str) -> Any:
        """Return the value of `text`, which is not empty. Raises ValueError."""
        if len(text) > self.most:
            raise ValueError(f"{self.column} has more than {self.most} characters.")
        if not text.isprintable():
            raise ValueError(f"{self.column} has characters that cannot be printed.")
        return text

    def render(self, value: Any, obj: Any = None, **_: Any) -> str:
        """Return a value as the report shows it."""
        return "" if value is None else str(value)


class Day(Cell):
    """A day, written year, month, day."""

    def nothing(self) -> None:
        """Return no day."""

    def read(self, text: str) -> date:
        """Return the day."""
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise ValueError(f"{self.column} {shown(text)} is no day; write it like 2024-05-31.")


class Number(Cell):
    """A whole number between two others."""

    def __init__(self, column: str, least: int, most: int, *, step: int = 1, empty: bool = False) -> None:
        super().__init__(column, empty=empty)
        self.least, self.greatest, self.step = least, most, step

    def nothing(self) -> None:
        """Return no number."""

    def read(self, text: str) -> int:
        """Return the number."""
        number = int(text) if _NUMBER.fullmatch(text) else -1
        if self.least <= number <= self.greatest and number % self.step == 0:
            return number
        steps = f" in steps of {self.step}" if self.step > 1 else ""
        raise ValueError(f"{self.column} {shown(text)} is no number from {self.least} to {self.greatest}{steps}.")


class LastYear(Number):
    """A year, or `current` for no end."""

    def read(self, text: str) -> Any:
        """Return the year, or None."""
        return None if text.lower() == "current" else super().read(text)

    def render(self, value: Any, obj: Any = None, **_: Any) -> str:
        """Return the year, or that there is no end."""
        return "current" if value is None else str(value)


class OneOf(Cell):
    """One of a few words."""

    def __init__(self, column: str, words: Sequence[str]) -> None:
        super().__init__(column)
        self.words = words

    def read(self, text: str) -> str:
        """Return the word."""
        if text in self.words:
            return text
        raise ValueError(f"{self.column} {shown(text)} is not one of {', '.join(self.words)}.")


class Known(Cell):
    """The name of a record that must exist; `learn` is called for each chunk of rows."""

    def __init__(self, column: str, what: str, *, empty: bool = False) -> None:
        super().__init__(column, empty=empty)
        self.what = what
        self.known: Mapping[str, int] = {}
        self.names: Mapping[int, str] = {}

    def learn(self, known: Mapping[str, int]) -> None:
        """Take the names that exist, with their keys."""
        self.known, self.names = known, {key: name for name, key in known.items()}

    def nothing(self) -> None:
        """Return no record."""

    def read(self, text: str) -> int:
        """Return the key of the record."""
        if (name := self.normal(text)) in self.known:
            return self.known[name]
        raise ValueError(f"{self.what} {shown(text)} is not known.")

    def normal(self, text: str) -> str:
        """Return the name as the database writes it."""
        return text.upper()

    def render(self, value: Any, obj: Any = None, **_: Any) -> str:
        """Return the name that belongs to a key."""
        return self.names.get(value, "")


class Person(Known):
    """An identification number, with or without dashes."""

    def normal(self, text: str) -> str:
        """Return eight digits, or what was written."""
        try:
            return parse_identification_number(text)
        except ValueError:
            return text

    def render(self, value: Any, obj: Any = None, **_: Any) -> str:
        """Return nothing: the row names the person."""
        return ""


def shown(text: str) -> str:
    """Return the beginning of a cell in quotation marks, for a sentence."""
    return f"“{text[:_SHOWN]}…”" if len(text) > _SHOWN else f"“{text}”"
