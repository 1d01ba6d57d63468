"""The pages on which a person reads the mail. Everything in a message is foreign and shown as such."""

import time
from pathlib import Path

from aiohttp import web
from django.template import Context, Engine

from sandbox.authenticator import code_of, seconds_left
from sandbox.mailbox.control import MAILBOX, Handler
from sandbox.mailbox.store import attachment_parts, content_of
from sandbox.sample_data import SIGN_INS

_FOLDER = Path(__file__).parent
_ENGINE = Engine(dirs=[str(_FOLDER / "templates")])
_PER_PAGE = 50
_PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# A message may style itself but neither run code, load anything, nor lead the frame elsewhere.
_MESSAGE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost"})


@web.middleware
async def protect(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer to local host names only (a foreign name that points here is an attack) and send security headers."""
    if request.host.rpartition(":")[0] not in _LOCAL_HOSTS:
        raise web.HTTPMisdirectedRequest(text="Open this page as http://127.0.0.1.")
    response = await handler(request)
    response.headers.setdefault("Content-Security-Policy", _PAGE_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


async def message_list(request: web.Request) -> web.Response:
    """One page of messages, newest first."""
    store = request.app[MAILBOX].store
    pages = max(1, -(-len(store) // _PER_PAGE))
    wanted = request.query.get("page", "1")
    page = min(max(1, int(wanted)), pages) if wanted.isdecimal() else 1
    return _page(
        "list.html",
        messages=store.newest(page, _PER_PAGE),
        total=str(len(store)),
        page=str(page),
        pages=str(pages),
        newer=str(page - 1) if page > 1 else "",
        older=str(page + 1) if page < pages else "",
    )


async def message_detail(request: web.Request) -> web.Response:
    """One message: headers, text, HTML in a closed frame, attachments."""
    key = _known_key(request)
    store = request.app[MAILBOX].store
    message = store.parsed(key)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return _page(
        "message.html",
        message=store.find(key),
        headers=[(name, str(value)) for name, value in message.items()],
        text=text.get_content() if text else "",
        has_html=html is not None,
    )


async def message_html(request: web.Request) -> web.Response:
    """The HTML part alone, for the frame."""
    html = request.app[MAILBOX].store.parsed(_known_key(request)).get_body(("html",))
    if html is None:
        raise web.HTTPNotFound(text="This message has no HTML part.")
    headers = {"Content-Security-Policy": _MESSAGE_POLICY}
    return web.Response(text=str(html.get_content()), content_type="text/html", headers=headers)


async def attachment(request: web.Request) -> web.Response:
    """One attachment as a download."""
    parts = list(attachment_parts(request.app[MAILBOX].store.parsed(_known_key(request))))
    position = int(request.match_info["position"])
    if position >= len(parts):
        raise web.HTTPNotFound(text="This message has no such attachment.")
    extension = Path(parts[position].get_filename() or "").suffix.lower()
    name = f"attachment-{position + 1}{extension if extension in {'.pdf', '.json', '.txt'} else ''}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=content_of(parts[position]), content_type="application/octet-stream", headers=headers)


async def raw_message(request: web.Request) -> web.Response:
    """The whole message as it was stored, as a download."""
    content = request.app[MAILBOX].store.raw(_known_key(request))
    headers = {"Content-Disposition": 'attachment; filename="message.eml"'}
    return web.Response(body=content, content_type="application/octet-stream", headers=headers)


async def authenticator(_request: web.Request) -> web.Response:
    """The codes that the authenticator apps of the sandbox's accounts show at this moment."""
    now = time.time()
    accounts = [
        {"who": person.who, "username": person.username, "code": code_of(person.username, now)} for person in SIGN_INS
    ]
    return _page("authenticator.html", accounts=accounts, seconds=str(seconds_left(now)))


async def style_sheet(request: web.Request) -> web.FileResponse:
    """The style sheet."""
    return web.FileResponse(_FOLDER / "static" / "mailbox.css")


def page_routes() -> list[web.RouteDef]:
    """The routes of the pages."""
    return [
        web.get("/", message_list),
        web.get("/mailbox.css", style_sheet),
        web.get("/authenticator", authenticator),
        web.get("/messages/{key}", message_detail),
        web.get("/messages/{key}/html", message_html),
        web.get("/messages/{key}/raw", raw_message),
        web.get(r"/messages/{key}/attachments/{position:\d{1,4}}", attachment),
    ]


def _known_key(request: web.Request) -> str:
    key = request.match_info["key"]
    try:
        return request.app[MAILBOX].store.find(key).key
    except KeyError:
        raise web.HTTPNotFound(text="There is no such message.") from None


def _page(template: str, **values: object) -> web.Response:
    # This engine stands alone, without Django's settings, so nothing may be localised.
    context = Context(values, use_l10n=False, use_tz=False)
    return web.Response(text=_ENGINE.get_template(template).render(context), content_type="text/html")
