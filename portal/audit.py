"""The only writer of the audit log."""

from datetime import datetime

import structlog
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models

from portal.models import AuditEvent

READING = "portal.record_read"
SEARCH = "portal.list_searched"

Fact = str | int | bool | None


def actor_label(user: AbstractBaseUser | AnonymousUser) -> str:
    """Return how the audit log names a person: `user:<primary key>`, never a name or number."""
    return f"user:{user.pk}"


def role_label(user: AbstractBaseUser | AnonymousUser) -> str:
    """Return in what capacity a member of staff acts, in words that the person concerned may read."""
    role = str(getattr(user, "role", ""))
    return role.replace("_", " ") or "staff"


def person_path(model: type[models.Model]) -> str:
    """Return the look-up from a row of `model` to the key of the person it is about.

    `applicant_id` unless the model has a class attribute `audit_person`, such as "request__applicant_id"; an empty
    string when rows of `model` are about nobody.
    """
    named = getattr(model, "audit_person", None)
    return str(named) if named is not None else "applicant_id" if hasattr(model, "applicant_id") else ""


def person_of(subject: models.Model) -> int | None:
    """Return the key of the applicant whose record `subject` belongs to, or None."""
    path = person_path(type(subject))
    value: object = subject if path else None
    for name in path.split("__"):
        # A missing one-to-one row, such as the applicant of a staff account, is an AttributeError too.
        value = getattr(value, name, None)
    return value if isinstance(value, int) else None


def record(
    event: str,
    *,
    actor: str,
    subject: models.Model,
    at: datetime,
    reason: str = "",
    person: int | None = None,
    **facts: Fact,
) -> AuditEvent:
    """Write one event in the caller's transaction, so that an act and its record exist together or not at all.

    `event` is a namespaced verb, `actor` comes from `actor_label` or names a part of the system, `facts` are small and
    free of personal data. `person` is the key of the applicant concerned; found from `subject` when left out.
    """
    return _write(
        event,
        actor=actor,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        person=person if person is not None else person_of(subject),
        at=at,
        reason=reason,
        facts=facts,
    )


def record_reading(
    *, actor: str, subject: models.Model, purpose: str, at: datetime, person: int | None = None, role: str = "staff"
) -> AuditEvent:
    """Write that `actor`, in the capacity `role`, opened the restricted record `subject` for `purpose`.

    The person concerned reads `purpose` and `role` on the page of their own activity.
    """
    return record(READING, actor=actor, subject=subject, at=at, reason=purpose, person=person, role=role)


def record_search(*, actor: str, model: type[models.Model], rows: int, at: datetime, role: str = "staff") -> AuditEvent:
    """Write that `actor` searched the list of `model` and was shown `rows` rows; the words searched for are not kept."""
    return _write(
        SEARCH,
        actor=actor,
        subject_type=model._meta.label_lower,
        subject_id="",
        person=None,
        at=at,
        reason="",
        facts={"rows": rows, "role": role},
    )


def _write(
    event: str,
    *,
    actor: str,
    subject_type: str,
    subject_id: str,
    person: int | None,
    at: datetime,
    reason: str,
    facts: dict[str, Fact],
) -> AuditEvent:
    return AuditEvent.objects.create(
        event=event,
        actor=actor,
        at=at,
        subject_type=subject_type,
        subject_id=subject_id,
        person=person,
        reason=reason,
        facts=facts,
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )
