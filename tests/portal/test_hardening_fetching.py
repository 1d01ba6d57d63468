"""Nothing that a person writes makes the portal fetch anything (SSRF), and nobody but the named modules goes out at all."""

import ast
import re
from pathlib import Path

import pytest
from weasyprint.css.tokens import InvalidValues

from portal import pdf

ROOT = Path(__file__).resolve().parents[2]
SECRET = "secret-of-this-machine"

# Who may open a connection, and to what; each takes its address from the settings, never from a person.
GOES_OUT = {
    "payments/gateway.py": {"requests", "stripe"},
    "portal/smtp.py": {"smtplib"},
    "portal/uploads/clamav.py": {"socket"},
    "portal/cache.py": {"redis"},
}
CLIENTS = {
    "aiohttp",
    "boto3",
    "ftplib",
    "http.client",
    "httpx",
    "imaplib",
    "paramiko",
    "redis",
    "requests",
    "smtplib",
    "socket",
    "stripe",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "xmlrpc",
}


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    """A file on this machine that no document may hold."""
    file = tmp_path / "secret.txt"
    file.write_text(SECRET)
    return file


def places(url: str) -> dict[str, str]:
    """`url` in every place of a document from which WeasyPrint loads something."""
    return {
        "picture": f'<img src="{url}" alt="x">',
        "picture-set": f'<img srcset="{url} 2x" src="{url}" alt="x">',
        "object": f'<object data="{url}"></object>',
        "embed": f'<embed src="{url}">',
        "style-sheet": f'<link rel="stylesheet" href="{url}">',
        "attachment": f'<link rel="attachment" href="{url}">',
        "attached-link": f'<a rel="attachment" href="{url}">x</a>',
        "import": f'<style>@import url("{url}");</style>',
        "background": f'<p style="background: url({url})">x</p>',
        "content": f'<style>p::before {{ content: url("{url}") }}</style><p>x</p>',
        "list-mark": f'<ul style="list-style-image: url({url})"><li>x</li></ul>',
        "font": f'<style>@font-face {{ font-family: F; src: url("{url}") }} p {{ font-family: F }}</style><p>x</p>',
        "vector": f'<svg width="9" height="9"><image href="{url}" width="9" height="9"/></svg>',
        "vector-use": f'<svg width="9" height="9"><use href="{url}#x"/></svg>',
        "base": f'<base href="{url}"><img src="x.png" alt="x">',
    }


URLS = {
    "http": "http://127.0.0.1:9/x",
    "https": "https://portal.example/x",
    "link-local": "http://169.254.169.254/latest/meta-data/",
    "file": "file:///etc/passwd",
    "file-host": "file://localhost/etc/passwd",
    "data": "data:text/css;base64,cHtjb2xvcjpyZWR9",
    "ftp": "ftp://127.0.0.1/x",
    "no-scheme": "//127.0.0.1/x",
    "relative": "/etc/passwd",
    "gopher": "gopher://127.0.0.1:6379/_FLUSHALL",
    "font-outside": "portal-font:../../../../etc/passwd",
}


# Every place with the addresses that matter most, every address in the places that load by ways of their own.
TRIED = [
    pytest.param(place, url, id=f"{place}-{kind}")
    for place in places("x")
    for kind, url in URLS.items()
    if kind in {"link-local", "file"} or place in {"picture", "attachment", "import"}
]


@pytest.mark.parametrize(("place", "url"), TRIED)
def test_a_document_loads_nothing_from_anywhere(place: str, url: str, monkeypatch: pytest.MonkeyPatch):
    given = []
    fetch = pdf.OwnFontsOnly.fetch

    def noted(fetcher, address, *args, **kwargs):
        answer = fetch(fetcher, address, *args, **kwargs)
        given.append(address)
        return answer

    monkeypatch.setattr(pdf.OwnFontsOnly, "fetch", noted)

    made = printed(places(url)[place])

    assert [address for address in given if not address.startswith("portal-font:PublicSans")] == []
    assert made is None or (b"root:" not in made and b"/EmbeddedFile" not in made)


def printed(body: str) -> bytes | None:
    """The PDF, or None when the typesetter refused."""
    html = f"<html lang='en'><head><title>x</title></head><body>{body}</body></html>"
    try:
        return pdf.html_to_pdf(html, style_sheets=["pdf/page.css"], identifier="test")
    except (pdf.ForbiddenResourceError, InvalidValues):
        # The second: an address without a scheme, in a document that has no address of its own.
        return None


@pytest.mark.parametrize("place", places("x"))
def test_no_file_of_this_machine_gets_into_a_document(place: str, secret_file: Path):
    made = printed(places(secret_file.as_uri())[place])

    assert made is None or SECRET.encode() not in made


def test_the_fetcher_refuses_by_itself():
    fetcher = pdf.OwnFontsOnly({"a.woff2": b"font"})

    for url in URLS.values():
        with pytest.raises(pdf.ForbiddenResourceError):
            fetcher.fetch(url)
    assert fetcher.fetch("portal-font:a.woff2").read() == b"font"


def imported(path: Path) -> set[str]:
    """The clients that a module imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {client for client in CLIENTS if any(re.fullmatch(rf"{re.escape(client)}(\..*)?", name) for name in names)}


def test_only_the_named_modules_open_connections():
    found = {
        str(path.relative_to(ROOT)): clients
        for app in ("portal", "applicants", "certification", "payments", "cvs")
        for path in (ROOT / app).rglob("*.py")
        if (clients := imported(path))
    }

    assert found == GOES_OUT
