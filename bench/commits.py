"""Pressing Pay, beside a bare durable transaction that writes as many rows."""

import time
from collections.abc import Callable
from contextlib import closing
from statistics import median
from typing import Any

import psycopg2
from django.db import connection

from bench.figures import Figure, Limit, Target, p95
from bench.orders import Basket, fill_baskets
from bench.sizes import Sizes
from payments.services import checkout

_WRITES = ("INSERT", "UPDATE", "DELETE")
REPORTS_IN_AN_ORDER = 2


def measure(database_url: str, sizes: Sizes) -> list[Figure]:
    """Return how long orders of two reports take to commit, paid with credit and to be paid by card."""
    written = _WrittenRows()
    first = fill_baskets(1, reports=REPORTS_IN_AN_ORDER)[0]
    with connection.execute_wrapper(written):
        first.pay()
    with_credit = fill_baskets(sizes.commits, reports=REPORTS_IN_AN_ORDER)
    by_card = fill_baskets(sizes.commits, reports=REPORTS_IN_AN_ORDER, with_credit=False)
    taken: dict[str, list[float]] = {"bare": [], "credit": [], "card": [], "page": []}
    with closing(psycopg2.connect(database_url)) as bare:
        _make_bare_table(bare)
        # In turns, so that whatever else this machine does strikes all alike.
        for paid, unpaid in zip(with_credit, by_card, strict=True):
            taken["bare"].append(_timed(lambda: _write_bare_rows(bare, written.count)))
            taken["credit"].append(_timed(paid.pay))
            _pay_by_card(unpaid, taken)
    return _figures(taken, written.count)


def _pay_by_card(basket: Basket, taken: dict[str, list[float]]) -> None:
    began = time.perf_counter()
    payment = basket.pay(use_credit=False)
    committed = time.perf_counter()
    checkout.open_session(payment.pk)
    taken["card"].append((committed - began) * 1000)
    taken["page"].append((time.perf_counter() - began) * 1000)


def _figures(taken: dict[str, list[float]], rows: int) -> list[Figure]:
    limits = {
        "p50": Limit(median(taken["bare"]), f"bare transaction of {rows} rows, p50"),
        "p95": Limit(p95(taken["bare"]), f"bare transaction of {rows} rows, p95"),
    }
    target = Target("<=", 150, absolute=True)
    return [
        Figure("order commit with credit, p50", median(taken["credit"]), "ms", limits["p50"]),
        Figure("order commit with credit, p95", p95(taken["credit"]), "ms", limits["p95"], target),
        Figure("order commit by card, p50", median(taken["card"]), "ms", limits["p50"]),
        Figure("order commit by card, p95", p95(taken["card"]), "ms", limits["p95"], target),
        Figure("order by card until its payment page is open, p50", median(taken["page"]), "ms", limits["p50"]),
        Figure("order by card until its payment page is open, p95", p95(taken["page"]), "ms", limits["p95"]),
    ]


class _WrittenRows:
    """Counts the rows that Django's statements write."""

    def __init__(self) -> None:
        self.count = 0

    # What a wrapper is called with and returns is typed so by Django itself.
    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        answer = execute(sql, params, many, context)
        if sql.startswith(_WRITES):
            self.count += max(context["cursor"].rowcount, 0)
        return answer


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


# psycopg2 ships no types.
def _make_bare_table(bare: Any) -> None:
    with bare, bare.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_rows (id bigserial PRIMARY KEY, at timestamptz, words text)")


def _write_bare_rows(bare: Any, count: int) -> None:
    with bare, bare.cursor() as cursor:
        for _ in range(count):
            cursor.execute("INSERT INTO bench_rows (at, words) VALUES (now(), %s)", ["some words of a row"])
