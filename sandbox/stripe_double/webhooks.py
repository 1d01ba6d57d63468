"""Send events to webhook endpoints, signed, with retries (https://docs.stripe.com/webhooks)."""

import asyncio
import hashlib
import hmac
import json
import time

from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.stripe_double.outbox import Delivery
from sandbox.stripe_double.world import World

_AT_ONCE = 8
_TIMEOUT_SECONDS = 10
_LOOK_EVERY_SECONDS = 0.02


def sign(payload: str, secret: str, timestamp: int) -> str:
    """Return the `Stripe-Signature` header for a payload sent at `timestamp` (seconds since 1970)."""
    digest = hmac.new(secret.encode(), f"{timestamp}.{payload}".encode(), hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


async def deliver_forever(world: World) -> None:
    """Send what is due, up to eight deliveries at a time, until cancelled."""
    running: set[asyncio.Task[None]] = set()
    async with ClientSession(timeout=ClientTimeout(total=_TIMEOUT_SECONDS)) as client:
        try:
            while True:
                for delivery in world.outbox.take_due(_AT_ONCE - len(running)):
                    task = asyncio.create_task(_deliver(world, client, delivery))
                    running.add(task)
                    task.add_done_callback(running.discard)
                world.outbox.in_flight = len(running)
                await asyncio.sleep(_LOOK_EVERY_SECONDS)
        finally:
            for task in running:
                task.cancel()


async def _deliver(world: World, client: ClientSession, delivery: Delivery) -> None:
    endpoint = world.store.find_kind("webhook_endpoint", delivery.endpoint_id)
    event = world.store.find_kind("event", delivery.event_id)
    if endpoint is None or event is None:
        return
    payload = json.dumps(event, indent=2)
    # The machine's time, not the double's: receivers compare the stamp with their own clock.
    signature = sign(payload, endpoint["secret"], int(time.time()))
    headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature}
    try:
        async with client.post(endpoint["url"], data=payload, headers=headers, allow_redirects=False) as response:
            status: int | None = response.status
    except (ClientError, OSError, TimeoutError):
        status = None
    if world.outbox.report(delivery, endpoint["url"], status):
        event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
