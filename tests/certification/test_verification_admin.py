"""Requests and lists of schools at the staff door."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import User
from applicants.numbers import format_identification_number
from applicants.roles import Role
from certification.models import CredentialSpecimen, SchoolOfficial, VerificationAnswer, VerificationRequest
from certification.services.verification import answers
from certification.states import Verdict, VerificationState
from portal.eastern import eastern_date
from portal.models import AuditEvent, OutgoingEmail
from tests.certification.school_scenes import diploma_of, form_of, reply_to, sent_request, state_of, token_of
from tests.factories.applicants import ApplicantFactory
from tests.factories.certification import MedicalSchoolFactory
from tests.factories.schools_portal import SchoolOfficialFactory
from tests.people import staff_in
from tests.portal.upload_files import pdf
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db
LIST = "admin:certification_schoolofficial_changelist"


def browser(role: Role = Role.CREDENTIAL_REVIEWER) -> Client:
    client = Client()
    sign_in(client, staff_in(role))
    return client


def address_of(request: VerificationRequest) -> str:
    return reverse("admin:certification_verificationrequest_change", args=[request.pk])


def answered(verdict: Verdict = Verdict.CONFIRMED) -> VerificationRequest:
    request = sent_request(at=timezone.now() - timedelta(days=2), file=True)
    answers.answer_by_link(token_of(request.official), reply_to(request, verdict), at=timezone.now())
    return request


def test_queue_shows_state_waiting_days_and_attempts():
    request = answered()

    page = browser().get(reverse("admin:certification_verificationrequest_changelist")).content.decode()

    person = request.applicant
    assert request.reference in page
    assert f"{person.family_name}, {person.given_names}" in page
    assert f"({format_identification_number(person.identification_number)})" in page
    assert "2 days" in page
    assert re.search(r'field-attempts">1<', page)


def test_answer_stands_beside_the_document_and_is_accepted():
    request, client = answered(), browser()

    page = client.get(address_of(request)).content.decode()
    response = client.post(address_of(request), {"act": "accept"})

    assert "/pages/" in page
    assert "On the school’s list as" in page
    assert response.status_code == 302
    assert state_of(request) == VerificationState.ACCEPTED
    assert AuditEvent.objects.filter(event="portal.record_read", person=request.applicant_id).exists()


def test_specimens_of_the_school_stand_beside_the_answer_and_looking_at_one_is_noted():
    request, client, elsewhere = answered(), browser(), MedicalSchoolFactory.create()
    other = diploma_of(ApplicantFactory.create(), request.school, file=True)
    strange = diploma_of(ApplicantFactory.create(), elsewhere, file=True)
    own = request.credential
    assert own is not None
    ours, theirs, _ = (
        CredentialSpecimen.objects.create(
            document=one.documents.get(), school=school, chosen_at=timezone.now(), chosen_by="user:1"
        )
        for one, school in ((other, request.school), (strange, elsewhere), (own, request.school))
    )

    page = client.get(address_of(request)).content.decode()
    shown = client.get(address_of(request), {"specimen": ours.pk}).content.decode()
    hidden = client.get(address_of(request), {"specimen": theirs.pk}).content.decode()

    assert re.findall(r"\?specimen=(\d+)", page) == [str(ours.pk)]
    assert "<h2>Specimen of the same school</h2>" in shown
    assert "<h2>Specimen of the same school</h2>" not in hidden
    assert AuditEvent.objects.filter(event="portal.record_read", person=other.applicant_id).count() == 1
    assert not AuditEvent.objects.filter(event="portal.record_read", person=strange.applicant_id).exists()


@pytest.mark.parametrize(
    ("act", "words", "state"),
    [
        ("requery", "Which year?", VerificationState.REQUERIED),
        ("give_up", "Burned down", VerificationState.UNABLE_TO_VERIFY),
        ("withdraw", "Not needed", VerificationState.WITHDRAWN),
    ],
)
def test_other_acts_need_words(act, words, state):
    request, client = answered(Verdict.NOT_OURS), browser()

    page = client.post(address_of(request), {"act": act, "words": " "})
    assert "kept in the history" in page.content.decode() or page.status_code == 200
    assert state_of(request) == VerificationState.ANSWERED

    client.post(address_of(request), {"act": act, "words": words})
    assert state_of(request) == state


def test_refuting_takes_two_people_and_the_second_may_be_of_the_committee():
    request = answered(Verdict.NOT_OURS)

    browser().post(address_of(request), {"act": "refute", "words": "No such person"})
    assert state_of(request) == VerificationState.ANSWERED
    browser().post(address_of(request), {"act": "refute", "words": "No such person"})
    assert state_of(request) == VerificationState.ANSWERED
    committee = browser(Role.COMMITTEE)
    assert "was asked for" in committee.get(address_of(request)).content.decode()
    committee.post(address_of(request), {"act": "refute", "words": "Agreed"})

    assert state_of(request) == VerificationState.REFUTED


def test_what_cannot_be_done_is_said_and_what_was_typed_stays():
    request = answered()

    page = browser().post(address_of(request), {"act": "refute", "words": "Typed with care"}).content.decode()

    assert "Ask it about its answer instead" in page
    assert "Typed with care" in page
    assert state_of(request) == VerificationState.ANSWERED


def test_a_request_goes_to_another_official_and_the_first_link_ends():
    request = sent_request(at=timezone.now())
    first, other = token_of(request.official), SchoolOfficialFactory.create(school=request.school)
    stranger = SchoolOfficialFactory.create()
    client = browser()

    client.post(address_of(request), {"act": "send", "official": stranger.pk})
    request.refresh_from_db()
    assert request.official != stranger
    client.post(address_of(request), {"act": "send", "official": other.pk})

    assert Client().get(reverse("school_answer", args=[first])).status_code == 410
    assert Client().get(reverse("school_answer", args=[token_of(other)])).status_code == 200


def test_letter_is_made_noted_and_printable():
    request, client = sent_request(at=timezone.now()), browser()

    page = client.post(address_of(request), {"act": "letter", "language": "en"}).content.decode()

    assert request.reference in page
    assert request.applicant.full_name in page
    assert "to send it to us directly" in page
    assert request.attempts.filter(kind="letter").exists()


def test_an_answer_on_paper_is_entered_with_its_day():
    request, client = sent_request(at=timezone.now() - timedelta(days=9)), browser()
    assert request.official_id
    values = form_of(request, act="paper", official=request.official_id, received_on="2020-01-01")

    page = client.post(address_of(request), values).content.decode()
    assert "not later than today" in page
    assert not VerificationAnswer.objects.exists()
    day = eastern_date(timezone.now() - timedelta(days=1))
    file = SimpleUploadedFile("letter.pdf", pdf())
    client.post(address_of(request), {**values, "received_on": day.isoformat(), "transcript": file})

    answer = VerificationAnswer.objects.get()
    assert (answer.channel, eastern_date(answer.received_at)) == ("paper", day)
    assert answer.transcript.owner == staff_in(Role.CREDENTIAL_REVIEWER)


def test_a_person_is_put_on_the_list_and_taken_off():
    school, client = MedicalSchoolFactory.create(), browser()
    values = {
        "school": school.pk, "name": "Ana Ruiz", "title": "Secretaria", "email": "ana@school.example", "language": "es",
        "may_verify": "on", "reason": "Letter of May 2",
    }  # fmt: skip

    client.post(reverse("admin:certification_schoolofficial_add"), values)
    official = SchoolOfficial.objects.get()
    again = client.post(reverse("admin:certification_schoolofficial_add"), values).content.decode()

    assert (official.school, official.language, official.may_attest) == (school, "es", False)
    assert "is on the list of this school" in again
    assert AuditEvent.objects.get(event="certification.official_listed").reason == "Letter of May 2"
    for act in ("open_account", "take_off_list"):
        data = {"action": act, "_selected_action": official.pk, "confirmed": "1", "words": "The dean wrote"}
        client.post(reverse(LIST), data)
    official.refresh_from_db()
    assert not official.is_listed(eastern_date(timezone.now()))
    assert not User.objects.get(username="ana@school.example").is_active
    assert OutgoingEmail.objects.filter(template="school_account", to_email="ana@school.example").exists()
