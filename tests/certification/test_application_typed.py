"""What is typed into the Application for Certification is kept before it is an answer."""

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.test import Client, RequestFactory
from django.utils import timezone

from applicants import drafts as session_drafts
from applicants.models import Applicant
from applicants.purchases import PurchaseRefusedError
from certification.forms.application import AttendanceForm
from certification.models import Application, MedicalSchoolAttendance
from certification.services.application import drafts, submitting
from tests.certification.applications import (
    attended,
    complete,
    degree_answers,
    eligible_school,
    give_credit,
    make_fee,
    page,
    pay,
    school_answers,
)

pytestmark = pytest.mark.django_db
HALF = {
    **degree_answers(graduation="31 2 2015"),
    "degree_title": "Médico Ciru\x00",
    "graduation_on_month": "",
}


@pytest.fixture
def client(applicant: Applicant, applicant_client: Client) -> Client:
    """The browser of somebody whose application is complete and not sent."""
    complete(applicant, attended(eligible_school()))
    return applicant_client


def stored(applicant: Applicant) -> Application:
    return Application.objects.get(applicant=applicant)


def test_what_is_typed_is_kept_without_being_an_answer(applicant: Applicant, client: Client):
    before = stored(applicant)

    assert client.post(page("degree"), {**HALF, "keep": "1"}).status_code == 204

    now = stored(applicant)
    assert (now.degree_title, now.graduation_on, now.state) == (before.degree_title, before.graduation_on, "draft")
    assert now.changed_at > before.changed_at
    shown = client.get(page("degree")).content.decode()
    assert "We kept what you had typed" in shown
    assert 'value="Médico Ciru"' in shown
    assert 'value="31"' in shown
    client.post(page("degree"), degree_answers())
    assert stored(applicant).typed == {}
    assert "We kept what you had typed" not in client.get(page("degree")).content.decode()


def test_a_part_that_is_not_complete_may_be_left_and_is_there_again(applicant: Applicant, client: Client):
    later = client.post(page("degree"), {**HALF, "later": "1"})
    assert later["Location"] == page("")
    assert "Médico Ciru" in client.get(page("degree")).content.decode()

    # Without a script too: what was refused with its faults is kept when the person leaves.
    half = school_answers("", country="FR", credit_years="about 2")
    refused = client.post(page("attendance_new"), half)
    assert refused.status_code == 200
    assert "Go on with the school that you began" in client.get(page("education")).content.decode()
    shown = client.get(page("attendance_new")).content.decode()
    assert 'value="about 2"' in shown
    assert '<option value="FR" selected>' in shown
    assert MedicalSchoolAttendance.objects.count() == 1
    client.post(page("attendance_new"), school_answers("Unlisted College", country="FR", awarded_degree="no"))
    assert MedicalSchoolAttendance.objects.count() == 2
    assert list(stored(applicant).typed) == ["degree"]


def test_a_school_of_the_history_has_its_own_page_and_goes_with_what_was_typed(applicant: Applicant, client: Client):
    row = MedicalSchoolAttendance.objects.get()
    typed = {**school_answers(row.school_name), "credit_years": "9.75", "keep": "1", "stranger": "x" * 9000}
    client.post(page("attendance", row.pk), typed)

    assert "9.75" in client.get(page("attendance", row.pk)).content.decode()
    assert "9.75" not in client.get(page("attendance_new")).content.decode()
    assert set(stored(applicant).typed[f"attendance {row.pk}"]) == set(AttendanceForm.base_fields)
    client.post(page("attendance_remove", row.pk))
    assert stored(applicant).typed == {}


def test_nothing_is_kept_once_it_was_sent(applicant: Applicant, client: Client):
    Application.objects.update(state="withdrawn")

    assert client.post(page("degree"), {**HALF, "keep": "1"})["Location"] == page("")
    assert stored(applicant).typed == {}


def test_what_was_typed_after_the_session_had_ended_comes_back_as_the_form_of_the_person(applicant: Applicant):
    request = RequestFactory().post(page("degree"), {**HALF, "keep": "1", "csrfmiddlewaretoken": "x"})
    session_drafts.keep(request, applicant.user)

    back = RequestFactory().get(page("degree"))
    back.session = SessionBase()
    session_drafts.note(back, applicant.user)
    kept = session_drafts._take(back, applicant.user)

    assert kept is not None
    assert {name for name, _ in kept.values} == set(HALF)


def test_a_school_that_was_begun_is_saved_or_discarded_before_anything_is_sent(applicant: Applicant, client: Client):
    half = school_answers("Begun College", country="FR", credit_years="about 2")
    client.post(page("attendance_new"), {**half, "keep": "1"})
    make_fee()

    for refused in (client.post(page("education"), {"complete": "on"}), client.post(page("check"), {})):
        assert "Open the school that you began, and save or discard what you typed there" in refused.content.decode()
    with pytest.raises(drafts.UnsavedError):
        drafts.complete_history(applicant=applicant, at=timezone.now())
    with pytest.raises(drafts.UnsavedError):
        submitting.require_complete(stored(applicant), at=timezone.now())
    assert "attendance new" in stored(applicant).typed

    assert "Discard what I typed" in client.get(page("attendance_new")).content.decode()
    assert client.post(page("attendance_new"), {"discard": "1"})["Location"] == page("attendance_new")
    assert stored(applicant).typed == {}
    assert "Discard what I typed" not in client.get(page("attendance_new")).content.decode()
    submitting.require_complete(stored(applicant), at=timezone.now())
    drafts.complete_history(applicant=applicant, at=timezone.now())


def test_a_degree_that_was_changed_and_not_saved_stops_the_submission_alone(applicant: Applicant, client: Client):
    client.post(page("degree"), {**HALF, "keep": "1"})

    drafts.complete_history(applicant=applicant, at=timezone.now())
    with pytest.raises(drafts.UnsavedError, match="Your medical degree"):
        submitting.require_complete(stored(applicant), at=timezone.now())
    client.post(page("degree"), {"discard": "1"})
    assert stored(applicant).typed == {}
    assert stored(applicant).degree_title == "MB ChB"


def test_a_form_that_is_all_empty_was_not_begun(applicant: Applicant, client: Client):
    client.post(page("attendance_new"), {"school_name": "Begun College", "keep": "1"})
    client.post(page("attendance_new"), {"school_name": " ", "keep": "1"})

    assert stored(applicant).typed == {}


def test_what_was_typed_goes_with_an_application_that_is_withdrawn(applicant: Applicant, client: Client):
    client.post(page("degree"), {**HALF, "keep": "1"})
    drafts.withdraw(applicant=applicant, at=timezone.now(), actor="test")

    assert stored(applicant).typed == {}


def test_what_is_typed_after_the_fee_went_into_the_order_stops_the_payment(applicant: Applicant, client: Client):
    make_fee()
    give_credit(applicant)
    submitting.submit(applicant=applicant, accepts_warnings=False, at=timezone.now(), actor="test")
    client.post(page("degree"), {**HALF, "keep": "1"})

    with pytest.raises(PurchaseRefusedError, match="not saved"):
        pay(applicant)
    assert (stored(applicant).state, list(stored(applicant).typed)) == ("draft", ["degree"])
