"""Django's entry for the applicants app."""

from importlib import import_module

from django.apps import AppConfig


class ApplicantsConfig(AppConfig):
    """People."""

    name = "applicants"
    verbose_name = "People"

    def ready(self) -> None:
        """Hear of second factors that come and go."""
        # Models can be imported only now.
        signals = import_module("allauth.mfa.signals")
        events = import_module("applicants.services.sign_in_events")
        signals.authenticator_added.connect(events.second_factor_added)
        signals.authenticator_removed.connect(events.second_factor_removed)
