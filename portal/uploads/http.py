"""Pages that show page images: the one exception to "images from ourselves only"."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

Rest = ParamSpec("Rest")


def shows_page_images(
    view: Callable[Concatenate[HttpRequest, Rest], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]:
    """Let the page that `view` answers with load images from the origin of uploads; use it on no other page."""

    @wraps(view)
    def with_images(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        allowed = csp_update({"img-src": [SELF, settings.UPLOADS_ORIGIN]})
        response: HttpResponseBase = allowed(view)(request, *args, **kwargs)
        return response

    return with_images
