"""An issue as a page and as a message: Markdown without HTML and without pictures, so that nothing foreign gets in."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from django.conf import settings
from django.template import loader
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from portal.models import NewsletterIssue

# Mail programs cut a message off at 102 KB.
MOST_BYTES = 90_000
_STYLES = {
    "h2": "margin:24px 0 8px;font-size:19px;line-height:1.3",
    "h3": "margin:20px 0 8px;font-size:17px;line-height:1.3",
    "p": "margin:0 0 16px",
    "ul": "margin:0 0 16px;padding-left:24px",
    "ol": "margin:0 0 16px;padding-left:24px",
    "a": "color:#07648d",
    "blockquote": "margin:0 0 16px;border-left:4px solid #dfe1e2;padding-left:16px",
}
_HEADINGS = {"h1": "h2", "h2": "h2"}
_SAFE_LINKS = ("https://", "http://", "mailto:")


class _Markdown(MarkdownIt):
    """Markdown whose links lead to web pages and mailboxes only; others are printed as text."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 (named by markdown-it)
        """Tell whether `url` may be a link."""
        return url.lower().startswith(_SAFE_LINKS)


# `html: False` prints tags as text; pictures would be fetched from elsewhere and tell who reads.
_PARSER = _Markdown("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])


def _parse(body: str) -> list[Token]:
    """Return the tokens of `body` with headings one step below the title of the page."""
    tokens = _PARSER.parse(body)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = _HEADINGS.get(token.tag, "h3")
    return tokens


def _with_styles(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.nesting == 1 and token.tag in _STYLES:
            token.attrSet("style", _STYLES[token.tag])
        _with_styles(token.children or [])


def page_html(body: str) -> SafeString:
    """Return `body` as HTML for a page of the portal."""
    html: str = _PARSER.renderer.render(_parse(body), _PARSER.options, {})
    return mark_safe(html)  # noqa: S308 (markdown-it escapes everything but the tags it makes)


@lru_cache(maxsize=8)
def email_html(body: str) -> SafeString:
    """Return `body` as HTML for a message, where only inline styles work. Made once for all readers of an issue."""
    tokens = _parse(body)
    _with_styles(tokens)
    html: str = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return mark_safe(html)  # noqa: S308 (as above)


def headings(body: str) -> list[str]:
    """Return the words of the main headings of `body`, for the list of what is in the issue."""
    tokens = _parse(body)
    return [
        inline.content for opening, inline in pairwise(tokens) if opening.type == "heading_open" and opening.tag == "h2"
    ]


def message(issue: NewsletterIssue, *, unsubscribe_url: str) -> tuple[str, str, str]:
    """Return subject, text and HTML of the message that brings `issue` to one reader."""
    path = reverse("newsletter_issue", args=[issue.number]) if issue.number else reverse("newsletter")
    context = {
        "base_url": settings.BASE_URL,
        "organization": settings.ORGANIZATION,
        "issue": issue,
        "contents": headings(issue.body),
        "body_html": email_html(issue.body),
        "issue_url": f"{settings.BASE_URL}{path}",
        "unsubscribe_url": unsubscribe_url,
    }
    subject = " ".join(loader.render_to_string("emails/newsletter_issue/subject.txt", context).split())
    text = loader.render_to_string("emails/newsletter_issue/body.txt", context)
    html = loader.render_to_string("emails/newsletter_issue/body.html", {"subject": subject, **context})
    return subject, text, html
