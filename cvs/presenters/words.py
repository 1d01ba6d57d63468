"""Small pieces of English."""

from collections.abc import Sequence

NAMES_SHOWN = 3


def counted(count: int, one: str, many: str) -> str:
    """Return `1 report was` or `2 reports were`."""
    return f"{count} {one if count == 1 else many}"


def listed(names: Sequence[str], many: str) -> str:
    """Return `A`, `A and B`, `A, B and C`, or `12 <many>` where the names would fill the line."""
    if len(names) > NAMES_SHOWN:
        return f"{len(names)} {many}"
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
