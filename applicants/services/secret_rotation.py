"""Brings secrets of authenticator apps and recovery codes under the newest key; they lie inside a column of allauth."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from portal import encryption
from portal.rotation import Rotation, needs_rotation, opens

LABEL = "mfa.Authenticator"
SECRETS = ("secret", "seed")


def rotate_authenticators(*, batch: int, only_count: bool = False) -> Rotation:
    """Encrypt again what an older key wrote, as `portal.rotation.rotate` does for our own columns."""
    done, last = Rotation(), 0
    while (following := _rotate_batch(done, after=last, batch=batch, only_count=only_count)) is not None:
        last = following
    return done


@transaction.atomic
def _rotate_batch(done: Rotation, *, after: int, batch: int, only_count: bool) -> int | None:
    rows = list(Authenticator.objects.select_for_update().filter(pk__gt=after).order_by("pk")[:batch])
    done.seen += len(rows)
    for row in rows:
        tokens = {name: row.data[name] for name in SECRETS if name in row.data}
        if not all(opens(token) for token in tokens.values()):
            done.unreadable.append(str(row.pk))
        elif any(needs_rotation(token) for token in tokens.values()):
            done.rotated += 1
            if not only_count:
                row.data |= {name: encryption.cipher().rotate(token).decode() for name, token in tokens.items()}
                row.save(update_fields=["data"])
    return int(rows[-1].pk) if rows else None
