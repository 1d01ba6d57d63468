"""HTML to tagged PDF: fonts, fetching, memory. Used by reports and receipts; knows nothing of either.

Everything here is free of the database and of Django's settings, so that a document is a function of its data alone.
Measured rules (docs/adr): static font files, one font configuration and parsed style sheets per process, no garbage
collection while a document is laid out.
"""

import functools
import gc
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from django.template import Context, Engine
from weasyprint import CSS, HTML
from weasyprint.logger import LOGGER as WEASYPRINT_LOGGER
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

PROJECT_DIR = Path(__file__).resolve().parent.parent
TEMPLATES_DIR = PROJECT_DIR / "templates"
FONTS_DIR = PROJECT_DIR / "static" / "build" / "pdf-fonts"
FONT_NAMES = ("PublicSans-Regular.woff2", "PublicSans-SemiBold.woff2", "PublicSans-Bold.woff2")
FONT_SCHEME = "portal-font:"
PDF_VARIANT = "pdf/ua-1"
MISSING_CHARACTER = ".notdef glyph rendered"


class FontsMissingError(RuntimeError):
    """The font files of documents were not built on this machine."""


class ForbiddenResourceError(FatalURLFetchingError):  # type: ignore[misc]  # WeasyPrint ships no types
    """A template asked for something that is not one of our fonts; rendering stops."""


class UnprintableTextError(ValueError):
    """No installed font has a character of the text; the document would show boxes."""


class OwnFontsOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
    """Gives WeasyPrint our font files by name and nothing else: no network, no file system."""

    def __init__(self, fonts: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=())
        self._fonts = fonts

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return the font named by `url`. Raises ForbiddenResourceError for every other address."""
        name = url.removeprefix(FONT_SCHEME)
        if not url.startswith(FONT_SCHEME) or name not in self._fonts:
            raise ForbiddenResourceError(f"Documents may not load {url!r}; only our own fonts are allowed.")
        return URLFetcherResponse(url, self._fonts[name], {"Content-Type": "font/woff2"})


class Typesetter:
    """What one process needs to make documents, loaded once: fonts, parsed style sheets, templates."""

    def __init__(self, fonts_dir: Path = FONTS_DIR, templates_dir: Path = TEMPLATES_DIR) -> None:
        self._fetcher = OwnFontsOnly(_read_fonts(fonts_dir))
        self._font_configuration = FontConfiguration()
        self._templates_dir = templates_dir
        self._engine = Engine(dirs=[str(templates_dir)], autoescape=True)
        self._style_sheets: dict[str, CSS] = {}

    def fill(self, template: str, context: Mapping[str, object]) -> str:
        """Return the HTML of a template below templates/; everything in `context` is text, shown escaped."""
        return str(self._engine.get_template(template).render(Context(dict(context), use_l10n=False, use_tz=False)))

    def to_pdf(
        self,
        html: str,
        *,
        style_sheets: Sequence[str],
        identifier: str,
    ) -> bytes:
        """Return the tagged PDF of `html`; see `html_to_pdf`."""
        with _collection_paused(), _missing_characters_refused():
            document = HTML(string=html, url_fetcher=self._fetcher).render(
                stylesheets=[self._style_sheet(name) for name in style_sheets],
                font_config=self._font_configuration,
                pdf_variant=PDF_VARIANT,
            )
            return bytes(
                document.write_pdf(
                    pdf_variant=PDF_VARIANT,
                    pdf_identifier=sha256(identifier.encode()).hexdigest()[:32],
                )
            )

    def _style_sheet(self, name: str) -> CSS:
        if name not in self._style_sheets:
            text = (self._templates_dir / name).read_text(encoding="utf-8")
            self._style_sheets[name] = CSS(string=text, url_fetcher=self._fetcher, font_config=self._font_configuration)
        return self._style_sheets[name]


@functools.cache
def typesetter() -> Typesetter:
    """Return this process's typesetter. Raises FontsMissingError with the remedy when the fonts were not built."""
    return Typesetter()


def warm_up() -> None:
    """Load fonts and libraries and freeze them out of garbage collection.

    Call it once in each worker process after the fork: the font configuration owns a folder that must not be shared.
    """
    typesetter()
    gc.collect()
    gc.freeze()


def fill_template(template: str, context: Mapping[str, object]) -> str:
    """Return the HTML of a template below templates/. Values are text and are escaped; format them first."""
    return typesetter().fill(template, context)


def html_to_pdf(
    html: str,
    *,
    style_sheets: Sequence[str],
    identifier: str,
) -> bytes:
    """Return a PDF/UA-1 document; the same arguments give the same bytes.

    `style_sheets` are paths below templates/, `identifier` is any text that names the document; its date is what the HTML
    says as dcterms.created. Raises FontsMissingError, ForbiddenResourceError, UnprintableTextError.
    """
    return typesetter().to_pdf(html, style_sheets=style_sheets, identifier=identifier)


def _read_fonts(directory: Path) -> dict[str, bytes]:
    missing = [name for name in FONT_NAMES if not (directory / name).is_file()]
    if missing:
        raise FontsMissingError(f"{', '.join(missing)} not found in {directory}. Run `./dev assets` once.")
    return {name: (directory / name).read_bytes() for name in FONT_NAMES}


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Lay out without the collector, which took a third of the time, and collect once afterwards."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
        gc.collect()


class _MissingCharacters(logging.Handler):
    """Collects what WeasyPrint only logs: text of this thread that no font can show."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message when it is about a missing character."""
        message = record.getMessage()
        if record.thread == self._thread and message.startswith(MISSING_CHARACTER):
            self.messages.append(message)


@contextmanager
def _missing_characters_refused() -> Iterator[None]:
    handler = _MissingCharacters()
    WEASYPRINT_LOGGER.addHandler(handler)
    try:
        yield
    finally:
        WEASYPRINT_LOGGER.removeHandler(handler)
    if handler.messages:
        raise UnprintableTextError("; ".join(handler.messages))
