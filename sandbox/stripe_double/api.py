"""The HTTP side of the API under `/v1/`: keys, faults, idempotency, a record of the traffic."""

import asyncio
import base64
import binascii
import re
import socket
import struct
from collections import deque
from dataclasses import dataclass, field

import stripe
from aiohttp import web

from sandbox.stripe_double.endpoints import execute
from sandbox.stripe_double.errors import ApiError, refused
from sandbox.stripe_double.faults import FaultMode, Faults
from sandbox.stripe_double.idempotency import Answer, IdempotencyKeys, check_key
from sandbox.stripe_double.store import JsonObject, new_id
from sandbox.stripe_double.wire import decode_pairs
from sandbox.stripe_double.world import Cause, World

_MAX_RECORDED = 10_000
_HANG_SECONDS = 120
_TEST_KEY = re.compile(r"[sr]k_test_[A-Za-z0-9_]+\Z")


@dataclass
class Api:
    """Answers API requests about one world."""

    world: World
    faults: Faults = field(default_factory=Faults)
    keys: IdempotencyKeys = field(default_factory=IdempotencyKeys)
    recorded: deque[JsonObject] = field(default_factory=lambda: deque(maxlen=_MAX_RECORDED))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request to `/v1/{path}`; every failure becomes Stripe's error body."""
        path = request.match_info["path"].strip("/")
        request_id = new_id("req", 14)
        entry: JsonObject = {"method": request.method, "path": f"/v1/{path}", "status": None, "params": {}}
        self.recorded.append(entry)
        try:
            answer = await self._answer(request, path, request_id, entry)
        except ApiError as failure:
            answer = Answer(failure.status, failure.body)
        entry["status"] = answer.status
        headers = {"Request-Id": request_id, "Stripe-Version": stripe.api_version}
        if answer.replayed:
            headers["Idempotent-Replayed"] = "true"
        return web.json_response(answer.body, status=answer.status, headers=headers)

    def forget(self) -> None:
        """Forget planned faults, idempotency keys and the record of the traffic."""
        self.faults.clear()
        self.keys.clear()
        self.recorded.clear()

    async def _answer(self, request: web.Request, path: str, request_id: str, entry: JsonObject) -> Answer:
        _check_secret_key(request.headers.get("Authorization", ""))
        _check_version(request.headers.get("Stripe-Version"))
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        check_key(key)
        params = await _params(request)
        entry.update(params=params, idempotency_key=key, at=self.world.clock.now())
        fault = self.faults.take(request.path)
        entry["fault"] = fault
        await _before_work(request, fault)
        self.world.cause = Cause(request_id, key)
        try:
            answer = self._execute(request.method, path, params, key, fault)
        finally:
            self.world.cause = Cause()
        if fault is FaultMode.LOST_REPLY:
            _cut(request)
        return answer

    def _execute(self, method: str, path: str, params: JsonObject, key: str | None, fault: FaultMode | None) -> Answer:
        """Do the work once per idempotency key. Nothing here waits, so two requests never meet in the middle."""
        now = self.world.clock.now()
        known = self.keys.recall(key, path, params, now)
        if known is not None:
            return known
        try:
            if fault is FaultMode.STORED_SERVER_ERROR:
                raise _server_error()
            answer = Answer(200, execute(self.world, method, path, params))
        except ApiError as failure:
            answer = Answer(failure.status, failure.body)
            if not failure.replayed:
                return answer
        self.keys.remember(key, path, params, answer, now)
        return answer


def _check_secret_key(authorization: str) -> None:
    scheme, _, credentials = authorization.partition(" ")
    if scheme == "Basic":
        credentials = _basic_user(credentials)
    if scheme not in {"Basic", "Bearer"} or not credentials:
        raise ApiError(401, "You did not provide an API key.")
    if credentials.startswith(("sk_live_", "rk_live_")):
        raise ApiError(401, "This is a test double: it refuses live keys. Never point a live key at it.")
    if not _TEST_KEY.match(credentials):
        raise ApiError(401, "Invalid API Key provided: the double takes keys like sk_test_example.")


def _basic_user(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _check_version(version: str | None) -> None:
    if version is not None and version != stripe.api_version:
        raise refused(f"The double speaks only API version {stripe.api_version}.", code="not_simulated")


async def _params(request: web.Request) -> JsonObject:
    if request.method in {"GET", "DELETE"}:
        return decode_pairs(request.query.items())
    form = await request.post()
    return decode_pairs((name, value) for name, value in form.items() if isinstance(value, str))


async def _before_work(request: web.Request, fault: FaultMode | None) -> None:
    if fault is FaultMode.SERVER_ERROR:
        raise _server_error()
    if fault is FaultMode.RATE_LIMIT:
        raise ApiError(429, "Too many requests hit the API too quickly.", code="rate_limit")
    if fault is FaultMode.HANG:
        await asyncio.sleep(_HANG_SECONDS)
        raise _server_error()
    if fault is FaultMode.RESET:
        _cut(request)
        # The work must not be done: whoever waits for this answer is gone.
        raise _server_error()


def _server_error() -> ApiError:
    return ApiError(500, "An error occurred in the double, as planned by a test.", error_type="api_error")


def _cut(request: web.Request) -> None:
    """Close the connection with a TCP reset, so that the caller sees neither an answer nor an orderly end."""
    if request.transport is None:
        return
    connection = request.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
