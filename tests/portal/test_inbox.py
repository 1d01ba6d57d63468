"""Messages of the portal's inbox: written once, by e-mail only where wanted, and nobody's but the person's own."""

from datetime import timedelta
from email import policy

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from applicants.models import Applicant, User
from applicants.services.contact import current_contact
from portal import inbox, mail, promises, tasks
from portal.inbox import KINDS, Audience, preferences, reading
from portal.inbox.catalogue import essential_kinds, optional_kinds
from portal.models import AuditEvent, InboxMessage, MessagePreference, OutgoingEmail
from tests.support.wake_ups import WakeUp

pytestmark = pytest.mark.django_db

AT = timezone.now()
TEMPLATES = sorted(path.parent.name for path in (settings.BASE_DIR / "templates/emails").glob("*/subject.txt"))


def context(**values: object) -> dict[str, object]:
    return {
        "order_reference": "CV-2026-004817",
        "amount_cents": 6600,
        "count_total": 1,
        "count_sent": 1,
        "name": "Mensah",
        "tracking_url": f"{settings.BASE_URL}/reports/CV-2026-004817/",
        "sign_in_url": f"{settings.BASE_URL}/accounts/login/",
        **values,
    }


def tell(user: User, template: str = "report_sent", key: str = "", **values: object) -> InboxMessage:
    private = {"authority_name": "Medical Board of Test", "count_opened": 0}
    return inbox.notify(
        user=user, template=template, context=context(**values), private=private, key=key, subject_object=user, at=AT
    )


def switch(user: User, **wanted: bool) -> list[str]:
    return preferences.choose(user_id=user.pk, wanted=wanted, at=AT, actor="tests")


def test_every_message_stands_in_the_catalogue_and_every_kind_has_its_templates():
    assert sorted(KINDS) == TEMPLATES


def test_every_kind_for_an_inbox_leads_somewhere_or_says_so_and_essential_ones_say_why():
    for kind in [*optional_kinds(), *essential_kinds()]:
        assert bool(kind.link) == bool(kind.link_label), kind.template
        assert kind.audience in {Audience.PHYSICIAN, Audience.ACCOUNT}
    assert all(kind.why_always.endswith(".") for kind in essential_kinds())
    assert {kind.template for kind in optional_kinds()} >= {"report_sent", "report_acknowledged"}
    assert "payment_received" in {kind.template for kind in essential_kinds()}


def test_a_message_is_kept_in_full_and_announced_without_what_is_private(applicant: Applicant, enqueued: list[WakeUp]):
    message = tell(applicant.user)

    email = OutgoingEmail.objects.get()
    assert message.title == email.subject == "A status report was sent, order CV-2026-004817"
    assert "Medical Board of Test" in message.text
    assert "Dear" not in message.text
    assert message.link == "/reports/CV-2026-004817/"
    assert (message.emailed, message.read_at, message.archived_at) == (True, None, None)
    assert (message.subject_type, message.subject_id) == ("applicants.user", str(applicant.user.pk))
    assert email.to_email == applicant.user.email
    for part in (email.subject, email.text, email.html):
        assert "Medical Board of Test" not in part
    assert f"{settings.BASE_URL}{reverse('message_preferences')}" in email.text


def test_a_message_without_a_text_of_its_own_keeps_body_and_facts_of_the_email(applicant: Applicant):
    text = tell(applicant.user, "payment_received").text

    assert "We received your payment." in text
    assert "Paid: $66.00" in text
    assert not {word for word in ("Dear Dr.", "sign in", "You get this message", "http") if word in text}


def test_one_event_is_told_once(applicant: Applicant, other_applicant: Applicant):
    first = tell(applicant.user)
    again = tell(applicant.user, order_reference="CV-2026-999999")
    tell(applicant.user, "payment_received")
    tell(applicant.user, key="another")
    tell(other_applicant.user, key="another")

    assert again == first
    assert "004817" in again.title
    assert InboxMessage.objects.count() == OutgoingEmail.objects.count() == 4


def test_an_optional_message_that_was_switched_off_is_kept_and_not_sent(applicant: Applicant):
    assert switch(applicant.user, report_sent=False) == ["report_sent"]

    message = tell(applicant.user)
    tell(applicant.user, "report_acknowledged")

    assert not message.emailed
    assert [email.template for email in OutgoingEmail.objects.all()] == ["report_acknowledged"]
    assert switch(applicant.user, report_sent=True) == ["report_sent"]
    assert tell(applicant.user, key="later").emailed


def test_choices_are_audited_without_the_address_and_only_when_something_changed(applicant: Applicant):
    switch(applicant.user, report_sent=False, report_acknowledged=True)
    switch(applicant.user, report_sent=False)

    event = AuditEvent.objects.get(event="portal.message_preferences_changed")
    assert event.facts == {"switched_on": "", "switched_off": "report_sent"}
    assert event.subject_id == str(applicant.user.pk)


@pytest.mark.parametrize("kind", ["payment_received", "refund_made", "staff_alert", "to_authority", "nothing", ""])
def test_an_essential_message_cannot_be_switched_off(applicant: Applicant, kind: str):
    with pytest.raises(preferences.NotOptionalError):
        switch(applicant.user, report_sent=False, **{kind: False})

    assert not MessagePreference.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_forged_form_switches_no_essential_message_off(applicant: Applicant, applicant_client: Client):
    # Boxes that are not ticked are not sent: this says "no" to everything, by every name there is.
    forged = {**dict.fromkeys(KINDS, ""), "kind": "payment_received", "user_id": "1", "by_email": "false"}
    answer = applicant_client.post(reverse("message_preferences"), forged)

    assert answer.status_code == 302
    MessagePreference.objects.create(user=applicant.user, kind="payment_received", by_email=False, changed_at=AT)
    assert tell(applicant.user, "payment_received").emailed
    chosen = MessagePreference.objects.exclude(kind="payment_received")
    assert set(chosen.values_list("kind", flat=True)) == {kind.template for kind in optional_kinds()}


def test_the_page_of_choices_keeps_what_is_ticked_and_says_why_the_rest_always_comes(
    applicant: Applicant, applicant_client: Client
):
    applicant_client.post(reverse("message_preferences"), {"report_acknowledged": "on"})
    page = applicant_client.get(reverse("message_preferences")).content.decode()

    assert preferences.choices_of(applicant.user.pk)["report_acknowledged"]
    assert not preferences.choices_of(applicant.user.pk)["report_sent"]
    assert page.count(" checked") == 1
    for kind in essential_kinds():
        assert kind.words in page
        assert kind.why_always in page


@pytest.mark.parametrize("template", ["to_authority", "staff_alert", "email_address_changed"])
def test_what_is_not_for_an_inbox_is_refused(applicant: Applicant, template: str):
    with pytest.raises(ValueError, match="no place in an inbox"):
        tell(applicant.user, template)

    assert not InboxMessage.objects.exists()
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "javascript:alert(1)", f"{settings.BASE_URL}.evil.example/", "//evil.example"]
)
def test_a_link_away_from_the_portal_is_refused(applicant: Applicant, address: str):
    with pytest.raises(ValueError, match="does not lead to the portal"):
        tell(applicant.user, tracking_url=address)

    assert not InboxMessage.objects.exists()
    assert not OutgoingEmail.objects.exists()


def test_line_breaks_in_names_and_references_make_no_header(applicant: Applicant):
    evil = "CV-1\r\nBcc: all@evil.example\r\n\r\nforged"
    message = tell(applicant.user, order_reference=evil, name="Mensah\r\nX-Evil: 1")

    sent = mail.as_message(OutgoingEmail.objects.get()).as_bytes(policy=policy.SMTP).decode()
    headers = sent.partition("\r\n\r\n")[0]
    assert "\n" not in message.title
    assert "\nBcc:" not in headers
    assert "\nX-Evil" not in headers


def test_a_person_without_an_address_still_finds_the_message(applicant: Applicant):
    User.objects.filter(pk=applicant.user.pk).update(email="")

    assert not tell(User.objects.get(pk=applicant.user.pk)).emailed
    assert InboxMessage.objects.count() == 1
    assert not OutgoingEmail.objects.exists()


def test_the_inbox_lists_ones_own_messages_newest_first_and_marks_what_is_new(
    applicant: Applicant, other_applicant: Applicant, applicant_client: Client
):
    old = tell(applicant.user, key="1", order_reference="CV-2026-000001")
    tell(applicant.user, key="2", order_reference="CV-2026-000002")
    tell(other_applicant.user, key="3", order_reference="CV-2026-000003")
    reading.mark(old, reading.Mark.READ, at=AT)

    page = applicant_client.get(reverse("inbox")).content.decode()

    assert page.index("CV-2026-000002") < page.index("CV-2026-000001")
    assert "CV-2026-000003" not in page
    assert page.count(">New<") == page.count('class="inbox__unread"') == 1
    assert '<span class="count">1<span class="usa-sr-only"> unread</span></span>' in page


def test_an_empty_inbox_says_so(applicant_client: Client):
    page = applicant_client.get(reverse("inbox")).content.decode()

    assert "There are no messages in your inbox" in page
    assert 'class="count"' not in page


def test_opening_a_message_marks_it_as_read_and_looking_with_head_does_not(
    applicant: Applicant, applicant_client: Client
):
    message = tell(applicant.user)
    address = reverse("inbox_message", args=[message.pk])

    applicant_client.head(address)
    assert reading.count_unread(applicant.user.pk) == 1

    page = applicant_client.get(address).content.decode()
    assert reading.count_unread(applicant.user.pk) == 0
    assert "Medical Board of Test" in page
    assert 'href="/reports/CV-2026-004817/"' in page
    assert 'class="count"' not in page
    assert "no-store" in applicant_client.get(address).headers["Cache-Control"]


def test_what_was_written_into_a_message_is_printed_as_text(applicant: Applicant, applicant_client: Client):
    message = tell(applicant.user, order_reference="<script>alert(1)</script>")
    page = applicant_client.get(reverse("inbox_message", args=[message.pk])).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_message_is_put_away_fetched_back_and_marked_as_unread(applicant: Applicant, applicant_client: Client):
    message = tell(applicant.user)
    address = reverse("inbox_mark", args=[message.pk])

    assert applicant_client.post(address, {"act": "archive"}).status_code == 302
    assert message.title not in applicant_client.get(reverse("inbox")).content.decode()
    assert message.title in applicant_client.get(reverse("inbox"), {"folder": "archive"}).content.decode()
    assert reading.count_unread(applicant.user.pk) == 0
    applicant_client.post(address, {"act": "restore"})
    applicant_client.post(address, {"act": "read"})
    message.refresh_from_db()
    assert message.archived_at is None
    applicant_client.post(address, {"act": "unread"})
    assert reading.count_unread(applicant.user.pk) == 1


@pytest.mark.parametrize("act", ["", "delete", "READ", "read\x00"])
def test_an_unknown_act_changes_nothing(applicant: Applicant, applicant_client: Client, act: str):
    message = tell(applicant.user)

    assert applicant_client.post(reverse("inbox_mark", args=[message.pk]), {"act": act}).status_code == 400
    message.refresh_from_db()
    assert (message.read_at, message.archived_at) == (None, None)


def test_looking_at_the_acting_address_changes_nothing(applicant: Applicant, applicant_client: Client):
    message = tell(applicant.user)

    assert applicant_client.get(reverse("inbox_mark", args=[message.pk]), {"act": "archive"}).status_code == 405
    message.refresh_from_db()
    assert message.archived_at is None


def test_a_message_of_somebody_else_does_not_exist(
    other_applicant: Applicant, applicant_client: Client, staff_client: Client
):
    message = tell(other_applicant.user)

    for client in (applicant_client, staff_client):
        assert client.get(reverse("inbox_message", args=[message.pk])).status_code == 404
        assert client.post(reverse("inbox_mark", args=[message.pk]), {"act": "archive"}).status_code == 404
        assert message.title not in client.get(reverse("inbox")).content.decode()
    message.refresh_from_db()
    assert (message.read_at, message.archived_at) == (None, None)


def test_nobody_reads_messages_without_signing_in(applicant: Applicant):
    message = tell(applicant.user)
    for address in ("inbox", "message_preferences"):
        assert Client().get(reverse(address)).status_code == 302
    assert Client().get(reverse("inbox_message", args=[message.pk])).status_code == 302
    assert Client().post(reverse("inbox_mark", args=[message.pk]), {"act": "archive"}).status_code == 302
    message.refresh_from_db()
    assert (message.read_at, message.archived_at) == (None, None)


def test_many_messages_come_in_pages(
    applicant: Applicant, applicant_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    for number in range(reading.PAGE_LENGTH + 5):
        tell(applicant.user, key=str(number), order_reference=f"CV-2026-{number:06d}")

    with django_assert_max_num_queries(6):
        first = applicant_client.get(reverse("inbox"))
    older = first.context["page"].older
    second = applicant_client.get(reverse("inbox"), {"before": older}).content.decode()

    assert "CV-2026-000024" in first.content.decode()
    assert "CV-2026-000004" in second
    assert "CV-2026-000005" not in second
    assert "Older messages" not in second
    assert "no older messages" in applicant_client.get(reverse("inbox"), {"before": "1"}).content.decode()


@pytest.mark.parametrize("before", ["-1", "x", "1" * 30, "1.0", "٣", "\x00"])
def test_a_page_that_cannot_be_is_not_found(applicant_client: Client, before: str):
    assert applicant_client.get(reverse("inbox"), {"before": before}).status_code == 404


def test_a_message_number_beyond_every_row_is_not_found(applicant_client: Client):
    assert applicant_client.get(f"/inbox/{10**30}/").status_code == 404


def test_the_number_in_the_header_costs_no_query_of_its_own(
    applicant: Applicant, applicant_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    tell(applicant.user)
    # The times that the page promises are asked for every ten minutes.
    promises.current(at=timezone.now())

    # The session and the account.
    with django_assert_max_num_queries(2):
        page = applicant_client.get(reverse("help")).content.decode()

    assert '<span class="count">1<' in page


def test_a_hundred_unread_messages_are_said_as_more_than_99(applicant: Applicant, applicant_client: Client):
    InboxMessage.objects.bulk_create(
        [
            InboxMessage(user=applicant.user, key=str(number), kind="report_sent", title="News", text="", created_at=AT)
            for number in range(120)
        ]
    )

    assert '<span class="count">99+<' in applicant_client.get(reverse("help")).content.decode()
    assert reading.count_unread(applicant.user.pk) == reading.MOST_COUNTED


def test_old_messages_are_purged_read_or_not(applicant: Applicant, enqueued: list[WakeUp]):
    old = tell(applicant.user, key="old")
    InboxMessage.objects.filter(pk=old.pk).update(created_at=AT - timedelta(days=settings.INBOX_KEEP_DAYS + 1))
    kept = tell(applicant.user, key="kept")

    tasks.purge()

    assert list(InboxMessage.objects.all()) == [kept]


def test_mail_goes_where_the_contact_details_say(applicant: Applicant):
    contact = current_contact(applicant)
    assert contact is not None
    tell(applicant.user)

    assert OutgoingEmail.objects.get().to_email == contact.email
