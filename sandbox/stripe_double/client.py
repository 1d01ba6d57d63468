"""A typed client for the control API of a running double, for tests and the demo."""

import json
import time
import urllib.request
from typing import Literal
from urllib.error import HTTPError

from sandbox.process import PATIENCE_SECONDS
from sandbox.stripe_double.store import JsonObject

FaultName = Literal["500", "500_stored", "429", "hang", "reset", "lost_reply"]


class ControlError(Exception):
    """The double refused a command; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class StripeDoubleControl:
    """Commands to the double at `base_url` (`http://127.0.0.1:PORT`). Each raises ControlError when refused."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")

    def pay(
        self,
        session_id: str,
        card: str | None = None,
        bank: str | None = None,
        *,
        name: str = "Test Buyer",
        email: str = "buyer@example.org",
        authentication: Literal["complete", "fail"] = "complete",
        force: bool = False,
    ) -> JsonObject:
        """Pay an open session by test card (default Visa) or test bank account number, without the page.

        Returns `outcome` (paid, processing, declined) and `message`. `force` pays an expired session: a lost race.
        """
        return self._post(
            "pay",
            session=session_id,
            card=card,
            bank=bank,
            name=name,
            email=email,
            authentication=authentication,
            force=force,
        )

    def settle_debit(self, payment_intent: str) -> JsonObject:
        """Let the bank pay a debit under way; returns the intent."""
        return self._post("settle_debit", payment_intent=payment_intent)

    def fail_debit(self, payment_intent: str, code: str = "insufficient_funds") -> JsonObject:
        """Let the bank refuse a debit under way; returns the intent."""
        return self._post("fail_debit", payment_intent=payment_intent, code=code)

    def end_debit(self, payment_intent: str) -> JsonObject:
        """End a debit under way as its test account number says; returns the intent."""
        return self._post("end_debit", payment_intent=payment_intent)

    def open_dispute(self, payment_intent: str, reason: str | None = None, amount: int | None = None) -> JsonObject:
        """Dispute a paid intent, `amount` cents or all of it; returns the dispute."""
        return self._post("open_dispute", payment_intent=payment_intent, reason=reason, amount=amount)

    def close_dispute(self, dispute: str, status: Literal["won", "lost"]) -> JsonObject:
        """Decide a dispute; returns it."""
        return self._post("close_dispute", dispute=dispute, status=status)

    def open_fraud_warning(self, payment_intent: str) -> JsonObject:
        """Report a paid intent as probably fraudulent; returns the warning."""
        return self._post("fraud_warning", payment_intent=payment_intent)

    def settle_refund(self, refund: str) -> JsonObject:
        """Let a pending refund arrive; returns it."""
        return self._post("settle_refund", refund=refund)

    def fail_refund(self, refund: str, reason: str = "lost_or_stolen_card") -> JsonObject:
        """Let a refund come back from the bank; returns it."""
        return self._post("fail_refund", refund=refund, reason=reason)

    def move_clock(self, seconds: int) -> JsonObject:
        """Move the double's time; returns `now` and how many sessions `expired`."""
        return self._post("move_clock", seconds=seconds)

    def pause_webhooks(self) -> None:
        """Hold webhooks back; they wait."""
        self._post("webhooks", paused=True)

    def resume_webhooks(self) -> None:
        """Let webhooks leave again, those that waited included."""
        self._post("webhooks", paused=False)

    def duplicate_webhooks(self, copies: int) -> None:
        """Send each coming event `copies` times (1 = normal)."""
        self._post("webhooks", copies=copies)

    def shuffle_webhooks(self, on: bool = True) -> None:
        """Send coming events out of order, each delayed by up to 0.4 seconds."""
        self._post("webhooks", shuffled=on)

    def drop_webhooks(self, deliveries: int) -> None:
        """Lose the next `deliveries` events without a trace in any endpoint."""
        self._post("webhooks", drop=deliveries)

    def resend_event(self, event: str) -> int:
        """Send a stored event to every endpoint again; returns how many deliveries were queued."""
        return int(self._post("resend_event", event=event)["deliveries"])

    def fault(self, mode: FaultName, times: int = 1, path: str | None = None) -> None:
        """Let the next `times` API requests fail; with `path` only those whose path contains it."""
        self._post("fault", mode=mode, times=times, path=path)

    def edit_amount(self, object_id: str, amount: int) -> JsonObject:
        """Change the amount (cents) of a session, with its intent, or of an intent; returns the object."""
        return self._post("edit", object=object_id, amount=amount)

    def edit_currency(self, object_id: str, currency: str) -> JsonObject:
        """Change the currency of a session, with its intent, or of an intent; returns the object."""
        return self._post("edit", object=object_id, currency=currency)

    def set_late_fees(self, on: bool = True) -> None:
        """Leave balance transactions out of new charges until `book_fees`."""
        self._post("options", late_fees=on)

    def set_auto_settle(self, seconds: float | None) -> None:
        """Let bank debits and refunds end by themselves after so many seconds; None switches that off."""
        self._post("options", auto_settle_seconds=seconds)

    def book_fees(self) -> int:
        """Book the missing balance transactions, with `charge.updated`; returns how many."""
        return int(self._post("book_fees")["booked"])

    def requests(self, path: str = "") -> list[JsonObject]:
        """Return the recorded API requests, oldest first, whose path contains `path`."""
        recorded: list[JsonObject] = self._get("requests")["data"]
        return [request for request in recorded if path in request["path"]]

    def deliveries(self) -> list[JsonObject]:
        """Return the last webhook attempts, oldest first: event, url, attempt, status (null = no answer)."""
        attempts: list[JsonObject] = self._get("deliveries")["data"]
        return attempts

    def state(self) -> JsonObject:
        """Return `counts` per kind, `now`, `webhooks_waiting`, `webhooks`, `faults_left`, `options`."""
        return self._get("state")

    def wait_for_webhooks(self, seconds: float = 10) -> None:
        """Wait until no webhook waits or is on its way. Raises TimeoutError after `seconds`."""
        end = time.monotonic() + seconds
        while waiting := self.state()["webhooks_waiting"]:
            if time.monotonic() > end:
                raise TimeoutError(f"{waiting} webhooks still wait")
            time.sleep(0.02)

    def reset(self) -> None:
        """Forget all objects, faults, options, the time and the traffic; webhook endpoints stay."""
        self._post("reset")

    def _post(self, command: str, **body: object) -> JsonObject:
        content = {name: value for name, value in body.items() if value is not None or command == "options"}
        return self._call(command, json.dumps(content).encode())

    def _get(self, reading: str) -> JsonObject:
        return self._call(reading, None)

    def _call(self, name: str, body: bytes | None) -> JsonObject:
        # S310 asks for a check of the scheme: the address is that of a process of ours.
        request = urllib.request.Request(f"{self.base_url}/_control/{name}", data=body)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:  # noqa: S310
                answer: JsonObject = json.load(response)
        except HTTPError as failure:
            with failure:
                raise ControlError(failure.code, failure.read().decode()) from failure
        return answer
