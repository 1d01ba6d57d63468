"""Every address of the portal, with something in each of its places, and what its pages hold."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter
from django.urls.resolvers import RoutePattern

PLACE_HOLDER = "x"


@dataclass(frozen=True)
class Address:
    """One address: its name, its view, and its path with `values` in its places."""

    name: str
    path: str
    pattern: URLPattern

    @property
    def is_csrf_exempt(self) -> bool:
        """Whether the view takes forms without a token."""
        return bool(getattr(self.pattern.callback, "csrf_exempt", False))


def every_address(text: str = PLACE_HOLDER) -> list[Address]:
    """Each address once, `text` standing in every place that takes text."""
    return list(_addresses(get_resolver().url_patterns, "/", "", text))


def _addresses(patterns: list[URLPattern | URLResolver], start: str, space: str, text: str) -> Iterator[Address]:
    for pattern in patterns:
        path = f"{start}{_filled(pattern, text)}"
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else space
            yield from _addresses(pattern.url_patterns, path, inner, text)
        else:
            yield Address(f"{space}{pattern.name}", path, pattern)


def _filled(pattern: URLPattern | URLResolver, text: str) -> str:
    if not isinstance(pattern.pattern, RoutePattern):
        # Regular expressions: the last resort of the admin, and the language codes that are not in use.
        return "" if isinstance(pattern, URLResolver) else f"{text}/"
    route = str(pattern.pattern)
    for name, converter in pattern.pattern.converters.items():
        value = text
        if isinstance(converter, IntConverter):
            value = "1"
        elif isinstance(converter, UUIDConverter):
            value = str(uuid.UUID(int=1))
        start = next(at for at in range(len(route)) if route[at] == "<" and f"{name}>" in route[at:])
        end = route.index(">", start)
        route = f"{route[:start]}{value}{route[end + 1 :]}"
    return route


@dataclass
class Form:
    """A form of a page: where it goes, how, and its fields with their values."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """Reads the forms of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, or a field of the last one."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get").lower()))
        elif tag in {"input", "textarea", "select", "button"} and self.forms and values.get("name"):
            self.forms[-1].fields.setdefault(values["name"], values.get("value", ""))


def stored(*besides: str) -> dict[str, int | str]:
    """What the database holds, table by table, `besides` left out (labels): equal before and after means no change."""
    return {
        model._meta.label: repr(sorted(map(repr, model._default_manager.values_list())))
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label not in besides and issubclass(model, models.Model)
    }
