"""Reads the data files of this package."""

import csv
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of data/<name>.csv by column name."""
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
