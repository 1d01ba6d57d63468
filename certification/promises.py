"""What public pages say of the times of certification."""

from datetime import datetime

import structlog
from django.conf import settings

from certification.rules.table_files import shipped_tables
from certification.rules.tables import UnknownThresholdError
from certification.services.certificates import candidates
from certification.services.verification import waiting
from portal.eastern import eastern_date
from portal.promises import Promise, add

logger = structlog.get_logger(__name__)


def _weeks(at: datetime) -> int:
    """Return the weeks until a certificate is issued; a gap in the tables of staff takes no public page away."""
    try:
        return candidates.usual_weeks(at=at)
    except UnknownThresholdError as error:
        logger.warning("promise_without_a_threshold", error=str(error))
        return _shipped_weeks(at)


def _shipped_weeks(at: datetime) -> int:
    return shipped_tables().number(candidates.WEEKS_TO_ISSUE, eastern_date(at))


add(
    Promise("application_draft_days", lambda at: settings.APPLICATION_DRAFT_DAYS),
    Promise(
        "school_days",
        lambda at: waiting.most_answer_within(at=at),
        otherwise=lambda at: waiting.REPORTED_DAYS,
    ),
    Promise(
        "certificate_weeks",
        _weeks,
        otherwise=_shipped_weeks,
    ),
)
