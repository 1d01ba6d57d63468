"""From paid to accepted by the mail server: real workers, a real SMTP server, orders that arrive faster than they leave."""

import time
from collections.abc import Sequence
from datetime import datetime
from statistics import median

from bench.figures import Figure, Limit, Target, p95
from bench.launcher import Launcher, result
from bench.orders import fill_baskets
from bench.sizes import Sizes
from cvs.models import DispatchAttempt, DispatchJob
from cvs.states import JobStep
from portal.models import DeliveryState
from sandbox.mailbox.client import MailboxControl

RENDER_PROCESSES = 2
_PATIENCE_SECONDS = 300.0
_POLL_SECONDS = 0.1


class NotDeliveredError(RuntimeError):
    """Paid reports did not reach the mailbox, or reached it other than once."""


def measure(launcher: Launcher, mailbox: MailboxControl, sizes: Sizes) -> list[Figure]:
    """Return throughput over orders that wait, then the way of each order of a burst; every report must arrive once."""
    bare_seconds = _seconds_side_by_side(launcher, sizes.reports_side_by_side)
    waiting = _pay(sizes.waiting_orders, per_second=0)
    workers = [
        launcher.start_worker(["render"], processes=RENDER_PROCESSES),
        launcher.start_worker(["mail"], processes=1),
    ]
    _wait_until_sent(waiting)
    rate = _prepared_per_second(waiting)
    burst = _pay(sizes.burst_orders, per_second=sizes.orders_per_second)
    _wait_until_sent(burst)
    for worker in workers:
        worker.stop(grace_seconds=30)
    _check_mailbox(mailbox, [*waiting, *burst])
    return [_throughput(rate, bare_seconds), *_ways(burst, sizes)]


def _seconds_side_by_side(launcher: Launcher, count: int) -> float:
    """Return the seconds of one report while as many processes as workers make them, with nothing else to do."""
    running = [launcher.begin("bench.pipeline", "flat", str(count)) for _ in range(RENDER_PROCESSES)]
    return sum(result(child)["seconds"] for child in running) / RENDER_PROCESSES


def _pay(count: int, *, per_second: int) -> list[int]:
    """Pay `count` orders of one report, `per_second` of them a second (0: at once); returns the ids of the requests."""
    known = set(DispatchJob.objects.values_list("request_id", flat=True))
    baskets = fill_baskets(count)
    began = time.monotonic()
    for number, basket in enumerate(baskets):
        if per_second:
            time.sleep(max(0.0, began + number / per_second - time.monotonic()))
        basket.pay()
    return list(DispatchJob.objects.exclude(request_id__in=known).values_list("request_id", flat=True))


def _wait_until_sent(requests: Sequence[int]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    unsent = DispatchJob.objects.filter(request_id__in=requests).exclude(state=DeliveryState.SENT)
    while left := unsent.count():
        if time.monotonic() > deadline:
            raise NotDeliveredError(f"{left} of {len(requests)} reports were not sent in {_PATIENCE_SECONDS:g} s.")
        time.sleep(_POLL_SECONDS)


def _check_mailbox(mailbox: MailboxControl, requests: Sequence[int]) -> None:
    """Compare what arrived with what is on record. Raises NotDeliveredError."""
    jobs = DispatchJob.objects.filter(request_id__in=requests, report__isnull=False)
    recorded = sorted(jobs.values_list("message_id", "report__sha256"))
    received = [(one.message_id, one.attachments[0].sha256) for one in mailbox.messages() if one.attachments]
    if sorted(received) != recorded:
        raise NotDeliveredError(f"{len(received)} reports arrived, {len(recorded)} are on record, or they differ.")


def _prepared_per_second(requests: Sequence[int]) -> float:
    """Return the rate between the first and the last report that became ready, so that the start does not count."""
    done = _times(requests, JobStep.PREPARE)
    return (len(done) - 1) / (done[-1] - done[0]).total_seconds()


def _times(requests: Sequence[int], step: JobStep) -> list[datetime]:
    attempts = DispatchAttempt.objects.filter(job__request_id__in=requests, step=step)
    return list(attempts.order_by("finished_at").values_list("finished_at", flat=True))


def _throughput(rate: float, bare_seconds: float) -> Figure:
    limit = Limit(RENDER_PROCESSES / bare_seconds, f"{RENDER_PROCESSES} processes ÷ (render + seal)")
    return Figure("reports prepared while mail goes out", rate, "reports/s", limit, Target(">=", 0.9))


def _ways(requests: Sequence[int], sizes: Sizes) -> list[Figure]:
    times = DispatchJob.objects.filter(request_id__in=requests).values_list("request__funded_at", "sent_at")
    ways = [(paid_at, sent_at) for paid_at, sent_at in times if paid_at and sent_at]
    seconds = [(sent_at - paid_at).total_seconds() for paid_at, sent_at in ways]
    whole = (max(sent_at for _, sent_at in ways) - min(paid_at for paid_at, _ in ways)).total_seconds()
    arriving = Limit(sizes.burst_orders / sizes.orders_per_second, "the orders' own arrival")
    name = f"burst of {sizes.burst_orders} orders, {sizes.orders_per_second}/s"
    return [
        Figure(f"{name}: first paid to last accepted", whole, "s", arriving),
        Figure(f"{name}: paid to accepted, p50", median(seconds), "s"),
        Figure(f"{name}: paid to accepted, p95", p95(seconds), "s", None, Target("<=", 10, absolute=True)),
    ]
