"""Objects of the double, in memory, oldest forgotten first."""

import secrets
import string
from collections.abc import Iterator
from typing import Any

# Any: these are JSON documents of Stripe's API, hundreds of fields deep. `shapes` holds them to the SDK's classes.
JsonObject = dict[str, Any]

_ID_CHARACTERS = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """Return a fresh id such as `pi_3Nx…`: `prefix`, an underscore and `length` random characters."""
    return f"{prefix}_" + "".join(secrets.choice(_ID_CHARACTERS) for _ in range(length))


class Store:
    """Every object by kind (its `object` field) and id, at most `limit` of each kind."""

    def __init__(self, limit: int = 50_000) -> None:
        self._limit = limit
        self._kinds: dict[str, dict[str, JsonObject]] = {}
        self._kind_of: dict[str, str] = {}

    def put(self, document: JsonObject) -> JsonObject:
        """Keep `document` (which has `id` and `object`) and return it; the oldest of its kind may be forgotten."""
        kind = self._kinds.setdefault(document["object"], {})
        kind[document["id"]] = document
        self._kind_of[document["id"]] = document["object"]
        if len(kind) > self._limit:
            oldest = next(iter(kind))
            self.remove(oldest)
        return document

    def remove(self, object_id: str) -> None:
        """Forget an object; unknown ids are ignored."""
        kind = self._kind_of.pop(object_id, None)
        if kind is not None:
            del self._kinds[kind][object_id]

    def find(self, object_id: str | None) -> JsonObject | None:
        """Return the object with this id, whatever its kind, or None."""
        kind = self._kind_of.get(object_id) if object_id else None
        return self._kinds[kind][object_id] if kind and object_id else None

    def find_kind(self, kind: str, object_id: str | None) -> JsonObject | None:
        """Return the object of this `kind` with this id, or None."""
        return self._kinds.get(kind, {}).get(object_id) if object_id else None

    def newest_first(self, kind: str) -> Iterator[JsonObject]:
        """Yield all objects of `kind`, the last created first."""
        yield from reversed(list(self._kinds.get(kind, {}).values()))

    def counts(self) -> dict[str, int]:
        """Return how many objects there are of each kind."""
        return {kind: len(documents) for kind, documents in sorted(self._kinds.items())}

    def clear(self) -> None:
        """Forget everything."""
        self._kinds.clear()
        self._kind_of.clear()
