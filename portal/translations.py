"""Catalogs of translated words, compiled from the files that people edit.

The compiled files are not under version control: they are made when an environment or an image is set up, and before
the tests. Nothing of Django is needed for it.
"""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_catalogs(folder: Path) -> list[Path]:
    """Compile every catalog below `folder` that is newer than its compiled file; returns what was written.

    Raises ValueError with the line for a catalog that cannot be read.
    """
    return [source.with_suffix(".mo") for source in sorted(folder.glob("*/LC_MESSAGES/*.po")) if _compile(source)]


def _compile(source: Path) -> bool:
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return False
    with source.open("rb") as file:
        catalog = read_po(file, locale=source.parts[-3], abort_invalid=True)
    # Beside it first: another process may be reading the old one.
    fresh = target.with_suffix(".mo.new")
    with fresh.open("wb") as file:
        write_mo(file, catalog)
    fresh.replace(target)
    return True
