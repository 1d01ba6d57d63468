"""A person's browser without a screen: opens pages, reads text, fills in and submits the forms that are there."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from sandbox.process import PATIENCE_SECONDS

_SILENT = {"script", "style", "head"}


class PageError(RuntimeError):
    """A page is not what a person would need at this point; the text says what it shows instead."""


@dataclass(frozen=True)
class Field:
    """One input of a form; `label` is the text of the label around a check box, `on` whether a box is ticked."""

    name: str
    value: str
    kind: str
    on: bool
    label: str


@dataclass
class Form:
    """One form of a page: where it goes and its inputs in order."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)

    def names(self) -> set[str]:
        """Names of all inputs."""
        return {item.name for item in self.fields}

    def defaults(self) -> list[tuple[str, str]]:
        """What a browser sends when nothing is touched."""
        return [(item.name, item.value) for item in self.fields if item.kind not in {"checkbox", "radio"} or item.on]


@dataclass(frozen=True)
class Page:
    """A page as it arrived: address after redirects, status, its text with single spaces, and its forms."""

    url: str
    status: int
    text: str
    forms: list[Form]

    def form_with(self, name: str) -> Form:
        """The first form that has an input of this name. Raises `PageError` when there is none."""
        for form in self.forms:
            if name in form.names():
                return form
        raise PageError(f"{self.url} ({self.status}) has no form with “{name}”. It says: {self.excerpt()}")

    def excerpt(self) -> str:
        """The beginning of the text, for error messages."""
        return self.text[:600]


class Visitor:
    """Keeps cookies and follows redirects from page to page; `page` is the one that is open."""

    def __init__(self) -> None:
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))
        self.page = Page("", 0, "", [])

    def open(self, address: str) -> Page:
        """Open an address, relative to the current page, and return what arrived, whatever its status."""
        return self._request(Request(urljoin(self.page.url, address)))  # noqa: S310 - addresses of our own stack

    def submit(self, form: Form, values: dict[str, str] | None = None) -> Page:
        """Submit a form of the current page with `values` in place of what its inputs hold, and return the next page."""
        changed = values or {}
        sent = [(name, value) for name, value in form.defaults() if name not in changed] + list(changed.items())
        address = urljoin(self.page.url, form.action or self.page.url)
        headers = {"Referer": self.page.url, "Origin": "/".join(self.page.url.split("/")[:3])}
        if form.method == "get":
            return self._request(Request(f"{address}?{urlencode(sent)}", headers=headers))  # noqa: S310 - as above
        return self._request(Request(address, data=urlencode(sent).encode(), headers=headers))  # noqa: S310 - as above

    def _request(self, request: Request) -> Page:
        try:
            with self._opener.open(request, timeout=PATIENCE_SECONDS) as answer:
                url, status, body = answer.url, answer.status, answer.read()
        except HTTPError as error:
            with error:
                url, status, body = error.url, error.code, error.read()
        reader = _Reader()
        reader.feed(body.decode("utf-8", "replace"))
        self.page = Page(url, status, " ".join(" ".join(reader.words).split()), reader.forms)
        return self.page


class _Reader(HTMLParser):
    """Collects words and forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.forms: list[Form] = []
        self._silent = 0
        self._form: Form | None = None
        self._label: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and inputs."""
        values = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent += 1
        elif tag == "form":
            self._form = Form(values.get("action", ""), values.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "label":
            self._label = []
        elif tag == "input" and self._form is not None and values.get("name"):
            kind = values.get("type", "text")
            value = values.get("value", "on" if kind == "checkbox" else "")
            self._form.fields.append(Field(values["name"], value, kind, "checked" in values, ""))

    def handle_endtag(self, tag: str) -> None:
        """Give the words of a label to the box inside it."""
        if tag in _SILENT:
            self._silent -= 1
        elif tag == "form":
            self._form = None
        elif tag == "label" and self._form is not None and self._form.fields:
            last = self._form.fields[-1]
            if last.kind in {"checkbox", "radio"} and not last.label:
                label = re.sub(r"\s+", " ", " ".join(self._label)).strip()
                self._form.fields[-1] = Field(last.name, last.value, last.kind, last.on, label)

    def handle_data(self, data: str) -> None:
        """Keep what a person can read."""
        if not self._silent:
            self.words.append(data)
            self._label.append(data)
