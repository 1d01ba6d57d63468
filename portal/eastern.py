"""Days as the organization counts them: fees, receipts and reports carry the date in Philadelphia, U.S. Eastern time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")


def eastern_date(at: datetime) -> date:
    """Return the U.S. Eastern calendar day of the aware datetime `at`."""
    return at.astimezone(EASTERN).date()
