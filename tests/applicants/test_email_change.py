"""A new e-mail address: nobody's before the button behind the link sent to it was pressed."""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import ContactInformation, MailedLink, User
from applicants.services.contact import current_contact
from portal.models import AuditEvent, OutgoingEmail
from tests.applicants.registering import change_address, last_link
from tests.applicants.test_contact import VALID
from tests.factories.applicants import PASSWORD, ApplicantFactory
from tests.support.sign_in import sign_in
from tests.support.unchanged import nothing_happens

pytestmark = pytest.mark.django_db
PAGE, AGAIN, WITHDRAW = (reverse(name) for name in ("contact_details", "email_change_again", "email_change_withdraw"))
NEW = VALID["email"]
WATCHED = (User, ContactInformation, MailedLink, EmailAddress, OutgoingEmail, AuditEvent)


@pytest.fixture(autouse=True)
def _count_from_nought() -> None:
    cache.clear()


def ask(client, email=NEW):
    return client.post(PAGE, VALID | {"email": email})


def address_of(applicant):
    [email] = {User.objects.get(pk=applicant.user_id).email, current_contact(applicant).email}
    return email


def told():
    return sorted(OutgoingEmail.objects.values_list("to_email", "template"))


def test_new_address_waits_and_everything_else_is_saved(applicant_client, applicant):
    old = applicant.user.email

    page = applicant_client.post(PAGE, VALID, follow=True).content.decode()

    assert current_contact(applicant).city == "Kumasi"
    assert address_of(applicant) == old
    assert "waits for confirmation" in page
    assert page.count(NEW) == 1
    assert told() == sorted([(NEW, "email_change_confirm"), (old, "email_change_requested")])
    assert NEW not in OutgoingEmail.objects.get(to_email=old).text
    assert old not in OutgoingEmail.objects.get(to_email=NEW).text
    [event] = AuditEvent.objects.filter(event__startswith="applicants.email_change")
    assert (event.event, event.person, event.facts) == ("applicants.email_change_requested", applicant.pk, {})


def test_opening_the_link_changes_nothing_and_pressing_the_button_does(applicant_client, applicant):
    old = applicant.user.email
    EmailAddress.objects.create(user=applicant.user, email=old, primary=True, verified=True)
    ask(applicant_client)
    link, stop = last_link("email_change_confirm"), last_link("email_change_requested")

    for browser in (Client(), applicant_client):
        browser.get(link)
        browser.get(stop)
    assert (address_of(applicant), MailedLink.objects.filter(used_at=None).count()) == (old, 2)
    page = applicant_client.post(link, follow=True).content.decode()

    assert "Your e-mail address was changed." in page
    assert "waits for confirmation" not in page
    assert address_of(applicant) == NEW
    assert EmailAddress.objects.get(user=applicant.user).email == NEW
    assert {(old, "email_address_changed"), (NEW, "email_address_in_use")} < set(told())
    assert AuditEvent.objects.filter(event="applicants.email_changed", person=applicant.pk).count() == 1
    # The owner of the old address has nothing left to stop, and the link works once.
    assert [applicant_client.post(address).status_code for address in (link, stop)] == [404, 404]


def test_old_address_signs_in_until_the_new_one_is_confirmed(applicant_client, applicant):
    ask(applicant_client)

    def opens(email):
        browser = Client()
        answer = browser.post(reverse("account_login"), {"login": email, "password": PASSWORD})
        browser.post(reverse("account_reset_password"), {"email": email})
        reset = OutgoingEmail.objects.filter(to_email=email, text__contains="/password/reset/key/").exists()
        return reset, answer.status_code

    old = applicant.user.email
    assert (opens(old), opens(NEW)) == ((True, 302), (False, 200))


@pytest.mark.parametrize("way", ["expired", "withdrawn", "stopped", "another address asked for"])
def test_link_of_a_change_that_is_over_is_refused(applicant_client, applicant, enqueued, way):
    old = applicant.user.email
    ask(applicant_client)
    link = last_link("email_change_confirm")
    if way == "expired":
        MailedLink.objects.filter(email=NEW).update(expires_at=timezone.now())
    elif way == "withdrawn":
        applicant_client.post(WITHDRAW)
        assert Client().post(last_link("email_change_requested")).status_code == 404
    elif way == "stopped":
        assert Client().post(last_link("email_change_requested")).status_code == 200
        assert AuditEvent.objects.get(event="applicants.email_change_stopped").actor == "visitor"
    else:
        ask(applicant_client, "third@example.org")

    with nothing_happens(enqueued, *WATCHED):
        answer = applicant_client.post(link)

    assert (answer.status_code, address_of(applicant)) == (404, old)
    assert (NEW in applicant_client.get(PAGE).content.decode()) is False


def test_link_works_in_the_account_that_asked_alone(applicant_client, applicant, other_applicant, enqueued):
    ask(applicant_client)
    link = last_link("email_change_confirm")
    stranger = Client()
    sign_in(stranger, other_applicant.user)

    with nothing_happens(enqueued, *WATCHED):
        assert [stranger.get(link).status_code, stranger.post(link).status_code] == [404, 404]
        assert Client().post(link).headers["Location"].startswith(reverse("account_login"))

    assert applicant_client.post(link).status_code == 302
    assert address_of(applicant) == NEW


def test_only_a_hash_of_each_link_is_kept(applicant_client):
    ask(applicant_client)

    kept = str([list(model.objects.values()) for model in (MailedLink, AuditEvent)])

    for template in ("email_change_confirm", "email_change_requested"):
        token = last_link(template).split("/")[-2]
        assert len(token) >= 40
        assert token not in kept


def test_nothing_tells_that_another_account_has_the_address_now_or_meanwhile(applicant_client, applicant):
    taken = ApplicantFactory.create()
    EmailAddress.objects.create(user=taken.user, email=taken.user.email, primary=True, verified=True)

    def seen(email):
        answer = ask(applicant_client, email)
        page = applicant_client.get(PAGE).content.decode()
        message = OutgoingEmail.objects.filter(to_email=email).latest("created_at")
        return answer.status_code, answer["Location"], page.count(email), message.template, message.subject

    assert seen(taken.user.email) == seen(NEW)
    link = last_link("email_change_confirm")
    change_address(ApplicantFactory.create(), NEW)
    # Two people may share one: who confirms it second gets it all the same.
    assert applicant_client.post(link).status_code == 302
    assert address_of(applicant) == NEW
    assert EmailAddress.objects.filter(email__iexact=NEW).count() == 1


def test_links_are_few(applicant_client, applicant):
    for _ in range(4):
        ask(applicant_client)
    applicant_client.post(AGAIN)
    sent = OutgoingEmail.objects.count()
    before = applicant.contacts.count()

    answers = [
        applicant_client.post(PAGE, VALID | {"city": "Tema"}).status_code,
        applicant_client.post(AGAIN).status_code,
    ]

    assert answers == [429, 302]
    assert (sent, OutgoingEmail.objects.count(), applicant.contacts.count()) == (10, 10, before)
    # A link sent again for the same address does not end the one before.
    first = OutgoingEmail.objects.filter(to_email=NEW).earliest("created_at").text
    assert applicant_client.get("/account/" + first.partition("/account/")[2].split()[0]).status_code == 200


def test_sending_again_asks_who_it_is(applicant_client):
    ask(applicant_client)
    session = applicant_client.session
    key = "account_authentication_methods"
    session[key] = [{**record, "at": record["at"] - 601} for record in session[key]]
    session.save()

    answer = applicant_client.post(AGAIN)

    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert OutgoingEmail.objects.count() == 2
