"""The staff door: Django's admin under its own address and name."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig


class PortalAdminSite(AdminSite):
    """Admin site for staff; records with a state are shown, and moved only by actions that call services."""

    site_header = "Staff"
    site_title = "Staff"
    index_title = "Work"
    enable_nav_sidebar = False


class PortalAdminConfig(AdminConfig):
    """Makes `PortalAdminSite` the default admin site."""

    default_site = "portal.admin_site.PortalAdminSite"
