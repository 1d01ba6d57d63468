"""No address answers with a server error, whatever its parameters are and whoever asks; and no link leads nowhere."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from ipaddress import IPv4Address
from itertools import count
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case

from tests.access_table import OFFICIALS, PEOPLE, STAFF
from tests.hostile.addresses import describe, path_templates
from tests.hostile.crawling import Crawl
from tests.hostile.links import secrets_of_links
from tests.support.access import World, make_world, rolled_back

VISITORS = (*(person for person in PEOPLE if person != "staff"), *STAFF, *OFFICIALS)
DOORS = ("/", "/dashboard/", "/reports/", "/site-map/")
STAFF_DOOR = "/staff/"
SCHOOL_DOOR = "/school/"
# Together they are shown every form there is.
FORM_FINDERS = ("nobody", "owner", "everything", "official")
pytestmark = pytest.mark.hostile
# For each address and method.
EXAMPLES = 4
_numbers = count()


@pytest.fixture
def world(db: None) -> World:
    """Something at every address, and a session of everybody."""
    return make_world()


@pytest.fixture
def links(world: World) -> dict[str, str]:
    """Addresses that open with a secret and without an account, each with its secret."""
    return secrets_of_links(world)


@pytest.mark.parametrize("visitor", VISITORS)
def test_visitor_who_follows_every_link_meets_no_server_error(world: World, links: dict[str, str], visitor: str):
    client, doors = _client(world, visitor), _doors_of(visitor, links)

    crawl = Crawl(client, begin_with=VISITORS.index(visitor)).start(*doors)

    assert crawl.failed == []
    assert {crawl.statuses[door] for door in doors if door in links} <= {HTTPStatus.OK}
    assert [path for path, status in crawl.statuses.items() if status == HTTPStatus.NOT_FOUND] == []
    assert len(crawl.statuses) > 15


def test_no_parameters_end_in_a_server_error(world: World, links: dict[str, str]):
    fields = {
        template: names for visitor in FORM_FINDERS for template, names in _forms_of(world, links, visitor).items()
    }
    known = sorted({*_known(world), *links.values()})
    schema = schemathesis.openapi.from_dict(describe(path_templates(), known, fields))

    failed = [failure for operation in schema.get_all_operations() for failure in _failures_of(operation.ok(), world)]

    assert failed == []


def test_a_page_that_fails_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch):
    def fail(*args: object, **kwargs: object) -> None:
        raise ValueError("on purpose")

    monkeypatch.setattr("cvs.views.verifying.VerifyForm", fail)

    crawl = Crawl(_client(world, "nobody")).start("/")

    assert any(failure.startswith("/verify/") for failure in crawl.failed)


def _doors_of(visitor: str, links: Iterable[str]) -> tuple[str, ...]:
    # Whoever has a link needs no account, and nobody else is led to it.
    held = tuple(links) if visitor == "nobody" else ()
    # No page leads a physician to the door of staff, which does not exist for them.
    own = (STAFF_DOOR,) if visitor in {"nobody", *STAFF} else (SCHOOL_DOOR,) if visitor in OFFICIALS else ()
    return (*DOORS, *held, *own)


def _forms_of(world: World, links: Iterable[str], visitor: str) -> Mapping[str, set[str]]:
    return Crawl(_client(world, visitor), curious=False).start(*_doors_of(visitor, links)).fields


def _client(world: World, visitor: str) -> Client:
    client = world.client(visitor)
    client.raise_request_exception = False
    return client


def _known(world: World) -> list[str]:
    return sorted({*world.parts.values(), *(str(row.pk) for row in world.rows.values())})


def _failures_of(operation: APIOperation[Any, Any, Any, Any], world: World) -> Sequence[str]:
    failed: list[str] = []

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(), visitor=st.sampled_from(VISITORS))
    def send(case: Case[Any], visitor: str) -> None:
        with rolled_back():
            status = _status_of(case, _client(world, visitor))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            failed.append(f"{visitor}: {case.method} {case.formatted_path} {case.query} {case.body!r}: {status}")

    send()
    return failed


def _status_of(case: Case[Any], client: Client) -> int:
    request = case.as_transport_kwargs(base_url="http://testserver")
    body = {name: str(value) for name, value in (request.get("data") or {}).items()}
    response = client.generic(
        case.method,
        urlsplit(request["url"]).path,
        urlencode(body),
        "application/x-www-form-urlencoded",
        query_params=request.get("params") or {},
        # From one address, most would only meet the limit on how often one may ask.
        REMOTE_ADDR=str(IPv4Address("10.0.0.1") + next(_numbers)),
    )
    return response.status_code
