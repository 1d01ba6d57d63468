"""The physician's page about the certificate, and the public page that says whether one is genuine."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from applicants.models import Applicant
from certification.facts import CertificationAnswer
from certification.models import Certificate, CertificateLookup
from certification.services import facts_as_of
from certification.services.certificates import copies, records
from certification.services.certificates.records import Deciders
from certification.states import CertificateChangeKind
from portal.lookups import MOST_LOOKUPS, MOST_MISSES
from tests.certification.certificates import ISSUED_AT, issued
from tests.factories.certification import CertificateFactory, PathwayAcceptanceFactory
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db
PAGE, VERIFY = reverse("certificate"), reverse("verify_certificate")
LATER = ISSUED_AT + timedelta(days=40)
TWO = Deciders(first="user:1", second="user:2")
NEUTRAL = "We have no certificate with this number and date"


def shown(client: Client, applicant: Applicant) -> str:
    """Return the words of the page of `applicant`."""
    sign_in(client, applicant.user)
    return " ".join(client.get(PAGE).content.decode().split())


def ask(client: Client, number: str, day: str) -> str:
    """Return the page that answers for a typed number and date."""
    return client.get(VERIFY, {"number": number, "date": day}).content.decode()


def test_without_a_certificate_the_page_says_when_there_will_be_one(client: Client, applicant: Applicant):
    page = shown(client, applicant)

    assert "Not issued yet" in page
    assert "certified from the issue date" in page
    assert reverse("certificate_pdf") not in page


def test_a_certificate_on_a_pathway_ends_and_the_page_says_why(client: Client, applicant: Applicant):
    PathwayAcceptanceFactory.create(applicant=applicant)
    certificate = issued(applicant, valid_through=timezone.now().date() + timedelta(days=10))
    copies.request_copy(certificate, at=ISSUED_AT, actor="user:2")

    page = shown(client, applicant)

    assert certificate.number in page
    assert "Pathway 3 in the 2025 season" in page
    assert "December 31 of the year after its season" in page
    assert "being printed and sealed" in page
    assert "can be made valid indefinitely" in page


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"valid_through": None}, ["Valid indefinitely", "Step 2 CS", "Your certificate stays valid"]),
        ({"valid_through": date(2026, 2, 3)}, ["Expired", "Pathways Revalidation", "examinations are not repeated"]),
    ],
)
def test_each_standing_has_its_words(client: Client, applicant: Applicant, values: dict[str, date], said: list[str]):
    issued(applicant, **values)

    page = shown(client, applicant)

    assert [part for part in said if part not in page] == []


def test_history_tells_what_happened_in_the_order_of_its_days(client: Client, applicant: Applicant):
    certificate = issued(applicant)
    new_end = date(2027, 12, 31)
    records.add_change(
        certificate, CertificateChangeKind.EXTENDED, reason="In training", deciders=TWO, at=LATER, valid_through=new_end
    )
    records.add_change(certificate, CertificateChangeKind.REVOKED, reason="Finding", deciders=TWO, at=LATER)

    page = shown(client, applicant)

    for part in ("Revoked by the committee", "Extended by our staff", "Valid through December 31, 2027", "Issued"):
        assert part in page
    assert "Finding" not in page
    assert reverse("certificate_pdf") not in page


def test_page_of_a_certificate_with_a_long_history_takes_few_queries(
    client: Client, applicant: Applicant, django_assert_max_num_queries: DjangoAssertNumQueries
):
    PathwayAcceptanceFactory.create(applicant=applicant)
    certificate = issued(applicant)
    for day in range(5):
        end = date(2027, 1, 1 + day)
        records.add_change(
            certificate, CertificateChangeKind.EXTENDED, reason="Test", deciders=TWO, at=LATER, valid_through=end
        )
        copies.request_copy(certificate, at=LATER, actor="user:2")
    sign_in(client, applicant.user)

    with django_assert_max_num_queries(12):
        client.get(PAGE)


def test_report_says_what_the_certificate_was_on_its_day(applicant: Applicant):
    certificate = issued(applicant, valid_through=date(2026, 2, 20))
    records.add_change(
        certificate,
        CertificateChangeKind.EXTENDED,
        reason="Season reopened",
        deciders=TWO,
        at=LATER,
        valid_through=date(2026, 12, 31),
    )

    def on(day: date) -> CertificationAnswer:
        return facts_as_of(applicant_id=applicant.pk, as_of=day).answer

    assert on(date(2026, 2, 1)) is CertificationAnswer.NO
    assert on(date(2026, 2, 20)) is CertificationAnswer.YES
    assert on(date(2026, 2, 21)) is CertificationAnswer.EXPIRED  # before anybody extended it
    assert on(date(2026, 12, 31)) is CertificationAnswer.YES
    assert on(date(2027, 1, 1)) is CertificationAnswer.EXPIRED
    records.add_change(certificate, CertificateChangeKind.REVOKED, reason="Finding", deciders=TWO, at=LATER)
    assert on(date(2026, 12, 31)) is CertificationAnswer.REVOKED


@pytest.mark.parametrize("day", ["June 1, 2020", "2020-06-01", "6/1/2020"])
def test_genuine_certificate_is_named_and_its_holder_is_not(client: Client, day: str):
    certificate = CertificateFactory.create()

    page = ask(client, f" {certificate.number.lower()} ", day)

    assert "We issued this certificate and it is valid" in page
    assert certificate.number in page
    assert "K. M." in page
    assert "Mensah" not in page
    assert CertificateLookup.objects.get().certificate == certificate


def test_expired_and_revoked_are_told_apart(client: Client, applicant: Applicant, other_applicant: Applicant):
    CertificateFactory.create(applicant=applicant, number="C-7", valid_through=date(2021, 12, 31))
    CertificateFactory.create(applicant=other_applicant, number="C-8", revoked_on=date(2021, 1, 1), state="revoked")

    assert "it has expired" in ask(client, "C-7", "June 1, 2020")
    assert "This certificate was revoked" in ask(client, "C-8", "June 1, 2020")


def test_every_failure_gets_the_same_answer(client: Client):
    CertificateFactory.create(number="C-900")

    pages = [ask(client, number, day) for number, day in (("C-901", "June 1, 2020"), ("C-900", "June 2, 2020"))]

    answers = {page[page.index('class="notice notice--action"') :].split("<time")[0] for page in pages}
    assert len(answers) == 1
    assert NEUTRAL in answers.pop()
    assert not CertificateLookup.objects.exclude(found=False, certificate=None).exists()
    assert CertificateLookup.objects.count() == 2


@pytest.mark.parametrize(
    ("number", "day", "advice"),
    [
        ("", "June 1, 2020", "Enter the number printed on the certificate"),
        ("C-900", "", "Enter the issue date"),
        ("C-900", "yesterday", "Enter the issue date as it is printed"),
        ("<script>", "June 1, 2020", "Enter the certificate number as it is printed"),
        ("C\x00900", "June 1, 2020", "Null characters are not allowed"),
    ],
)
def test_what_cannot_be_a_number_or_date_is_no_look_up(client: Client, number: str, day: str, advice: str):
    page = ask(client, number, day)

    assert advice in page
    assert NEUTRAL not in page
    assert not CertificateLookup.objects.exists()


def test_trying_out_ends_after_a_few_misses_and_so_do_many_look_ups(client: Client):
    certificate = CertificateFactory.create()
    for _ in range(MOST_MISSES):
        assert NEUTRAL in ask(client, "C-1", "June 1, 2020")

    answer = client.get(VERIFY, {"number": certificate.number, "date": "June 1, 2020"})

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "We issued" not in answer.content.decode()
    CertificateLookup.objects.update(found=True)
    for _ in range(MOST_LOOKUPS - MOST_MISSES):
        assert client.get(VERIFY, {"number": certificate.number, "date": "June 1, 2020"}).status_code == 200
    assert client.get(VERIFY, {"number": certificate.number, "date": "June 1, 2020"}).status_code == 429


def test_numbers_are_a_series_of_their_own_and_never_given_twice(applicant: Applicant):
    first = records.next_number()
    Certificate.objects.create(
        applicant=applicant, number=f"C-{int(first[2:]) + 1}", issued_on=date(2020, 1, 1), origin="carried_over"
    )

    assert int(records.next_number()[2:]) == int(first[2:]) + 2
