"""What public pages say of the times of status reports."""

from django.conf import settings

from cvs import times
from portal.promises import Promise, add

add(
    Promise("basket_days", lambda at: settings.BASKET_DAYS),
    Promise("report_business_days", lambda at: times.USUAL_BUSINESS_DAYS),
    Promise("report_weeks", lambda at: times.LONGEST_WEEKS),
    Promise("free_resend_days", lambda at: times.FREE_RESEND_DAYS),
)
