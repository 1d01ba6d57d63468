"""How much is measured: in full, quickly, and in the tests of the benchmarks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Counts of a run; `orders_per_second` is the rate at which paid orders arrive in the burst."""

    renders: int
    reports_for_memory: tuple[int, int]
    reports_side_by_side: int
    burst_orders: int
    orders_per_second: int
    waiting_orders: int
    commits: int
    requests_per_page: int
    few_people: int
    many_people: int
    orders_of_the_busiest: int
    schools: int
    searches: int
    import_rows: int
    copies: int
    copy_bytes: int


FULL = Sizes(
    renders=60,
    reports_for_memory=(20, 300),
    reports_side_by_side=60,
    burst_orders=200,
    orders_per_second=20,
    waiting_orders=120,
    commits=200,
    requests_per_page=200,
    few_people=1_000,
    many_people=200_000,
    orders_of_the_busiest=2_000,
    schools=4_000,
    searches=200,
    import_rows=100_000,
    copies=5,
    copy_bytes=40_000_000,
)
QUICK = Sizes(
    renders=12,
    reports_for_memory=(20, 120),
    reports_side_by_side=16,
    burst_orders=40,
    orders_per_second=20,
    waiting_orders=30,
    commits=40,
    requests_per_page=40,
    few_people=1_000,
    many_people=20_000,
    orders_of_the_busiest=500,
    schools=4_000,
    searches=60,
    import_rows=10_000,
    copies=2,
    copy_bytes=40_000_000,
)
