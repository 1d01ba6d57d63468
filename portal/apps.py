"""Django's entry for the portal app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Ground floor of the portal."""

    name = "portal"
    verbose_name = "Portal"
