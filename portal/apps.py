"""Django's entry for the portal app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PortalConfig(AppConfig):
    """Ground floor of the portal."""

    name = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        """Hear from each app, and from uploads, what it holds of people and for how long (`privacy.py`), and which times it promises (`promises.py`)."""
        autodiscover_modules("privacy", "promises")
        import_module("portal.uploads.privacy")
