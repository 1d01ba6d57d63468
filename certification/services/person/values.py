"""Days as PostgreSQL writes them into JSON."""

from datetime import date, datetime

from portal.eastern import eastern_date


def day(text: str | None) -> date | None:
    """Return the day of `2025-03-01`; None for null."""
    return date.fromisoformat(text) if text else None


def local_day(text: str | None) -> date | None:
    """Return the US Eastern day of a time with zone; None for null."""
    return eastern_date(datetime.fromisoformat(text)) if text else None
