"""Keys as settings carry them: several in one text, the newest first. Free of Django, because settings read it."""

import binascii
from base64 import urlsafe_b64decode

KEY_BYTES = 32


def split_keys(text: str) -> list[str]:
    """Return the keys of `text`, separated by commas, blanks or line ends (so that a file may hold one a line)."""
    return text.replace(",", " ").split()


def are_keys(text: str) -> bool:
    """Tell whether `text` holds one or more keys, each 32 random bytes in URL-safe Base64 as Fernet wants them."""
    keys = split_keys(text)
    return bool(keys) and all(_is_key(key) for key in keys)


def _is_key(key: str) -> bool:
    try:
        return len(urlsafe_b64decode(key)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False
