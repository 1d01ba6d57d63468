"""Forms of the ground floor."""

from portal.forms.messages import MessagePreferencesForm

__all__ = ["MessagePreferencesForm"]
