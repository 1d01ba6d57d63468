"""The control API: JSON over HTTP, for tests and the demo."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from aiohttp import web

from sandbox.mailbox.faults import Fault, FaultPlan, FaultRule
from sandbox.mailbox.smtp import MailboxHandler, SmtpListener
from sandbox.mailbox.store import MessageStore

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Mailbox:
    """The parts of a running mailbox."""

    store: MessageStore
    plan: FaultPlan
    handler: MailboxHandler
    listener: SmtpListener


MAILBOX: web.AppKey[Mailbox] = web.AppKey("mailbox", Mailbox)


@web.middleware
async def require_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 415 to a command that is not JSON: a foreign web page cannot send JSON without asking first (CORS)."""
    if request.method == "POST" and request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Commands are JSON.")
    return await handler(request)


async def list_messages(request: web.Request) -> web.Response:
    """Messages that arrived after `?after=` (a number), oldest first."""
    after = request.query.get("after", "0")
    if not after.isdecimal():
        raise web.HTTPBadRequest(text="after must be a number.")
    messages = request.app[MAILBOX].store.after(int(after))
    return web.json_response([message.as_json() for message in messages])


async def add_fault(request: web.Request) -> web.Response:
    """Add the rule in the body: `fault`, and optionally `recipient` (shell pattern) and `count` (null: for good)."""
    body = await request.json()
    try:
        fault, recipient, count = Fault(body["fault"]), str(body.get("recipient", "*")), body.get("count")
    except (KeyError, ValueError) as error:
        raise web.HTTPBadRequest(text=f"Not a fault: {error}") from error
    if count is not None and (not isinstance(count, int) or count < 1):
        raise web.HTTPBadRequest(text="count must be a number above 0, or null.")
    rule = FaultRule(fault, recipient, count)
    request.app[MAILBOX].plan.rules.append(rule)
    return web.json_response(asdict(rule))


async def set_delay(request: web.Request) -> web.Response:
    """Delay each answer to DATA by the `delay_ms` in the body."""
    delay_ms = (await request.json()).get("delay_ms")
    if not isinstance(delay_ms, int) or delay_ms < 0:
        raise web.HTTPBadRequest(text="delay_ms must be a number from 0.")
    request.app[MAILBOX].plan.delay_ms = delay_ms
    return web.json_response({"delay_ms": delay_ms})


async def set_refusing(request: web.Request) -> web.Response:
    """Close (`refusing` true in the body) or open the SMTP port."""
    listener = request.app[MAILBOX].listener
    refusing = bool((await request.json()).get("refusing"))
    await (listener.close() if refusing else listener.open())
    return web.json_response({"refusing": refusing})


async def clear_faults(request: web.Request) -> web.Response:
    """Behave well from now on; messages stay."""
    await _behave(request.app[MAILBOX])
    return web.json_response({})


async def reset(request: web.Request) -> web.Response:
    """Delete all messages and behave well from now on."""
    await _behave(request.app[MAILBOX])
    request.app[MAILBOX].store.clear()
    return web.json_response({})


async def _behave(mailbox: Mailbox) -> None:
    mailbox.plan.clear()
    mailbox.handler.end_stalls()
    await mailbox.listener.open()


def control_routes() -> list[web.RouteDef]:
    """The routes of the control API."""
    return [
        web.get("/control/messages", list_messages),
        web.post("/control/faults", add_fault),
        web.post("/control/delay", set_delay),
        web.post("/control/refusing", set_refusing),
        web.post("/control/clear-faults", clear_faults),
        web.post("/control/reset", reset),
    ]
