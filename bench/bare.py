"""A bare Django application, the limit of the page where a report is checked: no app, no middleware, no template, no session.

It does what any such page must do: look the code up and note, durably, that somebody asked.
"""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path


def look_up(_request: HttpRequest, code: str) -> HttpResponse:
    """Answer with the number of the report."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, number FROM cvs_issuedreport WHERE url_code = %s", [code])
        key, number = cursor.fetchone()
        cursor.execute(
            "INSERT INTO cvs_verificationlookup (at, client, found, by_link, report_id)"
            " VALUES (now(), 'bare', true, true, %s)",
            [key],
        )
    return HttpResponse(number)


def hello(_request: HttpRequest) -> HttpResponse:
    """Answer without asking anything of anything else."""
    return HttpResponse("hello")


urlpatterns = [path("v/<str:code>/", look_up), path("hello/", hello)]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
settings.ROOT_URLCONF = __name__
settings.INSTALLED_APPS = []
settings.MIDDLEWARE = []
application = get_wsgi_application()
