"""Says which admin site is the default; loaded before any model, so apart from the site itself."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Makes `PortalAdminSite` the default admin site."""

    default_site = "portal.admin_site.PortalAdminSite"
