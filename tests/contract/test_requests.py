"""Keys, idempotency and planned faults, seen through the SDK."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
import stripe

from sandbox.process import PATIENCE_SECONDS
from sandbox.stripe_double.client import ControlError
from sandbox.stripe_double.process import running_stripe_double
from tests.contract.conftest import sdk_client
from tests.contract.orders import order, order_params

pytestmark = pytest.mark.contract

ROOT = Path(__file__).resolve().parents[2]
PARENT = """
import time
from sandbox.stripe_double.process import running_stripe_double
with running_stripe_double() as process:
    print(process.pid, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("key", ["sk_live_secret", "rk_live_secret", "nonsense"])
def test_key_that_is_no_test_key_is_refused(double, key):
    with sdk_client(double.base_url, key) as client, pytest.raises(stripe.AuthenticationError) as refusal:
        order(client, double)

    assert refusal.value.http_status == 401
    assert double.state()["counts"] == {"webhook_endpoint": 1}


def test_missing_key_is_refused(double):
    answer = requests.get(f"{double.base_url}/v1/charges", timeout=PATIENCE_SECONDS)

    assert (answer.status_code, answer.json()["error"]["message"]) == (401, "You did not provide an API key.")


def test_same_key_replays_the_same_session(client, double):
    now = double.state()["now"]
    first = client.v1.checkout.sessions.create(order_params(now), {"idempotency_key": "payment-1"})

    again = client.v1.checkout.sessions.create(order_params(now), {"idempotency_key": "payment-1"})

    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert double.state()["counts"]["checkout.session"] == 1


def test_same_key_with_other_parameters_is_refused(client, double):
    now = double.state()["now"]
    client.v1.checkout.sessions.create(order_params(now), {"idempotency_key": "payment-1"})

    with pytest.raises(stripe.IdempotencyError) as refusal:
        client.v1.checkout.sessions.create(order_params(now + 1), {"idempotency_key": "payment-1"})

    assert refusal.value.http_status == 400
    assert double.state()["counts"]["checkout.session"] == 1


def test_key_of_refused_parameters_stays_free(client, double):
    params = order_params(double.state()["now"])
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create(params | {"ui_mode": "hosted"}, {"idempotency_key": "payment-1"})

    session = client.v1.checkout.sessions.create(params, {"idempotency_key": "payment-1"})

    assert session.status == "open"


def test_key_is_forgotten_after_a_day(client, double):
    order(client, double, key="payment-1")
    double.move_clock(24 * 3600 + 1)

    order(client, double, key="payment-1")

    assert double.state()["counts"]["checkout.session"] == 2


def test_lost_reply_and_same_key_make_one_session(client, double):
    double.fault("lost_reply", path="/v1/checkout/sessions")

    session = order(client, double, key="payment-1")

    assert session.last_response.headers["Idempotent-Replayed"] == "true"
    assert double.state()["counts"]["checkout.session"] == 1
    assert [request["fault"] for request in double.requests("checkout/sessions")] == ["lost_reply", None]


def test_cut_connection_is_retried_by_the_sdk(client, double):
    double.fault("reset")

    session = order(client, double, key="payment-1")

    assert "Idempotent-Replayed" not in session.last_response.headers
    assert double.state()["counts"]["checkout.session"] == 1


def test_server_error_is_retried_with_the_same_key(client, double):
    double.fault("500", times=2)

    session = order(client, double, key="payment-1")

    assert session.status == "open"
    assert [request["status"] for request in double.requests("checkout/sessions")] == [500, 500, 200]


def test_stored_server_error_is_replayed_for_its_key(double):
    double.fault("500_stored")
    params = order_params(double.state()["now"])

    with sdk_client(double.base_url, retries=0) as client:
        for _ in range(2):
            with pytest.raises(stripe.APIError) as failure:
                client.v1.checkout.sessions.create(params, {"idempotency_key": "payment-1"})
            assert failure.value.http_status == 500

    assert "checkout.session" not in double.state()["counts"]


def test_rate_limit_reaches_the_caller(client, double):
    double.fault("429")

    with pytest.raises(stripe.RateLimitError):
        order(client, double)

    assert "checkout.session" not in double.state()["counts"]


def test_hanging_request_times_out_without_effect(double):
    double.fault("hang", path="/v1/refunds")

    with sdk_client(double.base_url, timeout=(1, 0.5), retries=0) as client:
        with pytest.raises(stripe.APIConnectionError):
            client.v1.refunds.create({"payment_intent": "pi_none"})
        session = order(client, double)

    assert session.status == "open"
    assert double.state()["faults_left"] == 0


def test_traffic_is_recorded_with_parameters_and_without_keys(client, double):
    order(client, double, key="payment-1")

    (recorded,) = double.requests("checkout/sessions")

    assert (recorded["method"], recorded["status"], recorded["idempotency_key"]) == ("POST", 200, "payment-1")
    assert recorded["params"]["line_items"][0]["price_data"]["unit_amount"] == "6600"
    assert "sk_test_contract" not in str(recorded)


def test_unknown_command_is_refused(double):
    with pytest.raises(ControlError) as refusal:
        double._post("explode")

    assert refusal.value.status == 404


def test_mistyped_command_is_refused(double):
    with pytest.raises(ControlError) as refusal:
        double._post("move_clock", seconds="soon")

    assert refusal.value.status == 400


def test_reset_forgets_objects_and_keeps_endpoints(client, double):
    order(client, double)

    double.reset()

    assert double.state()["counts"] == {"webhook_endpoint": 1}
    assert double.requests() == []


def test_process_ends_on_sigterm_and_leaves_nothing():
    with running_stripe_double() as process:
        assert process.control.state()["counts"] == {}
        os.kill(process.pid, signal.SIGTERM)
        assert process.child.popen.wait(PATIENCE_SECONDS) == 0

    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_process_ends_although_a_request_hangs():
    with running_stripe_double() as process:
        process.control.fault("hang")
        with pytest.raises(requests.ReadTimeout):
            requests.get(f"{process.base_url}/v1/charges", auth=("sk_test_x", ""), timeout=0.3)
        os.kill(process.pid, signal.SIGTERM)

        assert process.child.popen.wait(PATIENCE_SECONDS) == 0


def test_process_dies_with_its_parent():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        os.kill(pid, 0)

        parent.kill()

    end = time.monotonic() + PATIENCE_SECONDS
    while Path(f"/proc/{pid}/status").exists() and "zombie" not in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < end, "the double outlived its parent"
        time.sleep(0.02)
