"""Kinds of holds."""

from django.db import models


class HoldKind(models.TextChoices):
    """Why services stop for a person."""

    DEBIT_BALANCE = "debit_balance", "Amount owed"
    IRREGULAR_BEHAVIOR = "irregular_behavior", "Irregular behavior case"
    STAFF = "staff", "Staff decision"
