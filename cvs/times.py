"""How long a report takes, and how long it is sent again for nothing (R-CVS-8): said once, for every page."""

from datetime import timedelta

from portal.business_days import in_business_days

USUAL_BUSINESS_DAYS = 1
LONGEST_WEEKS = 2
LONGEST_WAY = timedelta(weeks=LONGEST_WEEKS)
FREE_RESEND_DAYS = 90
SOON = f"within {in_business_days(USUAL_BUSINESS_DAYS)}"
USUALLY = f"{SOON}, at most {LONGEST_WEEKS} weeks"
