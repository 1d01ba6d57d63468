"""Put the parts together: routes, the background work, start and stop."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable

from aiohttp import web

from sandbox.stripe_double import checkout, paying, refunds
from sandbox.stripe_double.api import Api
from sandbox.stripe_double.control import Control
from sandbox.stripe_double.errors import ApiError
from sandbox.stripe_double.pages import Pages
from sandbox.stripe_double.store import JsonObject
from sandbox.stripe_double.webhooks import deliver_forever
from sandbox.stripe_double.world import World

_TICK_SECONDS = 0.25
# Loopback only: the double has no secrets to guard, and no business on a network.
HOST = "127.0.0.1"


def build_application(world: World) -> web.Application:
    """Return the web application for `world`, with its background work."""
    application = web.Application(client_max_size=512 * 1024)
    api, pages = Api(world), Pages.of(world)
    control = Control(api)
    application.router.add_route("*", "/v1/{path:.*}", api.handle)
    application.router.add_get("/_control/{name}", control.handle_reading)
    application.router.add_post("/_control/{name}", control.handle_command)
    application.router.add_get("/c/static/{name}", pages.asset)
    application.router.add_get("/c/pay/{session}", pages.show)
    application.router.add_post("/c/pay/{session}", pages.pay)
    application.router.add_get("/c/pay/{session}/authenticate", pages.show_authentication)
    application.router.add_post("/c/pay/{session}/authenticate", pages.authenticate)

    async def background(_: web.Application) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(deliver_forever(world)), asyncio.create_task(_tick_forever(world))]
        yield
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    application.cleanup_ctx.append(background)
    return application


async def serve(world: World, port: int) -> None:
    """Serve on 127.0.0.1 until SIGTERM or SIGINT; print `listening http://127.0.0.1:PORT` once ready. Port 0 = any."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(build_application(world), access_log=None, shutdown_timeout=0.5, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, HOST, port)
    await site.start()
    world.base_url = f"http://{HOST}:{runner.addresses[0][1]}"
    print(f"listening {world.base_url}", flush=True)  # noqa: T201  # the line that whoever starts us waits for
    await stop.wait()
    await runner.cleanup()


def tick(world: World) -> None:
    """Do what is due: expire sessions and, with `auto_settle_seconds`, end debits and refunds under way."""
    checkout.expire_due(world)
    seconds = world.options.auto_settle_seconds
    if seconds is None:
        return
    before = time.monotonic() - seconds
    _end_due(world, {key: debit.submitted_at for key, debit in world.debits.items()}, before, paying.end_debit)
    _end_due(world, dict(world.pending_refunds), before, refunds.end)


def _end_due(world: World, since: dict[str, float], before: float, end: Callable[[World, str], JsonObject]) -> None:
    for object_id in [key for key, began_at in since.items() if began_at <= before]:
        # What was forgotten or changed by hand meanwhile is not ours to end.
        with contextlib.suppress(ApiError):
            end(world, object_id)
        world.debits.pop(object_id, None)
        world.pending_refunds.pop(object_id, None)


async def _tick_forever(world: World) -> None:
    while True:
        tick(world)
        await asyncio.sleep(_TICK_SECONDS)
