"""A running double, the real SDK pointed at it, and a receiver of webhooks."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe

from sandbox.stripe_double.client import StripeDoubleControl
from sandbox.stripe_double.process import StripeDoubleProcess, running_stripe_double
from sandbox.stripe_double.shapes import answer_problems
from sandbox.stripe_double.store import JsonObject

WEBHOOK_SECRET = "whsec_contract_tests"


class CheckedClient(stripe.RequestsClient):
    """The SDK's own HTTP client, which holds every good answer to the SDK's classes."""

    # Any: as in the SDK's own signature.
    def request(  # type: ignore[override]  # the SDK's class differs from its own parent in this
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        content, status, answer_headers = super().request(method, url, headers, post_data)
        if status == 200:
            assert answer_problems(json.loads(content)) == []
        return content, status, answer_headers


@dataclass
class Received:
    """A webhook as it arrived: raw body and signature header."""

    payload: str
    signature: str

    @property
    def event(self) -> JsonObject:
        document: JsonObject = json.loads(self.payload)
        return document


@dataclass
class Receiver:
    """A shop's webhook endpoint. It answers `statuses` in turn, then 200."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def types(self) -> list[str]:
        return [webhook.event["type"] for webhook in self.received]


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            payload = self.rfile.read(int(self.headers["Content-Length"])).decode()
            receiver.received.append(Received(payload, self.headers["Stripe-Signature"]))
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name of the base class
            """Say nothing."""

    return Handler


@pytest.fixture(scope="session")
def contract_receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
    receiver.url = f"http://127.0.0.1:{server.server_port}/webhook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield receiver
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def contract_process(contract_receiver: Receiver) -> Iterator[StripeDoubleProcess]:
    with running_stripe_double(contract_receiver.url, WEBHOOK_SECRET) as process:
        yield process
        # A traceback or a warning in the double's own output is a defect, whatever the SDK made of it.
        assert process.child.output().splitlines() == [f"listening {process.base_url}"]


@pytest.fixture
def double(contract_process: StripeDoubleProcess, contract_receiver: Receiver) -> StripeDoubleControl:
    """The double, empty."""
    contract_process.control.reset()
    contract_process.control.wait_for_webhooks()
    contract_receiver.received.clear()
    contract_receiver.statuses.clear()
    return contract_process.control


@pytest.fixture
def receiver(double: StripeDoubleControl, contract_receiver: Receiver) -> Receiver:
    """The endpoint that gets every event of the double."""
    return contract_receiver


@contextmanager
def sdk_client(
    base_url: str, key: str = "sk_test_contract", timeout: tuple[float, float] = (3, 10), retries: int = 2
) -> Iterator[stripe.StripeClient]:
    """The SDK as the portal uses it; `timeout` is (connect, read) in seconds."""
    http = CheckedClient(timeout=timeout)
    yield stripe.StripeClient(key, base_addresses={"api": base_url}, http_client=http, max_network_retries=retries)
    http.close()


@pytest.fixture
def client(double: StripeDoubleControl) -> Iterator[stripe.StripeClient]:
    with sdk_client(double.base_url) as connected:
        yield connected
