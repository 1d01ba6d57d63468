"""Subscribing to the newsletter and leaving it: nobody is subscribed by others, and nobody is kept."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant
from applicants.services.contact import current_contact
from portal.models import AuditEvent, DeliveryState, NewsletterDelivery, NewsletterSubscriber, OutgoingEmail
from portal.models import SubscriptionState as S
from portal.newsletter import subscriptions
from portal.states import IllegalMoveError
from tests.applicants.registering import change_address
from tests.factories.newsletter import NewsletterDeliveryFactory, NewsletterSubscriberFactory

pytestmark = pytest.mark.django_db

ADDRESS = "Ada.Reader@readers.example"
SIGN_UP, SENT = reverse("newsletter_sign_up"), reverse("newsletter_sign_up_sent")


def sign_up(email: str = ADDRESS):
    return Client().post(SIGN_UP, {"email": email})


def link_in_mail(template: str = "newsletter_confirm") -> str:
    text = OutgoingEmail.objects.filter(template=template).latest("created_at").text
    (link,) = re.findall(rf"{settings.BASE_URL}(/newsletter/(?:confirm|unsubscribe)/\S+)", text)
    return str(link)


def only() -> NewsletterSubscriber:
    return NewsletterSubscriber.objects.get()


def test_a_reader_subscribes_by_pressing_the_button_behind_the_link():
    answer = sign_up()
    assert (answer.status_code, answer.headers["Location"]) == (302, SENT)
    assert only().state == S.PENDING
    link = link_in_mail()

    page = Client().get(link)
    assert page.status_code == 200
    assert "Get the newsletter</button>" in page.content.decode()
    assert only().state == S.PENDING

    assert "You get the newsletter" in Client().post(link).content.decode()
    reader = only()
    assert (reader.state, reader.email, reader.email_key) == (S.ACTIVE, ADDRESS, ADDRESS.lower())
    assert reader.confirmed_at is not None
    assert AuditEvent.objects.filter(event="portal.newsletter_active").count() == 1


def test_the_link_works_once_and_only_its_hash_is_kept():
    sign_up()
    link = link_in_mail()
    token = link.split("/")[-2]
    assert token not in str(NewsletterSubscriber.objects.values().get())

    Client().post(link)
    reader = only()
    subscriptions.unsubscribe(key=reader.unsubscribe_key, at=timezone.now())

    assert Client().get(link).status_code == 404
    assert Client().post(link).status_code == 404
    assert only().state == S.UNSUBSCRIBED


def test_an_old_link_does_not_work_and_a_new_one_ends_the_one_before():
    sign_up()
    first = link_in_mail()
    NewsletterSubscriber.objects.update(confirm_until=timezone.now() - timedelta(seconds=1))
    assert Client().post(first).status_code == 404
    sign_up()

    assert Client().post(first).status_code == 404
    assert only().state == S.PENDING
    assert Client().post(link_in_mail()).status_code == 200


@pytest.mark.parametrize("key", ["x", "A" * 32, "../../x", "%00", "é", "x" * 3000])
def test_forged_links_subscribe_and_unsubscribe_nobody(key: str):
    waiting = NewsletterSubscriberFactory.create(state=S.PENDING, confirmed_at=None, confirm_digest="0" * 64)
    reader = NewsletterSubscriberFactory.create()

    for name in ("newsletter_confirm", "newsletter_unsubscribe"):
        address = reverse(name, args=["KEY"]).replace("KEY", key)
        assert Client().get(address).status_code == 404
        assert Client().post(address).status_code == 404
    for subscriber, state in ((waiting, S.PENDING), (reader, S.ACTIVE)):
        subscriber.refresh_from_db()
        assert subscriber.state == state


def test_the_answer_is_the_same_for_known_barred_and_new_addresses():
    NewsletterSubscriberFactory.create(email="known@readers.example")
    NewsletterSubscriberFactory.create(email="barred@readers.example", state=S.SUPPRESSED, ended_at=timezone.now())

    answers = [sign_up(f"{name}@readers.example") for name in ("known", "barred", "new")]

    assert {(answer.status_code, answer.headers["Location"], answer.content) for answer in answers} == {
        (302, SENT, b"")
    }
    sent = dict(OutgoingEmail.objects.values_list("to_email", "template"))
    assert sent == {"known@readers.example": "newsletter_already", "new@readers.example": "newsletter_confirm"}


def test_an_address_in_other_letters_is_the_same_reader():
    NewsletterSubscriberFactory.create(email="ada@readers.example")
    sign_up("ADA@Readers.example")

    assert NewsletterSubscriber.objects.count() == 1
    assert OutgoingEmail.objects.get().template == "newsletter_already"


@pytest.mark.parametrize(
    "email",
    [
        "",
        "nobody",
        "a@b",
        "a@readers.example\r\nBcc: b@evil.example",
        "ä@readers.example",
        "a" * 300 + "@x.example",
        "a\x00@x.example",
    ],
)
def test_what_is_no_address_is_refused_and_kept_in_the_field(email: str):
    page = Client().post(SIGN_UP, {"email": email})

    assert page.status_code == 200
    assert "There is a problem" in page.content.decode()
    assert not NewsletterSubscriber.objects.exists()
    assert not OutgoingEmail.objects.exists()


def test_a_name_with_line_breaks_brings_no_header():
    with pytest.raises(ValueError, match="one line"):
        subscriptions.ask(email="a@readers.example\nBcc: b@evil.example", at=timezone.now())

    assert not NewsletterSubscriber.objects.exists()


def test_nobodys_mailbox_is_filled_from_the_form():
    most = subscriptions.MAILS_TO_ONE_ADDRESS.most
    answers = [sign_up() for _ in range(most + 2)]

    assert {answer.status_code for answer in answers} == {302}
    assert OutgoingEmail.objects.count() == most


def test_one_network_signs_up_a_few_times_an_hour():
    answers = [sign_up(f"reader{number}@readers.example").status_code for number in range(12)]

    assert answers == [302] * 10 + [429] * 2
    assert NewsletterSubscriber.objects.count() == 10


def test_the_form_needs_its_token():
    assert Client(enforce_csrf_checks=True).post(SIGN_UP, {"email": ADDRESS}).status_code == 403
    assert not NewsletterSubscriber.objects.exists()


def test_opening_the_link_to_leave_changes_nothing_and_the_button_does():
    reader = NewsletterSubscriberFactory.create()
    link = reverse("newsletter_unsubscribe", args=[reader.unsubscribe_key])

    for method in (Client().get, Client().head, Client().options):
        method(link)
    assert only().state == S.ACTIVE

    # As a mail program presses it: no cookie, no token, no session (RFC 8058).
    program = Client(enforce_csrf_checks=True)
    answer = program.post(link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert only().state == S.UNSUBSCRIBED
    assert program.post(link).status_code == 200
    assert AuditEvent.objects.filter(event="portal.newsletter_unsubscribed").count() == 1


def test_who_leaves_gets_nothing_that_waits():
    delivery = NewsletterDeliveryFactory.create()

    subscriptions.unsubscribe(key=delivery.subscriber.unsubscribe_key, at=timezone.now())

    assert NewsletterDelivery.objects.get().state == DeliveryState.CANCELED


def test_a_reader_comes_back_by_confirming_again():
    reader = NewsletterSubscriberFactory.create(bounces=1)
    subscriptions.unsubscribe(key=reader.unsubscribe_key, at=timezone.now())
    sign_up(reader.email)
    assert only().state == S.UNSUBSCRIBED

    Client().post(link_in_mail())

    reader = only()
    assert (reader.state, reader.ended_at, reader.bounces) == (S.ACTIVE, None, 0)


def test_a_barred_address_is_freed_by_staff_and_confirms_anew():
    reader = NewsletterSubscriberFactory.create(state=S.SUPPRESSED, ended_at=timezone.now())
    subscriptions.lift_suppression(subscriber_id=reader.pk, reason="Asked", actor="tests", at=timezone.now())

    assert only().state == S.UNSUBSCRIBED
    with pytest.raises(IllegalMoveError):
        subscriptions.lift_suppression(subscriber_id=reader.pk, reason="Asked", actor="tests", at=timezone.now())


@pytest.mark.parametrize(
    ("state", "words", "after"),
    [
        (S.SUPPRESSED, "Mended at their end", S.UNSUBSCRIBED),
        (S.SUPPRESSED, " ", S.SUPPRESSED),
        (S.ACTIVE, "Asked", S.ACTIVE),
    ],
)
def test_staff_free_a_barred_address_with_a_reason_in_the_audit_log(
    staff_client: Client, state: S, words: str, after: S
):
    reader = NewsletterSubscriberFactory.create(state=state, ended_at=None if state == S.ACTIVE else timezone.now())
    act = {"action": "lift_suppression", "_selected_action": [reader.pk], "confirmed": "1", "words": words}

    answer = staff_client.post(reverse("admin:portal_newslettersubscriber_changelist"), act)

    assert answer.status_code in {200, 302}
    assert only().state == after
    freed = AuditEvent.objects.filter(event="portal.newsletter_unsubscribed").values_list("reason", flat=True)
    assert list(freed) == ([words] if after == S.UNSUBSCRIBED else [])
    assert not OutgoingEmail.objects.exists()


def test_a_new_address_of_the_account_changes_no_subscription(applicant: Applicant):
    contact = current_contact(applicant)
    assert contact is not None
    reader = NewsletterSubscriberFactory.create(email=contact.email)
    before = NewsletterSubscriber.objects.values().get()

    change_address(applicant, "elsewhere@example.org")

    applicant.user.refresh_from_db()
    assert applicant.user.email == "elsewhere@example.org"
    assert NewsletterSubscriber.objects.values().get() == before
    assert reader.email == contact.email


def test_the_audit_log_names_no_address():
    sign_up()
    Client().post(link_in_mail())

    events = AuditEvent.objects.filter(event__startswith="portal.newsletter")
    assert events.count() == 2
    assert ADDRESS.lower() not in str(list(events.values())).lower()
