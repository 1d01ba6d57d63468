"""Tags and filters of every template, loaded as built-ins by the settings."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.forms import BoundField
from django.forms.widgets import Input, Select, Textarea, Widget
from django.template import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from portal.eastern import EASTERN
from portal.money import format_cents

register = template.Library()

# The design system hides the real boxes and draws its own beside the label.
CONTROL_CLASSES: Mapping[str, str] = {"checkbox": "usa-checkbox__input", "radio": "usa-radio__input"}
UNSTYLED_INPUTS = frozenset({"file", "hidden"})
STATUS_TONES = frozenset({"done", "progress", "action", "todo", "locked"})
EIGHT_DIGITS = re.compile(r"\d{8}", re.ASCII)


@cache
def _icons() -> Mapping[str, str]:
    """Name → shapes, read once from what assets/build.py wrote."""
    path = finders.find("build/icons.json")
    if not path:
        raise ImproperlyConfigured("static/build/icons.json is missing. Run: python assets/build.py")
    drawings: dict[str, str] = json.loads(Path(path).read_text())
    return drawings


@register.simple_tag
def icon(name: str) -> SafeString:
    """Print the design system's icon `name` inline; decorative, so the words beside it must say the same.

    Raises KeyError for a name that assets/icons.txt does not list.
    """
    shapes = mark_safe(_icons()[name])  # noqa: S308 (drawings from the pinned package, none from a person)
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">{}</svg>',
        shapes,
    )


@register.simple_tag
def status(tone: str, label: str) -> SafeString:
    """Print a status chip: a word and a shape. `tone` is done, progress, action, todo or locked; ValueError otherwise."""
    if tone not in STATUS_TONES:
        raise ValueError(f"No status tone is called {tone!r}; there are {', '.join(sorted(STATUS_TONES))}")
    return format_html('<span class="status status--{}">{}</span>', tone, label)


@register.filter
def money(cents: int) -> str:
    """6600 → `$66.00`."""
    return format_cents(cents)


@register.filter
def identification_number(number: str) -> str:
    """Eight digits as printed everywhere, `d-ddd-ddd-d` (rule R-ID-3); anything else unchanged."""
    text = str(number)
    if not EIGHT_DIGITS.fullmatch(text):
        return text
    return f"{text[0]}-{text[1:4]}-{text[4:7]}-{text[7]}"


@register.filter(name="when")
def when_text(moment: datetime, zone_name: str | None = None) -> str:
    """A moment in the person's own zone first: `June 4, 2026, 5:12 PM in Lagos (12:12 PM ET)`.

    `moment` is aware; `zone_name` is an IANA name such as `Africa/Lagos`. Without one, or in the Eastern zone itself,
    only the Eastern time is said. The date is repeated where it differs.
    """
    eastern = moment.astimezone(EASTERN)
    if not zone_name or zone_name in {EASTERN.key, "UTC"}:
        return f"{_date(eastern)}, {_time(eastern)} ET"
    local = moment.astimezone(ZoneInfo(zone_name))
    there = _time(eastern) if local.date() == eastern.date() else f"{_date(eastern)}, {_time(eastern)}"
    return f"{_date(local)}, {_time(local)} in {_place(zone_name)} ({there} ET)"


@register.filter
def day(moment: datetime, zone_name: str | None = None) -> str:
    """The date of a moment in the person's zone, Eastern without one: `June 4, 2026`."""
    return _date(moment.astimezone(ZoneInfo(zone_name) if zone_name else EASTERN))


def _date(moment: datetime) -> str:
    return f"{moment:%B} {moment.day}, {moment.year}"


def _time(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M} {moment:%p}"


def _place(zone_name: str) -> str:
    return zone_name.rpartition("/")[2].replace("_", " ")


@register.simple_tag(takes_context=True)
def when(context: RequestContext, moment: datetime) -> SafeString:
    """Print a moment as a `time` element in the zone of the signed-in person (see the filter of the same name)."""
    # A template included with `only` has the request on its context, not in it.
    request = context.get("request") or getattr(context, "request", None)
    user = getattr(request, "user", None)
    # Staff and strangers have no applicant behind them and read Eastern time.
    zone_name = getattr(getattr(user, "applicant", None), "time_zone", None)
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), when_text(moment, zone_name))


@register.simple_tag(takes_context=True)
def nav_current(context: RequestContext, *url_names: str) -> SafeString:
    """Print ` aria-current="page"` where the page shown is one of `url_names`."""
    match = getattr(context.get("request"), "resolver_match", None)
    return mark_safe(' aria-current="page"') if match and match.url_name in url_names else mark_safe("")


@register.simple_tag(takes_context=True)
def nav_section(context: RequestContext, *beginnings: str) -> SafeString:
    """Print ` aria-current="page"` where the path of the page shown begins with one of `beginnings`.

    A page that belongs to another section than its own address says so with `menu_path` in its context.
    """
    path = str(context.get("menu_path") or getattr(context.get("request"), "path", ""))
    return mark_safe(' aria-current="page"') if path.startswith(beginnings) else mark_safe("")


@register.simple_tag
def organization_facts() -> Mapping[str, str]:
    """Name, address, e-mail, phone and hours of the organization, for pages and messages without a request."""
    facts: Mapping[str, str] = settings.ORGANIZATION
    return facts


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Print the input of `field` with the design system's class and without a placeholder."""
    widget = field.field.widget
    classes = f"{_control_class(widget)} {widget.attrs.get('class', '')}".strip()
    return field.as_widget(attrs={"class": classes or False, "placeholder": False})


def _control_class(widget: Widget) -> str:
    if isinstance(widget, Input):
        kind = widget.input_type or ""
        return "" if kind in UNSTYLED_INPUTS else CONTROL_CLASSES.get(kind, "usa-input")
    if isinstance(widget, Textarea):
        return "usa-textarea"
    # Radio and checkbox groups are selects to Django, but print themselves.
    return "usa-select" if type(widget).__name__ != "RadioSelect" and isinstance(widget, Select) else ""
