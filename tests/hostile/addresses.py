"""Every address of the portal as an OpenAPI description, so that a fuzzer knows where to aim."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# Names that pages of ours, django-allauth and the admin read from the query string.
QUERY_NAMES = (
    "next", "page", "q", "p", "o", "all", "e", "school", "year", "day", "month", "country", "search", "code", "_popup", "_to_field", "_facets",
    "_changelist_filters", "state", "event", "is_staff", "id__exact", "model_name", "term", "app_label", "field_name",
)  # fmt: skip
# Longer texts are refused before they reach a page (DATA_UPLOAD_MAX_MEMORY_SIZE) and have tests of their own.
_TEXT: dict[str, Any] = {"type": "string", "maxLength": 400}
_ROUTE_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_REGEX_PARAMETER = re.compile(r"\(\?P<(\w+)>[^)]*\)")


def path_templates() -> list[str]:
    """Return each address with its parameters in braces, such as /reports/{reference}/, without duplicates."""
    return sorted({template_of(route) for route in _routes(get_resolver().url_patterns, "")})


def describe(templates: list[str], known: Sequence[str], fields: Mapping[str, set[str]]) -> dict[str, Any]:
    """Return an OpenAPI 3.1 description of GET and POST on each path template.

    `known` are parts of addresses that exist: half of what is drawn is one of them, so that requests get past the
    look-up. `fields` are the names of form fields by path template; other addresses get a made-up field.
    """
    return {
        "openapi": "3.1.0",
        "info": {"title": "portal", "version": "1"},
        "paths": {template: _operations(template, known, fields.get(template, {"field"})) for template in templates},
    }


def template_of(route: str) -> str:
    """Return a route of Django's, made of paths and regular expressions, as a path template."""
    text = _REGEX_PARAMETER.sub(r"{\1}", _ROUTE_PARAMETER.sub(r"{\1}", route))
    return "/" + text.replace("^", "").replace("$", "").replace("\\", "")


def _routes(patterns: Sequence[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route


def _operations(template: str, known: Sequence[str], fields: set[str]) -> dict[str, Any]:
    part = {"anyOf": [{"enum": list(known)}, {**_TEXT, "minLength": 1}]}
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": part} for name in re.findall(r"{(\w+)}", template)
    ] + [{"name": name, "in": "query", "schema": _TEXT} for name in QUERY_NAMES]
    body = {
        "type": "object",
        "properties": dict.fromkeys(sorted(fields), _TEXT),
        "required": sorted(fields),
        "additionalProperties": False,
    }
    answers = {"200": {"description": "a page"}}
    return {
        "parameters": parameters,
        "get": {"responses": answers},
        "post": {
            "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": body}}, "required": True},
            "responses": answers,
        },
    }
