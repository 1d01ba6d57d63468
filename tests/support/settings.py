"""The few settings that differ in tests, and why."""

from collections.abc import Iterator

import pytest
from django.conf import settings as portal_settings
from django.test import override_settings
from zeal.constants import initialize_app_registry
from zeal.patch import patch

# Makes queries repeated per row raise while a request is answered.
initialize_app_registry()
patch()

# Django's test setup puts another mail backend in place; ours is what the portal really does with mail.
_EMAIL_BACKEND = portal_settings.EMAIL_BACKEND


@pytest.fixture(scope="session", autouse=True)
def settings_for_tests(django_test_environment: None) -> Iterator[None]:
    """Mail goes to the portal's own outbox, static files need no manifest, and repeated queries raise.

    What is slow on purpose or once for a server, and would be so for each test, is quick: passwords, and the list of all
    static files. These are served from their sources, so that no test depends on another one having collected them.
    """
    with override_settings(
        EMAIL_BACKEND=_EMAIL_BACKEND,
        # Django reads a session again to delete it.
        ZEAL_ALLOWLIST=[{"model": "sessions.Session", "field": "get()"}],
        MIDDLEWARE=["zeal.middleware.zeal_middleware", *portal_settings.MIDDLEWARE],
        PASSWORD_HASHERS=["tests.support.passwords.QuickArgon2Hasher", *portal_settings.PASSWORD_HASHERS[1:]],
        WHITENOISE_AUTOREFRESH=True,
        WHITENOISE_USE_FINDERS=True,
        STORAGES=portal_settings.STORAGES
        | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
    ):
        yield
