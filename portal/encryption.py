"""Restricted columns: encrypted at rest, never searched by accident, found again only through a keyed fingerprint.

The first of `FIELD_ENCRYPTION_KEYS` encrypts and every one decrypts, so a key is changed without a pause: put the new one
in front, restart, run `manage.py rotate_encryption`, take the old one away (docs/operations.md).
"""

import hmac
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

SEPARATOR = "\x1f"


class NoKeyFitsError(Exception):
    """None of the configured keys opens a stored value; nothing was changed."""

    def __init__(self, column: str) -> None:
        super().__init__(
            f"None of the keys in FIELD_ENCRYPTION_KEYS opens a value of {column}. Put the key that it was written with "
            "back at the end of the list, restart, and run `manage.py rotate_encryption`."
        )


@lru_cache(maxsize=8)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """Return the cipher of the keys in force: the first encrypts, all decrypt."""
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS))


def newest_cipher() -> MultiFernet:
    """Return the cipher of the newest key alone; what it opens need not be rotated."""
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS[:1]))


def decrypt(token: str, *, column: str) -> str:
    """Return the text behind `token`. Raises `NoKeyFitsError`, which names `column`."""
    try:
        return cipher().decrypt(token).decode()
    except InvalidToken as error:
        raise NoKeyFitsError(column) from error


def fingerprints(*parts: str) -> list[str]:
    """Return the keyed fingerprint (HMAC-SHA-256) of `parts` under each key of `BLIND_INDEX_KEYS`, the newest first.

    Equal parts have equal fingerprints and nothing else can be read from one. Search with all of them
    (`column__in=fingerprints(…)`), so that rows from before a change of keys are found.
    """
    text = SEPARATOR.join(parts).encode()
    return [hmac.new(key.encode(), text, sha256).hexdigest() for key in settings.BLIND_INDEX_KEYS]


class EncryptedTextField(models.TextField[str, str]):
    """Text that the database holds only encrypted. An empty text stays empty, as there is nothing to hide.

    Every comparison in a query raises `FieldError`: a token differs each time, so a filter could never find anything.
    """

    description = "Encrypted text"

    # Any: what the database driver and Django pass through a field has no types.
    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """Return the token to store for `value`; expressions, None and the empty text pass as they are."""
        if value is None or value == "" or hasattr(value, "as_sql"):
            return super().get_db_prep_save(value, connection)
        return cipher().encrypt(str(value).encode()).decode()

    def from_db_value(self, value: str | None, expression: object, connection: BaseDatabaseWrapper) -> str | None:
        """Return the text behind a stored token. Raises `NoKeyFitsError`."""
        return decrypt(value, column=column_name(self)) if value else value

    def get_lookup(self, lookup_name: str) -> Any:  # Any: as Django declares it
        """Allow `isnull` and refuse every other comparison."""
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{column_name(self)} is encrypted and cannot be searched. Search its fingerprint instead.")

    def get_transform(self, lookup_name: str) -> Any:  # Any: as Django declares it
        """Refuse to compute with tokens."""
        raise FieldError(f"{column_name(self)} is encrypted and cannot be searched. Search its fingerprint instead.")


class FingerprintField(models.CharField[str, str]):
    """Keyed fingerprint of other fields of the row (`of`), for searches by equality over encrypted ones.

    It is computed at every save of the field; when the last field of `of` is empty, it is empty too.
    """

    description = "Keyed fingerprint of other fields"

    def __init__(self, *args: Any, of: Iterable[str] = (), **kwargs: Any) -> None:  # Any: as Django declares it
        self.of = tuple(of)
        kwargs.update(max_length=64, blank=True, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:  # Any: as Django declares it
        """Describe the field for migrations."""
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "blank", "editable"):
            kwargs.pop(fixed, None)
        return name, path, args, {**kwargs, "of": list(self.of)}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Return the fingerprint under the newest key."""
        parts = [str(getattr(model_instance, name) or "") for name in self.of]
        value = fingerprints(*parts)[0] if parts[-1] else ""
        setattr(model_instance, self.attname, value)
        return value


def column_name(field: models.Field[Any, Any]) -> str:
    """Return `app.Model.field`, for messages."""
    return f"{field.model._meta.label}.{field.name}" if hasattr(field, "model") else "an encrypted column"


def encrypted_fields(model: type[models.Model]) -> list[str]:
    """Return the names of the encrypted fields of `model`."""
    return [field.name for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]


def fingerprint_fields(model: type[models.Model]) -> list[FingerprintField]:
    """Return the fingerprints of `model`."""
    return [field for field in model._meta.concrete_fields if isinstance(field, FingerprintField)]
