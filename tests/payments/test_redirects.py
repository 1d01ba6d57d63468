"""Answers of Stripe's API that lead elsewhere: nobody follows them, and nothing is lost."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from pytest_django import Settings

from payments import gateway
from payments.services import checkout
from payments.states import OrderState, PaymentState
from sandbox.stripe_double.process import StripeDoubleProcess
from tests.payments import scenes

pytestmark = [pytest.mark.django_db(transaction=True)]


@contextmanager
def serving(status: int, location: str = "") -> Iterator[tuple[str, list[str]]]:
    """A server that gives everybody the same answer; its address, and the requests that reached it."""
    reached: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reached.append(f"{self.command} {self.path}")
            self.send_response(status)
            if location:
                self.send_header("Location", f"{location}{self.path}")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.answer()

        def log_message(self, *_: object, **__: object) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", reached
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_and_the_payment_waits(
    settings: Settings, stripe_double: StripeDoubleProcess, status: int
):
    settings.STRIPE_MAX_NETWORK_RETRIES = 0
    payment = scenes.pending()

    with serving(200) as (elsewhere, reached_elsewhere), serving(status, elsewhere) as (moved, reached):
        settings.STRIPE_API_BASE = moved
        with pytest.raises(checkout.CheckoutUnavailableError):
            checkout.open_session(payment.pk)
        with pytest.raises(gateway.GatewayUnavailableError):
            gateway.read("cs_test_1")

    kept = scenes.fresh(payment)
    assert len(reached) == 2
    assert reached_elsewhere == []
    assert (kept.state, kept.order.state, kept.session_id) == (PaymentState.CREATED, OrderState.PAYMENT_PENDING, None)
    assert kept.next_sync_at is not None
    settings.STRIPE_API_BASE = stripe_double.base_url
    assert checkout.open_session(payment.pk).startswith(stripe_double.base_url)
