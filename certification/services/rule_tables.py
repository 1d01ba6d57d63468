"""The thresholds, seasons and limits that are in force."""

from certification.rules.table_files import shipped_tables
from certification.rules.tables import RuleTables


def current_tables() -> RuleTables:
    """Return the tables with which everything is judged now."""
    return shipped_tables()
