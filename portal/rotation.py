"""Moves encrypted columns from older keys to the newest one, batch by batch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.fernet import InvalidToken
from django.db import models, transaction
from django.db.models.functions import Cast

from portal.encryption import cipher, encrypted_fields, fingerprint_fields, newest_cipher

STORED = "stored_{}"
# Secrets inside columns of packages, by what they are: called with `batch` and `only_count` as `rotate` is.
ELSEWHERE: dict[str, Callable[..., "Rotation"]] = {}


@dataclass
class Rotation:
    """What one run over a table did: rows looked at, rows written (or to be written), keys of rows no key opens."""

    seen: int = 0
    rotated: int = 0
    unreadable: list[str] = field(default_factory=list)


def rotate(model: type[models.Model], *, batch: int, only_count: bool = False) -> Rotation | None:
    """Encrypt again, under the newest key, what an older one wrote in `model`; None for a model without such columns.

    Each batch is one transaction that locks its rows, so that nothing written meanwhile is lost. Rows that no key opens
    stay as they are and are reported. With `only_count` nothing is written.
    """
    if not encrypted_fields(model):
        return None
    done = Rotation()
    last = _rotate_batch(model, done, after=None, batch=batch, only_count=only_count)
    while last is not None:
        last = _rotate_batch(model, done, after=last, batch=batch, only_count=only_count)
    return done


@transaction.atomic
def _rotate_batch(model: type[models.Model], done: Rotation, *, after: object, batch: int, only_count: bool) -> object:
    """Work on the next `batch` rows after the primary key `after`; returns the last key, or None at the end."""
    rows = model._default_manager.order_by("pk")
    following = rows if after is None else rows.filter(pk__gt=after)
    keys = list(following.select_for_update().values_list("pk", flat=True)[:batch])
    tokens = _tokens(model, keys)
    done.seen += len(keys)
    readable = [key for key in keys if all(opens(token) for token in tokens[key])]
    done.unreadable += [str(key) for key in keys if key not in set(readable)]
    for row in model._default_manager.filter(pk__in=readable).order_by("pk"):
        if any(needs_rotation(token) for token in tokens[row.pk]) or _has_old_fingerprint(row):
            done.rotated += 1
            if not only_count:
                row.save(update_fields=[*encrypted_fields(model), *(field.name for field in fingerprint_fields(model))])
    return keys[-1] if keys else None


def _tokens(model: type[models.Model], keys: Sequence[object]) -> Mapping[object, list[str]]:
    """Return the stored tokens of each row, as they are."""
    # As plain text, or the field would open what is read.
    stored = {STORED.format(name): Cast(name, models.TextField()) for name in encrypted_fields(model)}
    rows = model._default_manager.filter(pk__in=keys).annotate(**stored).values("pk", *stored)
    return {row["pk"]: [row[name] for name in stored if row[name]] for row in rows}


def _has_old_fingerprint(row: models.Model) -> bool:
    fields = fingerprint_fields(type(row))
    before = [getattr(row, field.attname) for field in fields]
    return before != [field.pre_save(row, add=False) for field in fields]


def opens(token: str) -> bool:
    """Tell whether any key in force opens `token`."""
    try:
        cipher().decrypt(token)
    except InvalidToken:
        return False
    return True


def needs_rotation(token: str) -> bool:
    """Tell whether the newest key alone does not open `token`."""
    try:
        newest_cipher().decrypt(token)
    except InvalidToken:
        return True
    return False
