"""What every page may print."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest


def organization(request: HttpRequest) -> Mapping[str, object]:
    """The organization that runs the portal: `name`, `address`, `email`, `phone`, `hours`."""
    return {"organization": settings.ORGANIZATION}
