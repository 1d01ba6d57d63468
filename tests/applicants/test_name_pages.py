"""The pages about names: what a change brings is said before, bad input changes nothing, and nobody acts for another."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, NameRequest, VerifiedName
from portal.business_days import add_business_days
from portal.eastern import eastern_date
from tests.applicants.identity_scenes import nothing_happens, passes, scan
from tests.factories.applicants import ApplicantFactory, NameRequestFactory
from tests.support.sign_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]
CHANGE, FORMER, NAMES = "/account/name/change/", "/account/name/former/", "/account/name/"


def wished(**changes: object) -> dict[str, object]:
    """The form as Kofi fills it after his marriage."""
    return {
        "family_name": "Boateng",
        "given_names": "Kofi",
        "reason": "marriage",
        "understands": "on",
        "file": scan(),
        **changes,
    }


def appointment(days_ahead: int) -> dict[str, str]:
    """An appointment that many business days ahead."""
    on = add_business_days(eastern_date(timezone.now()), days_ahead)
    return {f"appointment_on_{part}": str(value) for part, value in enumerate((on.day, on.month, on.year))} | {
        "appointment_on_day": str(on.day),
        "appointment_on_month": str(on.month),
        "appointment_on_year": str(on.year),
    }


def test_what_a_change_brings_stands_above_the_button(applicant_client: Client):
    page = applicant_client.get(CHANGE).content.decode()

    earliest = add_business_days(eastern_date(timezone.now()), 7)
    assert "7 business days before an examination appointment" in page
    assert f"{earliest:%B} {earliest.day}, {earliest.year}" in page
    assert "We do not pass it on to the company that administers your examinations" in page
    assert "identity form from before is no longer valid" in page
    assert page.index("What a change brings") < page.index("Ask for the change")


def test_with_the_notarized_form_the_page_says_that_it_ends(applicant_client: Client, settings):
    settings.IDENTITY_MODEL = "notarized_form"

    assert "no longer valid. You need a new one" in applicant_client.get(CHANGE).content.decode()


def test_a_change_is_asked_for_and_shown(applicant_client: Client, applicant: Applicant):
    answer = applicant_client.post(CHANGE, wished(), follow=True)

    page = answer.content.decode()
    assert "We have received your request." in page
    assert "Kofi Boateng" in page
    applicant.refresh_from_db()
    assert applicant.family_name == "Mensah"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"family_name": "Mensah"}, "name of record already"),
        ({"family_name": "Boateng 🦊"}, "Leave out"),
        ({"family_name": "Вoateng"}, "one alphabet"),  # noqa: RUF001 - begins with a Cyrillic letter
        ({"reason": ""}, "Select why your name changes"),
        ({"reason": "nonsense"}, "Select one of the reasons"),
        ({"understands": ""}, "Confirm that you have read"),
        ({"file": ""}, "Select a picture of your new passport"),
        ({"explanation": "x" * 1001}, "Use at most 1000 characters"),
    ],
)
def test_bad_input_is_said_at_the_field_and_changes_nothing(
    applicant_client: Client, enqueued: list[object], changes: dict[str, object], words: str
):
    with nothing_happens(enqueued):
        answer = applicant_client.post(CHANGE, wished(**changes))

    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_a_near_appointment_asks_to_confirm_once_more(applicant_client: Client, enqueued: list[object]):
    with nothing_happens(enqueued):
        page = applicant_client.post(CHANGE, wished(**appointment(6))).content.decode()
    assert "less than 7 business days away" in page
    assert "knows_it_is_late" in page
    with nothing_happens(enqueued):
        applicant_client.post(CHANGE, wished(**appointment(6), knows_it_is_late=""))

    applicant_client.post(CHANGE, wished(**appointment(6), knows_it_is_late="on"))

    assert NameRequest.objects.get().appointment_on is not None


def test_an_appointment_in_time_asks_nothing_more(applicant_client: Client):
    applicant_client.post(CHANGE, wished(**appointment(7)))

    assert NameRequest.objects.count() == 1


def test_what_a_person_may_not_set_is_ignored(
    applicant_client: Client, applicant: Applicant, other_applicant: Applicant
):
    applicant_client.post(
        CHANGE,
        wished(state="accepted", kind="former_name", applicant=other_applicant.pk, decided_by="user:1", checks="name"),
    )

    request = NameRequest.objects.get()
    assert (request.state, request.kind, request.applicant, request.checks) == ("requested", "change", applicant, [])
    assert request.decided_by is None


def test_a_former_name_is_asked_for_and_the_record_stays(applicant_client: Client, applicant: Applicant):
    form = {"family_name": "Asante", "given_names": "Kofi", "explanation": "My diploma of 2015", "file": scan()}
    page = applicant_client.post(FORMER, form, follow=True).content.decode()

    assert "We have received your request." in page
    request = NameRequest.objects.get()
    assert (request.kind, request.family_name) == ("former_name", "Asante")
    applicant.refresh_from_db()
    assert applicant.family_name == "Mensah"
    assert not VerifiedName.objects.exists()


def test_before_identity_was_checked_no_former_name_is_asked_for(client: Client, enqueued: list[object]):
    newcomer = ApplicantFactory.create(identity_checked_on=None)
    sign_in(client, newcomer.user)

    with nothing_happens(enqueued):
        answer = client.post(FORMER, wished())

    assert answer.headers["Location"] == "/account/identity/"


@pytest.mark.parametrize("address", [CHANGE, FORMER])
def test_without_a_second_factor_nothing_is_asked_for(
    client: Client, applicant: Applicant, enqueued: list[object], address: str
):
    sign_in(client, applicant.user, second_factor=False)

    answer = client.post(address, wished())

    assert answer.headers["Location"].startswith(reverse("second_factor"))
    assert not NameRequest.objects.exists()


def test_a_request_is_withdrawn_by_its_owner_alone(
    applicant_client: Client, other_applicant: Applicant, applicant: Applicant
):
    request = NameRequestFactory.create(applicant=applicant)
    stranger = Client()
    sign_in(stranger, other_applicant.user)
    stranger.post(reverse("name_change_withdraw"))
    request.refresh_from_db()
    assert request.state == "requested"
    assert "Boateng" not in stranger.get(NAMES).content.decode()

    applicant_client.post(reverse("name_change_withdraw"))

    request.refresh_from_db()
    assert request.state == "withdrawn"


@pytest.mark.parametrize("name", ["name_change_withdraw", "former_name_withdraw"])
def test_taking_back_answers_to_post_only(applicant_client: Client, enqueued: list[object], name: str):
    with nothing_happens(enqueued):
        assert applicant_client.get(reverse(name)).status_code == 405


def test_the_page_of_names_takes_few_queries(
    applicant_client: Client, applicant: Applicant, django_assert_max_num_queries
):
    for turn in range(3):
        passes_not = NameRequestFactory.create(
            applicant=applicant,
            state="returned",
            decided_at=timezone.now() - timedelta(days=turn),
            decided_by="user:1",
            return_reason="Too dark",
        )
        assert passes_not.upload is None
    applicant_client.post(CHANGE, wished())
    passes(NameRequest.objects.latest("pk"))

    with django_assert_max_num_queries(12):
        page = applicant_client.get(NAMES).content.decode()
    assert page.count("Too dark") == 3
