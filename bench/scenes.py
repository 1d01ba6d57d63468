"""Each benchmark by name, on a running world; imported once Django is set up."""

from collections.abc import Callable

from django.db import connections

from bench import burst, commits, eligibility, imports, own_data, pages, people, rendering, schools, visitors
from bench.figures import Figure, Target
from bench.launcher import HOST, result
from bench.sizes import Sizes
from bench.world import World, free_port

_LOAD_SECONDS = 90


def prepare(sizes: Sizes) -> None:
    """Load the few people that every benchmark needs."""
    people.add_people(sizes.few_people, busiest=sizes.orders_of_the_busiest)
    people.tidy()


def _rendering(world: World, sizes: Sizes) -> list[Figure]:
    return rendering.measure(world.launcher, sizes)


def _commits(world: World, sizes: Sizes) -> list[Figure]:
    return commits.measure(world.database_url, sizes)


def _burst(world: World, sizes: Sizes) -> list[Figure]:
    return burst.measure(world.launcher, world.mailbox, sizes)


def _schools(world: World, sizes: Sizes) -> list[Figure]:
    return schools.measure(world.database_url, sizes)


def _imports(world: World, sizes: Sizes) -> list[Figure]:
    return imports.measure(world.launcher, sizes)


def _pages(world: World, sizes: Sizes) -> list[Figure]:
    visits = visitors.prepare_visits()
    connections.close_all()
    on_copy = {"DATABASE_URL": world.copy_database()}
    more = sizes.many_people - sizes.few_people
    loaded = result(world.launcher.begin("bench.people", str(more), "0", changes=on_copy))["seconds"]
    ports = {name: free_port() for name in ("few", "many", "bare")}
    servers = [
        world.launcher.start_web(ports["few"]),
        world.launcher.start_web(ports["many"], changes=on_copy),
        world.launcher.start_web(ports["bare"], application="bench.bare", changes=on_copy),
    ]
    addresses = pages.Addresses(**{name: f"http://{HOST}:{port}" for name, port in ports.items()})
    figures = pages.measure(addresses, visits, sizes)
    for server in servers:
        server.stop()
    target = Target("<=", _LOAD_SECONDS, absolute=True)
    return [*figures, Figure(f"loading {more:,} people with their history", loaded, "s", None, target)]


def _eligibility(world: World, sizes: Sizes) -> list[Figure]:
    connections.close_all()
    many = {"DATABASE_URL": world.copy_database()}
    result(world.launcher.begin("bench.people", str(sizes.many_people - sizes.few_people), "0", changes=many))
    return eligibility.measure(world.launcher, sizes, many=many)


def _own_data(_: World, sizes: Sizes) -> list[Figure]:
    return own_data.measure(sizes)


BENCHMARKS: dict[str, Callable[[World, Sizes], list[Figure]]] = {
    "rendering": _rendering,
    "pages": _pages,
    "schools": _schools,
    "imports": _imports,
    "eligibility": _eligibility,
    "burst": _burst,
    "commits": _commits,
    "own_data": _own_data,
}
