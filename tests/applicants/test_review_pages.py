"""The page on which staff compare a document with the record: who sees it, who may act, and what each button does."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, FormerNameOfRecord, IdentityCheck, NameRequest, User, VerifiedName
from applicants.models.reviews import ReviewedRecord
from applicants.services import reviews
from applicants.services.readings import ALL_CHECKS
from portal.models import AuditEvent
from tests.applicants.identity_scenes import (
    ask_for_change,
    nothing_happens,
    passes,
    refuse,
    send_passport,
    taken,
)
from tests.factories.applicants import ApplicantFactory, StaffFactory
from tests.support.sign_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]
EXPIRES = date(timezone.now().year + 5, 5, 1)


@pytest.fixture
def newcomer(db: None) -> Applicant:
    return ApplicantFactory.create(identity_checked_on=None)


@pytest.fixture
def check(newcomer: Applicant) -> IdentityCheck:
    """A passport whose file has passed its checks."""
    sent = send_passport(newcomer, at=timezone.now(), expires_on=EXPIRES)
    passes(sent)
    return sent


def address(record: ReviewedRecord) -> str:
    return reverse(f"admin:applicants_{record._meta.model_name}_change", args=[record.pk])


def entered(act: str, **changes: object) -> dict[str, object]:
    """The review as a careful reviewer fills it."""
    return {
        "act": act,
        "read_family_name": "Mensah",
        "read_given_names": "Kofi",
        "read_birth_date": "1990-03-14",
        "read_expires_on": EXPIRES.isoformat(),
        "checks": list(ALL_CHECKS),
        **changes,
    }


def page(client: Client, record: ReviewedRecord) -> str:
    answer = client.get(address(record))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_queue_shows_who_waits_and_for_how_long(staff_client: Client, check: IdentityCheck):
    listed = staff_client.get(reverse("admin:applicants_identitycheck_changelist")).content.decode()

    assert "Kofi Mensah" in listed
    assert "Waiting for review" in listed
    assert "0 business days" in listed


def test_opening_what_waits_shows_it_and_is_a_reading(staff_client: Client, check: IdentityCheck, newcomer: Applicant):
    shown = page(staff_client, check)

    assert "Review this" in shown
    assert "Mensah" in shown
    assert check.passport_number in shown
    event = AuditEvent.objects.get(event="portal.record_read")
    assert event.person == newcomer.pk
    assert "check identity" in event.reason + str(event.facts)


def test_a_decided_record_asks_for_the_purpose_first(staff_client: Client, staff_member: User, check: IdentityCheck):
    taken(check, staff_member, at=timezone.now())
    staff_client.post(address(check), entered("accept"))
    other = Client()
    sign_in(other, StaffFactory.create())

    assert "Why are you opening this record?" in page(other, check)


def test_a_reviewer_takes_checks_and_accepts(staff_client: Client, check: IdentityCheck, newcomer: Applicant):
    staff_client.post(address(check), {"act": "take"})
    shown = page(staff_client, check)
    assert "Accept" in shown
    assert 'name="read_birth_date"' in shown

    answer = staff_client.post(address(check), entered("accept"), follow=True)

    assert "Accepted. The person was told and can order from now on." in answer.content.decode()
    newcomer.refresh_from_db()
    assert newcomer.identity_checked_on is not None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"read_family_name": "Mensa"}, "differs from the name of record"),
        ({"read_birth_date": "1990-03-15"}, "birth date in the document differs"),
        ({"read_birth_date": "14 March"}, "Enter the birth date as year"),
        ({"read_expires_on": "2020-01-01"}, "expired on the day of this check"),
        ({"checks": ["name"]}, "Make all checks"),
        ({"checks": ["nonsense"]}, "Select checks from the list"),
        ({"act": "return"}, "Say what is wrong"),
        ({"act": "return", "reasons": ["nonsense"]}, "Select reasons from the list"),
        ({"internal_note": "x" * 3000}, "Use at most 2000 characters"),
    ],
)
def test_what_is_missing_is_said_at_the_field_and_nothing_is_decided(
    staff_client: Client, check: IdentityCheck, enqueued: list[object], changes: dict[str, object], words: str
):
    staff_client.post(address(check), {"act": "take"})

    with nothing_happens(enqueued):
        answer = staff_client.post(address(check), {**entered("accept"), **changes})

    shown = answer.content.decode()
    assert answer.status_code == 200
    assert words in shown
    assert "Nothing was decided." in shown
    if "read_family_name" in changes:
        assert "≠ check" in shown
        assert 'value="Mensa"' in shown


def test_standard_reasons_stand_in_for_words_of_ones_own(staff_client: Client, check: IdentityCheck):
    staff_client.post(address(check), {"act": "take"})

    staff_client.post(address(check), entered("return", reasons=["cut_off", "expired"], internal_note="Second try"))

    check.refresh_from_db()
    assert check.state == "returned"
    assert check.return_reason.startswith("A part of the page is missing.")
    assert check.return_reason.count("\n") == 1
    assert check.internal_note == "Second try"
    person = Client()
    sign_in(person, check.applicant.user)
    mine = person.get(reverse("identity")).content.decode()
    assert "All four corners must be in the picture." in mine
    assert "Second try" not in mine


def test_saving_without_deciding_keeps_the_reading(staff_client: Client, check: IdentityCheck):
    staff_client.post(address(check), {"act": "take"})

    staff_client.post(address(check), entered("save", read_birth_date="", checks=["name"]))

    check.refresh_from_db()
    assert (check.state, check.checks, check.read_family_name) == ("in_review", ["name"], "Mensah")


def test_another_reviewer_sees_by_whom_it_is_held_and_cannot_act(
    staff_client: Client, staff_member: User, check: IdentityCheck, enqueued: list[object]
):
    staff_client.post(address(check), {"act": "take"})
    second = Client()
    sign_in(second, StaffFactory.create())
    shown = page(second, check)
    assert f"<strong>{staff_member.username}</strong> is reviewing this until" in shown
    assert 'value="accept"' not in shown

    with nothing_happens(enqueued):
        for act in ("take", "accept", "save", "return"):
            answer = second.post(address(check), entered(act, return_reason="No"))
            assert f"being reviewed by {staff_member.username}" in answer.content.decode(), act

    IdentityCheck.objects.filter(pk=check.pk).update(reviewer_until=timezone.now() - timedelta(seconds=1))
    second.post(address(check), {"act": "take"})
    with nothing_happens(enqueued):
        assert "being reviewed by" in staff_client.post(address(check), entered("accept")).content.decode()


def test_a_file_that_has_not_passed_is_not_taken(staff_client: Client, newcomer: Applicant, enqueued: list[object]):
    sent = send_passport(newcomer, at=timezone.now(), expires_on=EXPIRES)
    assert "still being checked" in page(staff_client, sent)
    with nothing_happens(enqueued):
        assert "has not passed" in staff_client.post(address(sent), {"act": "take"}).content.decode()
    refuse(sent)
    assert "The file was refused" in page(staff_client, sent)


def test_the_same_passport_elsewhere_is_shown_and_must_be_compared(
    staff_client: Client, check: IdentityCheck, enqueued: list[object]
):
    other = ApplicantFactory.create(identity_checked_on=None)
    send_passport(other, at=timezone.now(), expires_on=EXPIRES)
    staff_client.post(address(check), {"act": "take"})
    assert "The same passport on other records" in page(staff_client, check)

    with nothing_happens(enqueued):
        answer = staff_client.post(address(check), entered("accept"))
    assert "Another record has this passport" in answer.content.decode()
    staff_client.post(address(check), entered("accept", not_a_duplicate="on"))

    check.refresh_from_db()
    assert check.state == "accepted"


def test_an_unknown_button_decides_nothing(staff_client: Client, check: IdentityCheck, enqueued: list[object]):
    staff_client.post(address(check), {"act": "take"})

    with nothing_happens(enqueued):
        assert staff_client.post(address(check), entered("nonsense")).status_code == 200
        assert staff_client.post(address(check), entered("")).status_code == 200


@pytest.mark.parametrize("key", ["999999", "0", "nonsense", "99999999999999999999999", "1/../2"])
def test_a_record_that_is_not_there_is_not_found(staff_client: Client, key: str):
    answer = staff_client.get(reverse("admin:applicants_identitycheck_changelist") + f"{key}/change/")

    assert answer.status_code in {302, 404}


def test_staff_without_the_permission_neither_see_nor_decide(check: IdentityCheck, enqueued: list[object]):
    trainee = StaffFactory.create(is_superuser=False)
    client = Client()
    sign_in(client, trainee)

    with nothing_happens(enqueued):
        assert client.get(address(check)).status_code == 403
        assert client.post(address(check), {"act": "take"}).status_code == 403


def test_physicians_and_strangers_find_no_such_door(client: Client, applicant_client: Client, check: IdentityCheck):
    assert client.get(address(check)).status_code == 302
    assert applicant_client.get(address(check)).status_code in {302, 403}


def test_rows_are_never_added_or_deleted_by_hand(staff_client: Client, check: IdentityCheck):
    assert staff_client.get(reverse("admin:applicants_identitycheck_add")).status_code == 403
    assert staff_client.post(reverse("admin:applicants_identitycheck_delete", args=[check.pk])).status_code == 403


def test_a_change_of_name_is_accepted_on_the_same_page(staff_client: Client, applicant: Applicant):
    request = ask_for_change(applicant, at=timezone.now())
    passes(request)
    shown = page(staff_client, request)
    assert "Present name of record" in shown
    assert "Marriage" in shown

    staff_client.post(address(request), {"act": "take"})
    staff_client.post(address(request), entered("accept", read_family_name="Boateng"))

    applicant.refresh_from_db()
    assert applicant.family_name == "Boateng"
    assert FormerNameOfRecord.objects.get().family_name == "Mensah"


def test_staff_find_people_by_their_former_name(staff_client: Client, applicant: Applicant):
    VerifiedName.objects.create(
        applicant=applicant, family_name="Formerly", given_names="Kofi", verified_on=date(2020, 1, 1)
    )

    listed = staff_client.get(reverse("admin:applicants_applicant_changelist"), {"q": "formerly"}).content.decode()

    assert applicant.family_name in listed


def test_staff_find_people_by_the_name_in_their_own_script(staff_client: Client):
    ApplicantFactory.create(family_name="Wang", given_names="Xiaoming", native_script_name="王小明")

    found = staff_client.get(reverse("admin:applicants_applicant_changelist"), {"q": "小明"}).content.decode()

    assert "Wang" in found


def test_what_people_typed_is_printed_as_text(staff_client: Client, applicant: Applicant):
    request = ask_for_change(applicant, at=timezone.now(), explanation="<script>alert(1)</script>")
    passes(request)

    assert "<script>alert(1)" not in page(staff_client, request)


@pytest.mark.parametrize("model", ["identitycheck", "namerequest"])
def test_queue_and_review_take_few_queries(
    staff_client: Client, check: IdentityCheck, applicant: Applicant, model: str, django_assert_max_num_queries
):
    request = ask_for_change(applicant, at=timezone.now())
    passes(request)
    record: ReviewedRecord = check if model == "identitycheck" else request
    staff_client.post(address(record), {"act": "take"})

    with django_assert_max_num_queries(12):
        staff_client.get(reverse(f"admin:applicants_{model}_changelist"))
    with django_assert_max_num_queries(12):
        page(staff_client, record)


def test_two_reviewers_who_press_at_once_get_it_one_after_the_other(check: IdentityCheck, staff_member: User):
    second = StaffFactory.create()
    at = timezone.now()
    reviews.take(IdentityCheck, check.pk, reviewer=staff_member, at=at)

    with pytest.raises(reviews.HeldByAnotherError):
        reviews.take(IdentityCheck, check.pk, reviewer=second, at=at)
    assert NameRequest.objects.count() == 0
