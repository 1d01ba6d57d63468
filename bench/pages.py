"""The busiest pages through a real web server: with few people and with many, beside a page that does nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from statistics import mean, median

from bench.browser import Browser, Crowd
from bench.figures import Figure, Limit, Target, p95
from bench.sizes import Sizes
from bench.visitors import Page, Visits, count_queries

_WARM_UPS = 8
_MOST_QUERIES = 12
_HEALTH = "/healthz"
_SLOWEST_MS = {"verify": 30.0}
_SLOWEST_PAGE_MS = 100.0


@dataclass(frozen=True)
class Addresses:
    """Base URLs of three web servers: on the database with few people, on that with many, and the bare one."""

    few: str
    many: str
    bare: str


@dataclass
class _Row:
    """One thing that is asked for again and again, and the milliseconds it took."""

    ask: Callable[[], float]
    taken: list[float] = field(default_factory=list)


def measure(addresses: Addresses, visits: Visits, sizes: Sizes) -> list[Figure]:
    """Return the figures of every page; `visits` were prepared before the database was copied."""
    with ExitStack() as closing_down:
        browsers = {name: Browser(getattr(addresses, name)) for name in ("few", "many", "bare")}
        crowds = {name: Crowd(getattr(addresses, name)) for name in ("few", "many")}
        for browser in browsers.values():
            closing_down.callback(browser.close)
        for crowd in crowds.values():
            closing_down.callback(crowd.close)
        rows = _rows(browsers, crowds, visits)
        _ask_in_turns(list(rows.values()), sizes.requests_per_page)
    taken = {key: row.taken for key, row in rows.items()}
    names = [*visits.busy, "verify"]
    figures = [figure for name in names for figure in _figures_of(name, taken, sizes)]
    return [*figures, *_figures_of_lists(taken), *_figures_of_verify(taken), *_figures_of_queries(visits)]


def _ask_in_turns(rows: Sequence[_Row], count: int) -> None:
    """Ask for everything once, then again: whatever else this machine does strikes all alike."""
    for turn in range(-_WARM_UPS, count):
        for row in rows:
            milliseconds = row.ask()
            if turn >= 0:
                row.taken.append(milliseconds)


def _rows(browsers: dict[str, Browser], crowds: dict[str, Crowd], visits: Visits) -> dict[str, _Row]:
    rows = {"health": _Row(partial(browsers["many"].milliseconds, _HEALTH))}
    for place in ("few", "many"):
        for name, visitors in visits.busy.items():
            rows[f"{name} {place}"] = _Row(partial(_open_next, browsers[place], cycle(visitors)))
        rows[f"verify {place}"] = _Row(partial(_check_next, crowds[place].milliseconds, cycle(visits.codes)))
    for name, page in (("first", visits.first_of_list), ("deepest", visits.deepest_of_list)):
        rows[name] = _Row(partial(_open_next, browsers["many"], cycle([page])))
    rows["bare look-up"] = _Row(partial(_check_next, browsers["bare"].milliseconds, cycle(visits.codes)))
    rows["hello"] = _Row(partial(browsers["bare"].milliseconds, "/hello/"))
    return rows


def _open_next(browser: Browser, pages: Iterator[Page]) -> float:
    page = next(pages)
    return browser.milliseconds(page.path, page.cookie)


def _check_next(ask: Callable[[str], float], codes: Iterator[str]) -> float:
    return ask(f"/v/{next(codes)}/")


def _figures_of(name: str, taken: dict[str, list[float]], sizes: Sizes) -> list[Figure]:
    few, many, health = taken[f"{name} few"], taken[f"{name} many"], taken["health"]
    slowest = _SLOWEST_MS.get(name, _SLOWEST_PAGE_MS)
    people = f"{sizes.many_people:,} people"
    return [
        Figure(f"{name}, p50, {people}", median(many), "ms", Limit(median(few), f"{sizes.few_people:,} people")),
        Figure(
            f"{name}, p95, {people}",
            p95(many),
            "ms",
            Limit(p95(few), f"{sizes.few_people:,} people"),
            Target("<=", 1.2),
        ),
        Figure(
            f"{name}, p95",
            p95(many),
            "ms",
            Limit(p95(health), "healthz, p95"),
            Target("<=", slowest, absolute=True),
        ),
    ]


def _figures_of_lists(taken: dict[str, list[float]]) -> list[Figure]:
    limit = Limit(median(taken["first"]), "its first page")
    return [Figure("deepest page of the longest list, p50", median(taken["deepest"]), "ms", limit, Target("<=", 2))]


def _figures_of_verify(taken: dict[str, list[float]]) -> list[Figure]:
    rate = 1000 / mean(taken["verify many"])
    look_up = Limit(1000 / mean(taken["bare look-up"]), "bare view with the same look-up")
    hello = Limit(1000 / mean(taken["hello"]), "bare view that says hello")
    return [
        Figure("verify", rate, "requests/s", look_up, Target(">=", 0.6)),
        Figure("verify", rate, "requests/s", hello),
    ]


def _figures_of_queries(visits: Visits) -> list[Figure]:
    target = Target("<=", _MOST_QUERIES, absolute=True)
    return [
        Figure(f"{name}, SQL statements", count, "queries", None, target)
        for name, count in count_queries(visits).items()
    ]
