"""What every reviewer sees: the record beside the document, and how they differ."""

from dataclasses import dataclass

from applicants.naming import comparable


@dataclass(frozen=True)
class Comparison:
    """One line: what is on record, what the document says. `same` is None where there is nothing to compare."""

    label: str
    on_record: str
    in_document: str
    same: bool | None

    @property
    def words(self) -> str:
        """Return the difference in words, so that it is never told by color alone."""
        return {True: "✓ same", False: "≠ check", None: ""}[self.same]


def compared(label: str, on_record: str, in_document: str) -> Comparison:
    """Return the line that compares two texts, whatever their case, blanks and form of letters; `same` is None while
    nothing was read."""
    empty = not in_document and bool(on_record)
    same = None if empty else comparable(on_record) == comparable(in_document)
    return Comparison(label, on_record, in_document, same)
