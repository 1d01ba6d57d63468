"""Django's entry for the certification app."""

from django.apps import AppConfig


class CertificationConfig(AppConfig):
    """Certification."""

    name = "certification"
    verbose_name = "Certification"
