"""Limits of requests: exact within a window, by network or account, answered with the time to try again."""

from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from applicants.models import User
from portal.clients import client_key
from portal.rate_limits import RateLimit, TooManyRequestsError, by_account, by_network, limited, spend

AT = datetime(2026, 5, 4, 15, 0, 10, tzinfo=UTC)
THREE = RateLimit("test", most=3, per=timedelta(minutes=1))


@pytest.fixture(autouse=True)
def fresh_counters():
    cache.clear()


def ask(method: str = "POST", address: str = "203.0.113.7", user=None) -> HttpRequest:
    request = RequestFactory().generic(method, "/somewhere/", REMOTE_ADDR=address)
    request.user = user or AnonymousUser()
    return request


def spend_all(client: str = "a") -> None:
    for _ in range(THREE.most):
        spend(THREE, client, at=AT)


def test_one_too_many_is_refused_until_the_window_ends():
    spend_all()

    with pytest.raises(TooManyRequestsError) as refused:
        spend(THREE, "a", at=AT)

    assert refused.value.retry_at == AT.replace(second=0) + timedelta(minutes=1)
    spend(THREE, "a", at=refused.value.retry_at)


def test_others_and_other_limits_are_not_touched():
    spend_all()

    spend(THREE, "b", at=AT)
    spend(RateLimit("other", most=1, per=timedelta(minutes=1)), "a", at=AT)


def test_a_refusal_is_counted_in_the_log_without_the_client(caplog: pytest.LogCaptureFixture):
    spend_all("client-of-somebody")

    with pytest.raises(TooManyRequestsError):
        spend(THREE, "client-of-somebody", at=AT)

    assert "rate_limited" in caplog.text
    assert "client-of-somebody" not in caplog.text


def test_without_redis_the_process_goes_on_counting(monkeypatch: pytest.MonkeyPatch):
    def silent(*args, **kwargs):
        raise redis.ConnectionError

    for name in ("add", "incr", "set"):
        monkeypatch.setattr(RedisCache, name, silent)
    spend_all()

    with pytest.raises(TooManyRequestsError):
        spend(THREE, "a", at=AT)


def test_the_view_is_not_reached_and_the_page_says_when_to_come_back():
    reached = []

    @limited(THREE)
    def view(request):
        reached.append(request)
        return HttpResponse()

    with time_machine.travel(AT, tick=False):
        statuses = [view(ask()).status_code for _ in range(3)]
        refused = view(ask())

    assert statuses == [200, 200, 200]
    assert (refused.status_code, len(reached)) == (429, 3)
    assert refused["Retry-After"] == "51"
    assert refused["Cache-Control"] == "no-store"
    assert 'datetime="2026-05-04T15:01:00+00:00"' in bytes(getattr(refused, "content", b"")).decode()


def test_looking_is_not_counted():
    view = limited(THREE)(lambda request: HttpResponse())

    assert [view(ask("GET")).status_code for _ in range(9)] == [200] * 9


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
    ],
)
def test_a_client_is_an_address_or_a_subscribers_network(first, second, same):
    assert (by_network(ask(address=first)) == by_network(ask(address=second))) is same


def test_a_key_tells_neither_the_address_nor_what_else_was_asked():
    request = ask()

    assert "203.0.113.7" not in client_key(request, purpose="one")
    assert client_key(request, purpose="one") != client_key(request, purpose="two")


def test_an_account_is_counted_wherever_it_asks_from():
    person = User(pk=7)

    assert by_account(ask(user=person)) == by_account(ask(address="198.51.100.1", user=person))
    assert by_account(ask()) == by_network(ask())


@pytest.mark.django_db
def test_a_forwarded_address_is_believed_only_behind_our_proxy(monkeypatch: pytest.MonkeyPatch):
    forged = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7", headers={"X-Forwarded-For": "198.51.100.1"})

    assert by_network(forged) == by_network(ask())


@pytest.mark.django_db
def test_behind_our_proxy_only_what_the_proxy_itself_added_is_believed(settings):
    direct = by_network(ask(address="198.51.100.1"))
    forwarded = {"X-Forwarded-For": "203.0.113.250, 198.51.100.1"}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    assert by_network(RequestFactory().get("/", REMOTE_ADDR="10.0.0.2", headers=forwarded)) == direct


@pytest.mark.django_db
def test_the_search_of_schools_is_limited(client: Client):
    address = reverse("eligibility")
    most = 60

    with time_machine.travel(AT, tick=False):
        answers = [client.get(address, {"school": "Lagos", "year": "2001"}).status_code for _ in range(most + 1)]
        page = client.get(address).status_code

    assert answers == [200] * most + [429]
    assert page == 200
