"""Files of rows that others send: results of examinations, notes of schools, titles of degrees."""

from django.db import models

from portal.states import Machine, Owner


class ImportKind(models.TextChoices):
    """What a file is a list of."""

    SPONSOR_NOTES = "sponsor_notes", "Sponsor notes of schools"
    DEGREE_TITLES = "degree_titles", "Titles of degrees"
    USMLE_RESULTS = "usmle_results", "USMLE results"
    OET_RESULTS = "oet_results", "OET Medicine results"


class ImportState(models.TextChoices):
    """States of a file."""

    UPLOADED = "uploaded", "Waiting to be checked"
    CHECKING = "checking", "Being checked"
    READY = "ready", "Ready to be accepted"
    FAULTY = "faulty", "Has faults"
    ACCEPTED = "accepted", "Accepted, being written"
    APPLIED = "applied", "Written"
    DISCARDED = "discarded", "Discarded"


IMPORT_MACHINE: Machine[ImportState] = Machine(
    name="File import",
    moves={
        ImportState.UPLOADED: frozenset({ImportState.CHECKING, ImportState.DISCARDED}),
        ImportState.CHECKING: frozenset({ImportState.READY, ImportState.FAULTY, ImportState.DISCARDED}),
        ImportState.READY: frozenset({ImportState.ACCEPTED, ImportState.DISCARDED}),
        # What was missing may be there later, such as a person who had not registered.
        ImportState.FAULTY: frozenset({ImportState.UPLOADED, ImportState.DISCARDED}),
        # The data changed between the check and the writing: the file is checked again.
        ImportState.ACCEPTED: frozenset({ImportState.APPLIED, ImportState.UPLOADED}),
        ImportState.APPLIED: frozenset(),
        ImportState.DISCARDED: frozenset(),
    },
    owners={
        ImportState.UPLOADED: Owner.SYSTEM,
        ImportState.CHECKING: Owner.SYSTEM,
        ImportState.READY: Owner.STAFF,
        ImportState.FAULTY: Owner.STAFF,
        ImportState.ACCEPTED: Owner.SYSTEM,
        ImportState.APPLIED: Owner.NOBODY,
        ImportState.DISCARDED: Owner.NOBODY,
    },
)


class RowOutcome(models.TextChoices):
    """What the check found for one row."""

    NEW = "new", "New"
    CHANGED = "changed", "Changes a record"
    SAME = "same", "On record already"
    REJECTED = "rejected", "Rejected"
