"""The form of the lines in the logs: one line each whatever it quotes, in UTC, and one for every error of ours."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from django.utils import timezone

FORGED = 'Kofi\r\n{"level": "error", "event": "forged"}\u2028\x1b[31m\x00'


class BrokenError(Exception):
    """What a view of these tests raises."""


@login_not_required
def breaks(request: HttpRequest) -> HttpResponse:
    """A view with an error of ours."""
    raise BrokenError(f"Wrong on purpose:\r\n{FORGED}")


urlpatterns = [path("breaks/", breaks), path("", include("portal.urls"))]
handler500 = "portal.views.errors.server_error"


Lines = Callable[[], list[str]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What is printed from now on, by the formatter that the settings configure; a server prints JSON."""
    formatters = [handler.formatter for handler in logging.getLogger().handlers]
    [configured] = [one for one in formatters if isinstance(one, structlog.stdlib.ProcessorFormatter)]
    assert isinstance(configured.processors[-1], structlog.processors.JSONRenderer)
    printed = io.StringIO()
    handler = logging.StreamHandler(printed)
    handler.setFormatter(configured)
    logging.getLogger().addHandler(handler)
    yield lambda: printed.getvalue().splitlines()
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("through", ["structlog", "standard library"])
def test_a_value_with_line_breaks_stays_one_line_and_is_read_back(lines: Lines, through: str):
    if through == "structlog":
        structlog.stdlib.get_logger("tests.events").warning("seen", value=FORGED)
    else:
        logging.getLogger("tests.events").warning("seen %s", FORGED)

    [line] = lines()
    assert line.isascii()
    assert line.isprintable()
    read = json.loads(line)
    assert (read["level"], read["logger"]) == ("warning", "tests.events")
    assert FORGED in {read.get("value"), read["event"].removeprefix("seen ")}


@pytest.mark.parametrize("zone", ["UTC", "Africa/Lagos", "America/St_Johns"])
def test_the_time_of_a_line_is_utc_whoever_reads_the_page(lines: Lines, zone: str):
    with timezone.override(ZoneInfo(zone)):
        before = timezone.now()
        structlog.stdlib.get_logger("tests.events").warning("seen")

    [line] = map(json.loads, lines())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["timestamp"])
    assert before.strftime("%Y-%m-%dT%H") == line["timestamp"][:13]
    assert settings.TIME_ZONE == "UTC"
    assert settings.USE_TZ is True


@pytest.mark.urls(__name__)
def test_an_error_of_ours_leaves_one_line_with_its_trace_and_the_id_that_the_page_shows(lines: Lines):
    answer = Client(raise_request_exception=False).get("/breaks/")

    [read] = [line for line in map(json.loads, lines()) if line["level"] in {"error", "critical"}]
    assert answer.status_code == 500
    assert read["request_id"] == answer["X-Request-ID"]
    assert answer["X-Request-ID"].encode() in answer.content
    assert "BrokenError" in read["exception"]
    assert b"BrokenError" not in answer.content
