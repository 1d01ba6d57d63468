"""Builders for constraints that many models share."""

from django.db import models
from django.db.models import Q


def both_or_neither(table: str, first: str, second: str) -> models.CheckConstraint:
    """Return a constraint: columns `first` and `second` are both empty or both filled (an act has a time and an actor)."""
    filled = Q(**{f"{first}__isnull": False, f"{second}__isnull": False})
    empty = Q(**{f"{first}__isnull": True, f"{second}__isnull": True})
    return models.CheckConstraint(condition=filled | empty, name=f"{table}_{first}_{second}_both")


def state_is_known(table: str, field: str, values: list[str]) -> models.CheckConstraint:
    """Return a constraint: `field` holds one of `values`."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=f"{table}_{field}_known")


def filled_exactly_in(table: str, field: str, column: str, values: list[str]) -> models.CheckConstraint:
    """Return a constraint: `column` is filled exactly when `field` is one of `values`."""
    inside = Q(**{f"{field}__in": values})
    filled = Q(**{f"{column}__isnull": False})
    return models.CheckConstraint(
        condition=(inside & filled) | (~inside & ~filled), name=f"{table}_{column}_by_{field}"
    )
