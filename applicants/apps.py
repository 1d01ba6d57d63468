"""Django's entry for the applicants app."""

from django.apps import AppConfig


class ApplicantsConfig(AppConfig):
    """People."""

    name = "applicants"
    verbose_name = "People"
