"""What public pages say of the times of certification."""

from django.conf import settings

from certification.rules.table_files import shipped_tables
from certification.services.certificates import candidates
from certification.services.verification import waiting
from portal.eastern import eastern_date
from portal.promises import Promise, add

add(
    Promise("application_draft_days", lambda at: settings.APPLICATION_DRAFT_DAYS),
    Promise(
        "school_days",
        lambda at: waiting.most_answer_within(at=at),
        otherwise=lambda at: waiting.REPORTED_DAYS,
    ),
    Promise(
        "certificate_weeks",
        lambda at: candidates.usual_weeks(at=at),
        otherwise=lambda at: shipped_tables().number(candidates.WEEKS_TO_ISSUE, eastern_date(at)),
    ),
)
