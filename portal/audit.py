"""The only writer of the audit log."""

from datetime import datetime

import structlog
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models

from portal.models import AuditEvent


def actor_label(user: AbstractBaseUser | AnonymousUser) -> str:
    """Return how the audit log names a person: `user:<primary key>`, never a name or number."""
    return f"user:{user.pk}"


def record(
    event: str, *, actor: str, subject: models.Model, at: datetime, reason: str = "", **facts: str | int | bool | None
) -> AuditEvent:
    """Write one event in the caller's transaction, so that an act and its record exist together or not at all.

    `event` is a namespaced verb, `actor` comes from `actor_label` or names a part of the system, `facts` are small and
    free of personal data.
    """
    return AuditEvent.objects.create(
        event=event,
        actor=actor,
        at=at,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        reason=reason,
        facts=facts,
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )
