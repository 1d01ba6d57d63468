"""Forms of the ground floor."""

from portal.forms.messages import MessagePreferencesForm
from portal.forms.newsletter import IssueForm, ScheduleForm, SignUpForm

__all__ = ["IssueForm", "MessagePreferencesForm", "ScheduleForm", "SignUpForm"]
