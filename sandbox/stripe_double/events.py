"""Events: a copy of an object at the moment something happened to it (https://docs.stripe.com/api/events)."""

import copy

import stripe

from sandbox.stripe_double import shapes
from sandbox.stripe_double.errors import not_found
from sandbox.stripe_double.store import JsonObject, new_id
from sandbox.stripe_double.world import World


def emit(world: World, event_type: str, document: JsonObject, previous: JsonObject | None = None) -> JsonObject:
    """Store an event of `event_type` with a copy of `document`, queue it for every endpoint that wants it, return it.

    `previous` holds the former values of the fields that changed (`data.previous_attributes`).
    """
    data = {"object": copy.deepcopy(document)}
    if previous is not None:
        data["previous_attributes"] = previous
    event = shapes.blank(
        "event",
        id=new_id("evt"),
        api_version=stripe.api_version,
        created=world.clock.now(),
        data=data,
        livemode=False,
        pending_webhooks=0,
        request={"id": world.cause.request_id, "idempotency_key": world.cause.idempotency_key},
        type=event_type,
    )
    world.store.put(event)
    for endpoint in world.store.newest_first("webhook_endpoint"):
        if _wants(endpoint, event_type):
            event["pending_webhooks"] += world.outbox.add(endpoint["id"], event["id"])
    return event


def resend(world: World, event_id: str) -> int:
    """Queue a stored event again for every enabled endpoint; return how many deliveries. Raises ApiError 404."""
    if world.store.find_kind("event", event_id) is None:
        raise not_found("event", event_id)
    endpoints = world.store.newest_first("webhook_endpoint")
    return sum(world.outbox.add(endpoint["id"], event_id) for endpoint in endpoints if endpoint["status"] == "enabled")


def _wants(endpoint: JsonObject, event_type: str) -> bool:
    wanted = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in wanted or event_type in wanted)
