"""A visitor who follows every link, and asks each page again with parameters that nobody would type by accident."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.test import Client

from tests.hostile.addresses import template_of
from tests.support.access import rolled_back

# Control characters, other digits, broken encoding, numbers beyond any column, and the usual injections.
HOSTILE = (
    "%00", "%FF%FE", "-1", "9" * 40, "%D9%A3", "%27%22%3E%3Cscript%3E", "..%2F..%2Fetc%2Fpasswd", "%7B%7B7*7%7D%7D",
    "%0D%0ASet-Cookie:a=b", "https:%2F%2Fevil.example",
)  # fmt: skip
# For each page; the next page gets the next ones, and every visitor begins elsewhere.
VALUES_PER_PAGE = 3
# Of pages that differ only in their object, this many are enough.
MOST_PER_TEMPLATE = 2
_LEADS_OUT = ("mailto:", "tel:", "#")


class _Page(HTMLParser):
    """Collects where a page leads and what its forms ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fields: dict[str, set[str]] = defaultdict(set)
        self._action = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link, the start of a form, or a field of the form around it."""
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        elif tag == "form":
            self._action = values.get("action", "")
        elif tag in {"input", "select", "textarea", "button"} and values.get("name"):
            self.fields[self._action].add(values["name"])


@dataclass
class Crawl:
    """What one visitor found: the status of each path, and the names of form fields by path template.

    A `curious` one asks each page again with hostile values in the query string, beginning with the value `begin_with`.
    """

    client: Client
    curious: bool = True
    begin_with: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    fields: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    failed: list[str] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def start(self, *paths: str) -> "Crawl":
        """Visit `paths` and every page they lead to, within the portal."""
        waiting = deque(paths)
        while waiting:
            path = waiting.popleft()
            if path not in self.statuses:
                waiting.extend(self._visit(path))
        return self

    def _visit(self, path: str) -> list[str]:
        with rolled_back():
            response = self.client.get(path, follow=False)
        self.statuses[path] = response.status_code
        self._note(path, response.status_code)
        if response.headers.get("Location"):
            return self._own(path, [response.headers["Location"]])
        match = getattr(response, "resolver_match", None)
        template = template_of(match.route) if match else path
        self._seen[template] += 1
        if self._seen[template] > MOST_PER_TEMPLATE or "html" not in response.headers.get("Content-Type", ""):
            return []
        page = _Page()
        page.feed(response.content.decode())
        self._learn(template, path, page)
        if self.curious:
            self._torment(path)
        return self._own(path, page.links)

    def _learn(self, template: str, path: str, page: _Page) -> None:
        for action, names in page.fields.items():
            own = not action or urljoin(path, action) == path
            self.fields[template if own else urlsplit(urljoin(path, action)).path] |= names

    def _torment(self, path: str) -> None:
        parts = urlsplit(path)
        names = {name for name, _ in parse_qsl(parts.query)} or {"page", "next", "q"}
        for value in self._next_values():
            query = "&".join(f"{urlencode({name: ''})}{value}" for name in sorted(names))
            with rolled_back():
                response = self.client.get(f"{parts.path}?{query}")
            self._note(f"{parts.path}?{query}", response.status_code)

    def _next_values(self) -> list[str]:
        begin, self.begin_with = self.begin_with, self.begin_with + VALUES_PER_PAGE
        return [HOSTILE[number % len(HOSTILE)] for number in range(begin, begin + VALUES_PER_PAGE)]

    def _note(self, path: str, status: int) -> None:
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.failed.append(f"{path}: {status}")

    def _own(self, path: str, links: list[str]) -> list[str]:
        found = []
        for link in links:
            if link.startswith(_LEADS_OUT):
                continue
            parts = urlsplit(urljoin(f"http://testserver{path}", link))
            # Static files are another server's; here they are only names.
            if parts.netloc == "testserver" and not parts.path.startswith("/static/"):
                found.append(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        return found
