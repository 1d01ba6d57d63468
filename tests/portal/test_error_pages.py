"""Pages for what went wrong, and the id by which they are found in the logs."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from applicants.models import User
from applicants.roles import Role
from portal import middleware
from portal.views import errors
from tests.factories.applicants import StaffFactory
from tests.support.sign_in import sign_in

REQUEST_ID = "7f3a-21c9-04bd"


@pytest.fixture
def request_with_id():
    request = RequestFactory().get("/reports/")
    vars(request)["request_id"] = REQUEST_ID
    return request


ERRORS = [
    (lambda request: errors.bad_request(request, SuspiciousOperation()), 400, "did not make sense"),
    (lambda request: errors.permission_denied(request, PermissionDenied()), 403, "do not have access"),
    (errors.server_error, 500, "problem with the service"),
    (errors.csrf_failure, 403, "open for too long"),
]


@pytest.mark.parametrize(("view", "status", "words"), ERRORS)
def test_error_page_says_what_happened_and_what_to_quote_without_the_database(request_with_id, view, status, words):
    response = view(request_with_id)

    html = response.content.decode()
    assert response.status_code == status
    assert words in html
    assert f'<span class="ref">{REQUEST_ID}</span>' in html


def test_unknown_address_answers_404_with_the_id_of_the_request(client):
    response = client.get("/nothing/here/", headers={"X-Request-ID": REQUEST_ID})

    assert response.status_code == 404
    assert f'<span class="ref">{REQUEST_ID}</span>' in response.content.decode()


def test_error_of_ours_repeats_nothing_of_the_request():
    request = RequestFactory().get("/reports/CV-2026-004817/", {"token": "secret-token"})

    html = errors.server_error(request).content.decode()

    assert "CV-2026-004817" not in html
    assert "secret-token" not in html
    assert "and quote" not in html


@pytest.mark.django_db
def test_form_without_token_is_refused_with_our_page():
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "04821375"})

    assert response.status_code == 403
    assert "open for too long" in response.content.decode()


@pytest.mark.parametrize("given", [REQUEST_ID, "a" * 8, "Z" * 64])
def test_well_formed_request_id_is_kept(client, given):
    response = client.get(reverse("contact"), headers={"X-Request-ID": given})

    assert response["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "short", "a" * 65, "has space in it", "line\nbreak-1234", "ünïcödé-1234"])
def test_malformed_request_id_is_replaced(given):
    request = RequestFactory().get("/", headers={"X-Request-ID": given})

    made = middleware.RequestIdMiddleware(lambda request: HttpResponse())(request)["X-Request-ID"]

    assert made != given
    assert re.fullmatch(r"[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}", made)


def test_request_ids_differ():
    assert len({middleware.new_request_id() for _ in range(200)}) == 200


@pytest.mark.parametrize(
    ("before", "after", "kept"), [(True, True, False), (True, False, False), (False, True, False), (False, False, True)]
)
def test_pages_of_a_signed_in_person_are_kept_by_nobody(before, after, kept):
    people: dict[bool, User | AnonymousUser] = {True: User(), False: AnonymousUser()}
    request = RequestFactory().get("/")
    request.user = people[before]

    def answer(request):
        request.user = people[after]
        return HttpResponse()

    response = middleware.PersonalPagesMiddleware(answer)(request)

    assert response.headers.get("Cache-Control") == (None if kept else "no-store, private")


@pytest.mark.django_db
def test_refused_staff_are_led_back_to_their_own_pages():
    client = Client()
    sign_in(client, StaffFactory.create(is_superuser=False, role=Role.EDITOR))

    page = client.get(reverse("admin:certification_credential_changelist"))

    assert page.status_code == 403
    html = page.content.decode()
    assert "Go to your work queue" in html
    assert "Go to your dashboard" not in html
    assert "Sign out" in html
