"""Django's entry for the cvs app; connects the one signal that travels upwards."""

from django.apps import AppConfig


class CvsConfig(AppConfig):
    """Certification verification service: status reports."""

    name = "cvs"
    verbose_name = "Status reports"
