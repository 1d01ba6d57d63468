"""The dashboard and the page of the person's own record."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from applicants.models import User
from certification.services import place_hold
from certification.states import CredentialKind, CredentialState, CredentialStatus, Examination, HoldKind
from cvs.states import RequestState
from tests.cvs.pages import AT, authorities, physician
from tests.factories.certification import (
    AnnotationFactory,
    CertificateFactory,
    CredentialFactory,
    CredentialStatusChangeFactory,
    ExaminationResultFactory,
)
from tests.support.orders import pay_with_credit
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

DASHBOARD, RECORD = reverse("dashboard"), reverse("report_record")
SIGNED_IN_PAGES = ["dashboard", "reports", "report_record", "order_details", "order_authorities", "order_review"]


def test_new_person_sees_every_requirement_open(client: Client):
    physician(client)

    page = client.get(DASHBOARD).content.decode()

    for title in (
        "Application for Certification",
        "Eligible medical school",
        "Medical education",
        "Step 1 and Step 2 CK",
        "Clinical and communication skills",
        "Final medical diploma",
        "Final transcript",
        "Certificate",
    ):
        assert f"{title}</a></h3>" in page
    # The degree on record came from an application that was accepted.
    assert '<span class="bignum">1</span> of 8 requirements met' in page
    assert "Cannot start yet" in page
    assert "You have not ordered any reports yet." in page


def test_met_requirements_say_how_and_when(client: Client):
    applicant = physician(client)
    ExaminationResultFactory(
        applicant=applicant, examination=Examination.STEP_1, taken_on=date(2025, 11, 4), reported_on=date(2025, 12, 1)
    )
    diploma = CredentialFactory(
        applicant=applicant, kind=CredentialKind.DIPLOMA, state=CredentialState.SENT_TO_SCHOOL, moved_at=AT
    )
    CredentialStatusChangeFactory(credential=diploma, status=CredentialStatus.IN_PROGRESS, on=date(2026, 5, 11))

    page = client.get(DASHBOARD).content.decode()

    assert "Missing: Step 2 CK. Pass by November 4, 2032." in page
    assert "We sent your diploma to your school" in page
    assert reverse("requirement", args=["diploma"]) in page
    assert '<span class="status status--progress">Waiting for your school</span>' in page


def test_certified_person_sees_the_certificate(client: Client):
    CertificateFactory(
        applicant=physician(client), number="C-0931-447", issued_on=date(2020, 6, 1), valid_through=date(2099, 12, 31)
    )

    page = client.get(DASHBOARD).content.decode()

    assert (
        "Number C-0931-447. Certified since June 1, 2020. Your certificate is valid through December 31, 2099." in page
    )


def test_dashboard_shows_the_latest_order_and_what_happened(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    applicant = physician(client)
    CertificateFactory(applicant=applicant, issued_on=date(2020, 6, 1))
    AnnotationFactory(applicant=applicant)
    CredentialStatusChangeFactory(credential=CredentialFactory(applicant=applicant))
    requests = pay_with_credit(applicant, authorities(3))
    request = requests[0]
    type(request).objects.filter(pk=request.pk).update(
        state=RequestState.DELIVERED, dispatched_at=AT, acknowledged_at=AT
    )

    with django_assert_max_num_queries(12):
        page = client.get(DASHBOARD).content.decode()

    reference = request.order_line.order.reference
    assert reverse("order_tracking", args=[reference]) in page
    assert "1 of 3 opened" in page
    assert f"{request.authority.name} opened its report" in page
    assert f"Payment received, order {reference}" in page


def test_hold_is_announced_in_neutral_words(client: Client):
    applicant = physician(client)
    place_hold(
        applicant=applicant,
        kind=HoldKind.IRREGULAR_BEHAVIOR,
        stops_reports=True,
        reason="Case 17: altered document",
        at=timezone.now(),
        actor="user:1",
    )

    page = client.get(DASHBOARD).content.decode()

    assert "Reports are on hold" in page
    assert "Case 17" not in page


def test_record_states_everything_and_says_that_it_is_no_report(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    applicant = physician(client, family_name="Okonkwo", given_names="Amara")
    AnnotationFactory(applicant=applicant, text="A finding is on record.", explanation="Explained here.")

    with django_assert_max_num_queries(12):
        page = client.get(RECORD).content.decode()

    for said in (
        "This page is not a report",
        "Amara Okonkwo",
        "January 1, 1990",
        "0-482-137-5",
        "<dt>Certified</dt><dd>No</dd>",
        "<dt>Certificate number</dt><dd>Not applicable</dd>",
        "<dt>Valid through</dt><dd>Not applicable</dd>",
        "Test College of Medicine",
        "Nigeria",
        "MB BS",
        "<dt>Degree year</dt><dd>2015</dd>",
        "<dt>Other verified names</dt><dd>None</dd>",
        "Step 1",
        "Clinical skills",
        "Final medical diploma",
        "A finding is on record.",
        "Explained here.",
    ):
        assert said in page


@pytest.mark.parametrize(
    ("valid_through", "said"), [(None, "Valid indefinitely"), (date(2099, 12, 31), "December 31, 2099")]
)
def test_record_shows_how_long_the_certificate_is_valid(client: Client, valid_through: date | None, said: str):
    CertificateFactory(applicant=physician(client), valid_through=valid_through)

    page = client.get(RECORD).content.decode()

    assert f"<dt>Valid through</dt><dd>{said}, for entry into graduate medical education</dd>" in page


@pytest.mark.parametrize("name", SIGNED_IN_PAGES)
def test_stranger_is_sent_to_the_sign_in_page(client: Client, name: str):
    answer = client.get(reverse(name))

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{reverse('account_login')}?next={reverse(name)}"


@pytest.mark.parametrize("name", SIGNED_IN_PAGES)
def test_account_without_an_applicant_record_is_refused(client: Client, name: str):
    sign_in(
        client,
        User.objects.create(
            username="staff@portal.example", email="staff@portal.example", is_staff=True, role="editor"
        ),
    )

    assert client.get(reverse(name)).status_code == 403
