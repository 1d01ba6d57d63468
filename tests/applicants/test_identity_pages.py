"""The pages on which a person shows who they are, and the gate before an order."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, IdentityCheck, User
from applicants.services import identity
from applicants.services.reviews import take
from portal.eastern import eastern_date
from portal.models import AuditEvent, Upload
from tests.applicants.identity_scenes import NUMBER, nothing_happens, passes, reading, refuse, scan, taken
from tests.cvs.pages import agreed, authorities, ready
from tests.cvs.pages import nothing_happens as no_order_happens
from tests.factories.applicants import ApplicantFactory, ContactInformationFactory, StaffFactory
from tests.support.orders import make_fee
from tests.support.sign_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]
PAGE = "/account/identity/"


@pytest.fixture
def newcomer(client: Client) -> Applicant:
    """Kofi Mensah, signed in with `client`, whose identity nobody has checked."""
    kofi = ApplicantFactory.create(identity_checked_on=None)
    ContactInformationFactory.create(applicant=kofi)
    sign_in(client, kofi.user)
    return kofi


@pytest.fixture
def reviewer(db: None) -> User:
    return StaffFactory.create()


def filled(**changes: object) -> dict[str, object]:
    """The form as Kofi fills it."""
    return {
        "family_name": "Mensah",
        "given_names": "Kofi",
        "passport_number": "g 765-4321",
        "issuing_country": "GH",
        "expires_on_0": "1",
        "expires_on_1": "5",
        "expires_on_2": str(timezone.now().year + 5),
        "expires_on_day": "1",
        "expires_on_month": "5",
        "expires_on_year": str(timezone.now().year + 5),
        "file": scan(),
        **changes,
    }


def latest(applicant: Applicant) -> IdentityCheck:
    return IdentityCheck.objects.filter(applicant=applicant).latest("pk")


def test_a_person_sends_a_passport_and_reads_what_happens_next(client: Client, newcomer: Applicant):
    page = client.get(PAGE)
    assert "Confirm who you are" in page.content.decode()
    assert 'value="Mensah"' in page.content.decode()

    answer = client.post(PAGE, filled())

    assert answer.headers["Location"] == PAGE
    check = latest(newcomer)
    assert (check.passport_number, check.issuing_country.code) == (NUMBER, "GH")
    assert "We are checking your file" in client.get(PAGE).content.decode()
    passes(check)
    waits = client.get(PAGE).content.decode()
    assert "We are checking your document" in waits
    assert "within 2 business days" in waits
    assert NUMBER not in waits


def test_a_returned_document_says_why_and_can_be_sent_again(client: Client, newcomer: Applicant, reviewer: User):
    client.post(PAGE, filled())
    check = latest(newcomer)
    taken(check, reviewer, at=timezone.now())
    reason = "A corner is missing.\nScan it again <b>with all corners</b>."
    identity.give_back(key=check.pk, reading=reading(check, return_reason=reason), reviewer=reviewer, at=timezone.now())

    page = client.get(PAGE).content.decode()
    assert "We returned your document" in page
    assert "A corner is missing.<br>Scan it again &lt;b&gt;with all corners&lt;/b&gt;." in page
    assert 'enctype="multipart/form-data"' in page
    client.post(PAGE, filled(file=scan(10)))
    assert latest(newcomer).state == "submitted"


def test_a_file_that_did_not_pass_is_the_persons_turn(client: Client, newcomer: Applicant):
    client.post(PAGE, filled())
    refuse(latest(newcomer))

    page = client.get(PAGE).content.decode()

    assert "We could not take your file" in page
    assert "could not be opened" in page
    client.post(PAGE, filled(file=scan(10)))
    assert latest(newcomer).state == "submitted"


def test_an_accepted_person_has_nothing_to_do(client: Client, applicant_client: Client):
    page = applicant_client.get(PAGE).content.decode()

    assert "Your identity is confirmed" in page
    assert "January 5, 2026" in page
    assert '<form method="post" action="/account/identity/"' not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"family_name": ""}, "Enter the family name"),
        ({"family_name": "Mensa"}, "Your name of record is"),
        ({"family_name": "M" * 1_000_000}, "Use at most 200 characters"),
        ({"family_name": "Mensah 🦊"}, "Leave out"),
        ({"family_name": "Мensah"}, "one alphabet"),  # noqa: RUF001 - begins with a Cyrillic letter
        ({"family_name": "Men\x00sah"}, "haracters"),
        ({"passport_number": "12"}, "Enter the passport number"),
        ({"passport_number": "G1234567; DROP"}, "Enter the passport number"),
        ({"passport_number": "G" * 5000}, "Enter the passport number"),
        ({"issuing_country": "XX"}, "Select a country from the list"),
        ({"expires_on_1": "13", "expires_on_month": "13"}, "Enter a real date"),
        ({"expires_on_2": "2020", "expires_on_year": "2020"}, "is expired"),
        ({"file": ""}, "Select a picture"),
        ({"file": SimpleUploadedFile("p.jpg", b"")}, "The selected file is empty"),
        ({"file": SimpleUploadedFile("p.html", b"<script>alert(1)</script>")}, "must be a PDF, JPG or PNG"),
    ],
)
def test_bad_input_is_said_at_the_field_and_nothing_is_written(
    client: Client, newcomer: Applicant, enqueued: list[object], changes: dict[str, object], words: str
):
    with nothing_happens(enqueued):
        answer = client.post(PAGE, filled(**changes))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert words in page
    assert "<title>Error: " in page
    if "passport_number" not in changes:
        assert 'value="g 765-4321"' in page


def test_what_a_person_may_not_set_is_ignored(client: Client, newcomer: Applicant, other_applicant: Applicant):
    stolen = Upload.objects.create(
        owner=other_applicant.user, purpose="passport", original_name="a.jpg", storage_name="a" * 32, sha256="0" * 64,
        size=1, received_at=timezone.now(), not_before=timezone.now(),
    )  # fmt: skip

    client.post(
        PAGE,
        filled(
            state="accepted",
            kind="notarized_form",
            applicant=other_applicant.pk,
            applicant_id=other_applicant.pk,
            upload=stolen.pk,
            upload_id=stolen.pk,
            identity_checked_on="2026-01-01",
            decided_by="user:1",
            checks="name",
            reviewer=newcomer.user.pk,
        ),
    )

    check = latest(newcomer)
    assert (check.state, check.kind, check.checks, check.reviewer, check.decided_by) == (
        "submitted",
        "passport",
        [],
        None,
        None,
    )
    assert check.upload_id != stolen.pk
    assert check.upload.owner == newcomer.user
    newcomer.refresh_from_db()
    assert newcomer.identity_checked_on is None
    assert not IdentityCheck.objects.filter(applicant=other_applicant).exists()


def test_nobody_sees_or_ends_what_another_person_sent(client: Client, newcomer: Applicant, other_applicant: Applicant):
    client.post(PAGE, filled())
    passes(latest(newcomer))
    stranger = Client()
    sign_in(stranger, other_applicant.user)
    Applicant.objects.filter(pk=other_applicant.pk).update(identity_checked_on=None)

    assert "What you sent" not in stranger.get(PAGE).content.decode()
    stranger.post(reverse("identity_withdraw"))

    assert latest(newcomer).state == "submitted"


def test_withdrawing(client: Client, newcomer: Applicant):
    client.post(PAGE, filled())

    answer = client.post(reverse("identity_withdraw"), follow=True)

    assert "Your document was withdrawn." in answer.content.decode()
    assert latest(newcomer).state == "withdrawn"
    assert "nothing to withdraw" in client.post(reverse("identity_withdraw"), follow=True).content.decode()


@pytest.mark.parametrize("name", ["identity_withdraw", "identity_form_new"])
def test_acting_addresses_answer_to_post_only(client: Client, newcomer: Applicant, enqueued: list[object], name: str):
    with nothing_happens(enqueued):
        assert client.get(reverse(name)).status_code == 405


@pytest.mark.parametrize("name", ["identity", "identity_withdraw", "identity_form_new", "identity_form_pdf"])
def test_strangers_and_staff_have_no_business_here(client: Client, staff_client: Client, name: str):
    method = "post" if name in {"identity_withdraw", "identity_form_new"} else "get"

    assert getattr(client, method)(reverse(name)).status_code == 302
    assert getattr(staff_client, method)(reverse(name)).status_code == 403


def test_a_form_without_its_token_is_refused(newcomer: Applicant, enqueued: list[object]):
    strict = Client(enforce_csrf_checks=True)
    sign_in(strict, newcomer.user)

    with nothing_happens(enqueued):
        assert strict.post(PAGE, filled()).status_code == 403


def test_the_page_takes_few_queries(client: Client, newcomer: Applicant, django_assert_max_num_queries):
    client.post(PAGE, filled())

    with django_assert_max_num_queries(12):
        client.get(PAGE)


# --- The gate before an order (R-APP-5) ---


@pytest.mark.parametrize("name", ["order_details", "order_authorities", "order_review"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_order_is_closed_and_says_what_to_do(
    client: Client, newcomer: Applicant, enqueued: list[object], name: str, method: str
):
    with no_order_happens(enqueued):
        answer = getattr(client, method)(reverse(name), follow=True)

    assert answer.redirect_chain == [(PAGE, 302)]
    assert "Confirm who you are first" in answer.content.decode()


def test_an_order_that_was_ready_is_refused_when_identity_ended_meanwhile(client: Client, enqueued: list[object]):
    applicant = ready(client, *authorities(1))
    Applicant.objects.filter(pk=applicant.pk).update(identity_checked_on=None)

    with no_order_happens(enqueued):
        answer = client.post(reverse("order_review"), agreed(6600))

    assert answer.headers["Location"] == PAGE


def test_once_accepted_the_order_opens(client: Client, newcomer: Applicant, reviewer: User):
    make_fee()
    client.post(PAGE, filled())
    check = latest(newcomer)
    passes(check)
    take(IdentityCheck, check.pk, reviewer=reviewer, at=timezone.now())
    expires_on = date(timezone.now().year + 5, 5, 1)
    identity.accept(
        key=check.pk,
        reading=reading(check, expires_on=expires_on),
        not_a_duplicate=False,
        reviewer=reviewer,
        at=timezone.now(),
    )

    assert client.get(reverse("order_details")).status_code == 200
    assert AuditEvent.objects.filter(event="applicants.identity_accepted").exists()


# --- The dashboard ---


def test_the_dashboard_names_the_task_and_whose_turn_it_is(
    client: Client, newcomer: Applicant, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        first = client.get(reverse("dashboard")).content.decode()
    assert "Confirm who you are" in first
    assert "Your turn" in first
    assert "Order status reports" not in first

    # The notice is shown there, which takes it out of the session.
    client.post(PAGE, filled(), follow=True)
    passes(latest(newcomer))
    with django_assert_max_num_queries(12):
        second = client.get(reverse("dashboard")).content.decode()
    assert "Waiting for us" in second
    assert "See where it stands" in second


def test_the_dashboard_of_a_checked_person_has_no_such_task(applicant_client: Client):
    page = applicant_client.get(reverse("dashboard")).content.decode()

    assert "Confirm who you are" not in page
    assert "Order status reports" in page


# --- The notarized form (R-APP-4) ---


@pytest.fixture
def notarized(settings) -> None:
    settings.IDENTITY_MODEL = "notarized_form"


@pytest.mark.usefixtures("notarized")
def test_a_form_is_made_completed_sent_and_accepted_for_good(client: Client, newcomer: Applicant, reviewer: User):
    assert "Make my form" in client.get(PAGE).content.decode()
    client.post(reverse("identity_form_new"))
    assert "Your identity form is ready" in client.get(PAGE).content.decode()
    pdf = client.get(reverse("identity_form_pdf"))
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")

    client.post(PAGE, {"file": scan()})

    check = latest(newcomer)
    assert (check.state, check.kind, IdentityCheck.objects.count()) == ("submitted", "notarized_form", 1)
    taken(check, reviewer, at=timezone.now())
    reads = reading(check, expires_on=date(timezone.now().year + 5, 5, 1))
    identity.accept(key=check.pk, reading=reads, not_a_duplicate=False, reviewer=reviewer, at=timezone.now())
    newcomer.refresh_from_db()
    assert newcomer.identity_checked_on is not None
    assert "Your identity is confirmed" in client.get(PAGE).content.decode()


@pytest.mark.usefixtures("notarized")
def test_a_form_older_than_a_year_is_neither_handed_out_nor_taken(
    client: Client, newcomer: Applicant, enqueued: list[object]
):
    client.post(reverse("identity_form_new"))
    first = latest(newcomer)
    IdentityCheck.objects.filter(pk=first.pk).update(form_created_on=eastern_date(timezone.now()) - timedelta(days=367))

    with nothing_happens(enqueued):
        assert client.get(reverse("identity_form_pdf")).headers["Location"] == PAGE
        assert "older than a year" in client.post(PAGE, {"file": scan()}).content.decode()

    client.post(reverse("identity_form_new"))
    first.refresh_from_db()
    assert (first.state, latest(newcomer).state) == ("withdrawn", "prepared")


@pytest.mark.usefixtures("notarized")
def test_making_a_form_twice_gives_the_same_one(client: Client, newcomer: Applicant):
    client.post(reverse("identity_form_new"))
    client.post(reverse("identity_form_new"))

    assert IdentityCheck.objects.count() == 1


@pytest.mark.usefixtures("notarized")
def test_a_returned_form_can_be_scanned_again(client: Client, newcomer: Applicant, reviewer: User):
    client.post(reverse("identity_form_new"))
    client.post(PAGE, {"file": scan()})
    first = latest(newcomer)
    taken(first, reviewer, at=timezone.now())
    identity.give_back(
        key=first.pk, reading=reading(first, return_reason="Too dark"), reviewer=reviewer, at=timezone.now()
    )

    client.post(PAGE, {"file": scan(20)})

    second = latest(newcomer)
    assert (second.state, second.form_created_on) == ("submitted", first.form_created_on)
    assert second.pk != first.pk


@pytest.mark.usefixtures("notarized")
def test_a_passport_is_not_taken_where_the_form_is_in_force(
    client: Client, newcomer: Applicant, enqueued: list[object]
):
    with nothing_happens(enqueued):
        assert "Make a new form first" in client.post(PAGE, filled()).content.decode()


def test_a_form_is_not_made_where_passports_are_in_force(client: Client, newcomer: Applicant, enqueued: list[object]):
    with nothing_happens(enqueued):
        answer = client.post(reverse("identity_form_new"), follow=True)

    assert "not shown this way" in answer.content.decode()


def test_a_form_is_good_for_a_year():
    assert identity.form_valid_until(date(2026, 5, 4)) == date(2027, 5, 4)
    assert identity.form_valid_until(date(2028, 2, 29)) == date(2029, 2, 28)
