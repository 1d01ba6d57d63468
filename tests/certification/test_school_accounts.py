"""Accounts of officials: opened and closed by who may, the list of requests, and answers from there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import User
from applicants.permissions import NotAllowedError
from applicants.roles import Role
from certification.models import SchoolOfficial, VerificationAnswer, VerificationRequest
from certification.services.verification import accounts, answers, inbox, officials
from certification.services.verification.accounts import AccountError
from certification.states import VerificationState
from certification.views.school.accounts import PER_PAGE
from portal.eastern import eastern_date
from portal.models import OutgoingEmail
from tests.certification.school_scenes import form_of, reply_to, sent_request, state_of, token_of
from tests.factories.applicants import ApplicantFactory, StaffFactory, UserFactory
from tests.factories.schools_portal import OfficialUserFactory, SchoolOfficialFactory
from tests.people import reviewer, staff_in
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db
LIST = "/school/"


def official_with_account(**values: object) -> SchoolOfficial:
    return SchoolOfficialFactory.create(user=OfficialUserFactory.create(), **values)


def user_of(official: SchoolOfficial) -> User:
    assert official.user is not None
    return official.user


def browser(official: SchoolOfficial, *, second_factor: bool = True) -> Client:
    client = Client()
    assert official.user is not None
    sign_in(client, official.user, second_factor=second_factor)
    return client


def asked(official: SchoolOfficial, days: int = 1) -> VerificationRequest:
    return sent_request(official, at=timezone.now() - timedelta(days=days))


def test_an_account_needs_a_second_factor():
    client = browser(official_with_account(), second_factor=False)

    response = client.get(LIST)

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("second_factor"))


def test_the_list_has_the_requests_of_the_own_school_the_oldest_first():
    mine, others = official_with_account(), official_with_account()
    old, new = asked(mine, days=40), asked(mine, days=2)
    foreign = asked(others)

    page = browser(mine).get(LIST).content.decode()

    assert page.index(old.reference) < page.index(new.reference)
    assert "Waiting for 40 days" in page
    assert foreign.reference not in page
    assert foreign.reference not in browser(mine).get(f"{LIST}?show=all&school={others.school_id}").content.decode()


def test_the_list_is_filtered_and_paged_within_a_dozen_queries(django_assert_max_num_queries):
    mine = official_with_account()
    requests = [asked(mine) for _ in range(PER_PAGE + 1)]
    client = browser(mine)
    client.get(LIST)

    with django_assert_max_num_queries(12):
        page = client.get(LIST).content.decode()
    assert page.count("/school/requests/") == PER_PAGE
    assert client.get(f"{LIST}?page=2").content.decode().count("/school/requests/") == 1
    found = client.get(f"{LIST}?words={requests[3].reference}").content.decode()
    assert found.count("/school/requests/") == 1
    for wrong in ("show=nothing", "school=x", "school=999", "page=x", "words=" + "x" * 200):
        assert client.get(f"{LIST}?{wrong}").status_code == 200


def test_a_request_is_answered_from_the_list_once():
    mine = official_with_account()
    request, client = asked(mine), browser(mine)
    address = reverse("school_request", args=[request.pk])

    page = client.get(address).content.decode()
    assert request.applicant.full_name in page
    assert state_of(request) == VerificationState.SENT
    client.post(address, form_of(request))
    again = client.post(address, form_of(request, verdict="not_ours", comments="Typed with care"))

    answer = VerificationAnswer.objects.get()
    assert (answer.channel, answer.verdict) == ("account", "confirmed")
    assert "Your answer was not saved" in again.content.decode()
    assert "Typed with care" in again.content.decode()
    assert Client().get(reverse("school_answer", args=[token_of(mine)])).status_code == 410


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "January 15, 2027, 21:12 UTC"),
        ("es", "15 de enero de 2027, 21:12 UTC"),
        ("fr", "15 janvier 2027, 21:12 UTC"),
    ],
)
def test_the_time_of_an_answer_is_in_utc_in_every_language(language, says, time_machine):
    time_machine.move_to(datetime(2027, 1, 15, 21, 12, tzinfo=UTC), tick=False)
    mine = official_with_account(language=language)
    by_link = asked(mine)
    link = reverse("school_answer", args=[token_of(mine)])
    by_account = asked(mine)
    client, address = browser(mine), reverse("school_request", args=[by_account.pk])
    client.post("/school/language/", {"language": language, "next": address})
    client.post(address, form_of(by_account))
    client.post(link, {"act": "open"})

    answered = client.post(link, form_of(by_link), follow=True)

    for page in (client.get(address), answered):
        assert page.status_code == 200
        assert f"<dd>{says}</dd>" in page.content.decode()


def test_a_colleague_answers_what_was_addressed_to_another_but_no_stranger_does():
    first = official_with_account()
    colleague, stranger = official_with_account(school=first.school), official_with_account()
    attests = official_with_account(school=first.school, may_verify=False, may_attest=True)
    request = asked(first)
    address = reverse("school_request", args=[request.pk])

    for nobody in (stranger, attests):
        assert browser(nobody).get(address).status_code == 404
        assert browser(nobody).post(address, form_of(request)).status_code == 404
        with pytest.raises(VerificationRequest.DoesNotExist):
            answers.answer_by_account(request.pk, user_of(nobody), reply_to(request), at=timezone.now())
    assert not VerificationAnswer.objects.exists()

    browser(colleague).post(address, form_of(request))
    assert VerificationAnswer.objects.get().official == colleague


def test_who_left_the_list_is_locked_out_at_once():
    mine = official_with_account()
    request, client = asked(mine), browser(mine)
    assert client.get(LIST).status_code == 200

    officials.remove(mine.pk, reason="Retired", at=timezone.now(), actor=reviewer())

    assert client.get(LIST).status_code == 302
    assert client.post(reverse("school_request", args=[request.pk]), form_of(request)).status_code == 302
    assert not VerificationAnswer.objects.exists()
    assert not User.objects.get(pk=user_of(mine).pk).is_active


def test_a_coordinator_opens_and_closes_accounts_of_the_own_list_only():
    coordinator = official_with_account(may_coordinate=True)
    colleague, stranger = SchoolOfficialFactory.create(school=coordinator.school), SchoolOfficialFactory.create()
    client, address = browser(coordinator), reverse("school_people")
    assert stranger.name in client.get(address).content.decode()
    assert stranger.email not in client.get(address).content.decode()

    assert client.post(address, {"act": "open", "official": stranger.pk}).status_code == 404
    client.post(address, {"act": "open", "official": colleague.pk})

    colleague.refresh_from_db()
    assert colleague.user.username == colleague.email
    assert not colleague.user.has_usable_password()
    message = OutgoingEmail.objects.get(template="school_account")
    assert message.to_email == colleague.email
    assert "/accounts/password/reset/" in message.text
    client.post(address, {"act": "close", "official": coordinator.pk})
    client.post(address, {"act": "close", "official": colleague.pk})
    coordinator.refresh_from_db()
    colleague.refresh_from_db()
    assert (coordinator.user is not None, colleague.user) == (True, None)
    assert not User.objects.get(username=colleague.email).is_active


@pytest.mark.parametrize("right", ["may_verify", "may_attest"])
def test_who_does_not_coordinate_opens_no_account(right):
    official = official_with_account(**{right: True})
    colleague = SchoolOfficialFactory.create(school=official.school)

    assert (
        browser(official).post(reverse("school_people"), {"act": "open", "official": colleague.pk}).status_code == 403
    )
    for by in (user_of(official), staff_in(Role.EDITOR), UserFactory.create()):
        with pytest.raises(NotAllowedError):
            accounts.invite(colleague.pk, by=by, at=timezone.now())
    assert not OutgoingEmail.objects.exists()


def test_an_address_of_staff_or_of_somebody_off_the_list_gets_no_account():
    by = staff_in(Role.CREDENTIAL_REVIEWER)
    taken = SchoolOfficialFactory.create(email=StaffFactory.create().username)
    left = SchoolOfficialFactory.create(listed_until=eastern_date(timezone.now()))

    for official in (taken, left):
        with pytest.raises(AccountError):
            accounts.invite(official.pk, by=by, at=timezone.now())
    assert not OutgoingEmail.objects.exists()


def test_one_person_of_two_schools_has_one_account_and_keeps_it_for_the_other():
    by = staff_in(Role.CREDENTIAL_REVIEWER)
    first, second = (SchoolOfficialFactory.create(email="both@school.example") for _ in range(2))
    for official in (first, second):
        accounts.invite(official.pk, by=by, at=timezone.now())
    account = User.objects.get(username="both@school.example")
    assert len(accounts.listings_of(account, at=timezone.now())) == 2

    accounts.close(first.pk, by=by, at=timezone.now())

    account.refresh_from_db()
    assert account.is_active
    rows = inbox.requests_for(list(accounts.listings_of(account, at=timezone.now())), show="all")
    assert not rows.filter(school=first.school).exists()


def test_people_of_schools_sign_in_with_their_address_and_come_to_their_requests(client):
    by = staff_in(Role.CREDENTIAL_REVIEWER)
    official = accounts.invite(SchoolOfficialFactory.create().pk, by=by, at=timezone.now())
    assert official.user is not None
    official.user.set_password("seven lamps under the bridge")
    official.user.save()

    response = client.post(
        "/accounts/login/", {"login": official.email.upper(), "password": "seven lamps under the bridge"}
    )

    assert response.status_code == 302
    assert response["Location"].endswith(LIST)


def test_physicians_have_no_page_here():
    client = Client()
    sign_in(client, ApplicantFactory.create().user)

    assert {client.get(path).status_code for path in (LIST, "/school/people/", "/school/requests/1/")} == {403}
