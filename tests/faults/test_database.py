"""The database goes away and comes back (fault 26): pages say so, Stripe is told to try again, nobody restarts anything."""

import hashlib
import hmac
import json
import time
from http.client import HTTPConnection, HTTPResponse

import pytest
from django.conf import settings
from django.db import connections

from payments.models import StripeEvent
from portal.models import DeliveryState
from sandbox.mailbox.client import MailboxControl
from sandbox.servers import EmbeddedServers
from tests.faults.scenes import call_sweep, funded, job_of, reports_in, start_worker, sweep_until_sent, wait_until
from tests.support.processes import Processes, free_port

pytestmark = [pytest.mark.faults, pytest.mark.slow]
LONGEST_ANSWER_SECONDS = 30


class Visitor:
    """Asks the web process at `port`, one connection per question."""

    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, path: str) -> tuple[int, str]:
        return self._ask("GET", path, None, {})

    def deliver_event(self, event_id: str) -> int:
        """Deliver a signed event as Stripe does; returns the status."""
        event = {"id": event_id, "type": "checkout.session.expired", "created": int(time.time())}
        body = json.dumps(event | {"data": {"object": {"id": "cs_test_none", "object": "checkout.session"}}}).encode()
        stamp = str(int(time.time()))
        secret = settings.STRIPE_WEBHOOK_SECRET.encode()
        digest = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "Stripe-Signature": f"t={stamp},v1={digest}"}
        return self._ask("POST", "/payments/stripe/webhook/", body, headers)[0]

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=LONGEST_ANSWER_SECONDS)
        try:
            connection.request(method, path, body, headers)
            response: HTTPResponse = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


@pytest.mark.usefixtures("collected_static")
def test_web_says_that_it_cannot_work_and_works_again_without_a_restart(
    processes: Processes, servers: EmbeddedServers, mailbox: MailboxControl
):
    port = free_port()
    web = processes.start_web(port)
    visitor = Visitor(port)
    assert visitor.deliver_event("evt_before") == 200
    assert visitor.get("/readyz")[0] == 200

    servers.stop_postgres()
    ready_status, ready_body = visitor.get("/readyz")
    verify_status, verify_page = visitor.get("/v/0123456789ABCDEFGHJKMNPQRS/")
    during = (visitor.get("/healthz"), visitor.get("/")[0], visitor.deliver_event("evt_during"))
    servers.start_postgres()
    connections.close_all()

    assert ready_status == 503
    assert json.loads(ready_body)["ready"] is False
    assert verify_status == 500
    assert "Sorry, there is a problem with the service" in verify_page
    assert "Traceback" not in verify_page
    assert during == ((200, "ok"), 200, 500)
    assert visitor.get("/readyz")[0] == 200
    assert visitor.deliver_event("evt_during") == 200
    assert visitor.get("/v/0123456789ABCDEFGHJKMNPQRS/")[0] == 200
    assert sorted(StripeEvent.objects.values_list("pk", flat=True)) == ["evt_before", "evt_during"]
    assert web.is_running
    assert web.output().count("Booting worker") == 1


@pytest.mark.usefixtures("seal_keys")
def test_worker_outlives_the_database_and_finishes_what_waited(
    processes: Processes, servers: EmbeddedServers, mailbox: MailboxControl
):
    worker = start_worker(processes)
    [first] = funded()
    sweep_until_sent([first])

    servers.stop_postgres()
    connections.close_all()
    failed_before = worker.output().count("OperationalError")
    assert call_sweep()
    wait_until(lambda: worker.output().count("OperationalError") > failed_before, "the worker meets the failure")
    servers.start_postgres()
    connections.close_all()
    [second] = funded(physician=2)
    sweep_until_sent([second])

    assert worker.is_running
    assert job_of(second).state == DeliveryState.SENT
    assert len(reports_in(mailbox)) == 2
