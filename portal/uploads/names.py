"""Names of files as strangers give them: cleaned to be shown, and compared with what is inside."""

import re
import unicodedata
from pathlib import PurePosixPath

from portal.models import FileType, Refusal, Upload

NAME_LENGTH = Upload._meta.get_field("original_name").max_length or 0
NO_NAME = "file"
STARTS = {b"%PDF-": FileType.PDF, b"\xff\xd8\xff": FileType.JPEG, b"\x89PNG\r\n\x1a\n": FileType.PNG}
LONGEST_START = max(map(len, STARTS))
ENDINGS = {
    FileType.PDF: {".pdf"},
    FileType.JPEG: {".jpg", ".jpeg", ".jpe", ".jfif"},
    FileType.PNG: {".png"},
}
# A dot in "scan of 3.5.2026" begins no ending.
ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}", re.ASCII)


def shown_name(name: str | None) -> str:
    """Return the last part of `name` on one line, shortened in the middle so that its ending is seen."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    # Cc and Cf: what moves the cursor, or turns the direction of writing to hide an ending.
    visible = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    clean = " ".join(visible.split()) or NO_NAME
    if len(clean) <= NAME_LENGTH:
        return clean
    ending = ending_of(clean)
    return f"{clean[: NAME_LENGTH - len(ending) - 1]}…{ending}"


def ending_of(name: str) -> str:
    """Return the ending of a file's name with its dot, in small letters; empty for a name without one."""
    suffix = PurePosixPath(name).suffix
    return suffix.lower() if ENDING.fullmatch(suffix) else ""


def refusal_by_start(start: bytes, name: str) -> Refusal | None:
    """Judge a file by its first bytes (at least `LONGEST_START`, unless it is shorter) and its name."""
    found = next((file_type for signature, file_type in STARTS.items() if start.startswith(signature)), None)
    if found is None:
        return Refusal.WRONG_TYPE
    ending = ending_of(name)
    return Refusal.WRONG_NAME if ending and ending not in ENDINGS[found] else None
