"""Corrections: the person says what is wrong, staff answer once, both are told, neither can be another's."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import CorrectionRequest
from applicants.permissions import NotAllowedError
from applicants.roles import Role
from applicants.services import corrections
from applicants.states import CorrectionState, CorrectionTopic
from portal.audit import actor_label
from portal.models import AuditEvent, OutgoingEmail
from portal.states import IllegalMoveError
from tests.factories.applicants import UserFactory
from tests.people import reviewer, staff_in
from tests.support.sign_in import sign_in
from tests.support.unchanged import nothing_happens

pytestmark = pytest.mark.django_db

LIST, NEW = "corrections", "correction_new"
STAFF_LIST = "admin:applicants_correctionrequest_changelist"
WRONG = "It says July 2014. It was July 10, 2015."


@pytest.fixture(autouse=True)
def fresh_counters():
    cache.clear()


def submit(applicant, statement: str = WRONG) -> CorrectionRequest:
    return corrections.submit(
        applicant=applicant, topic=CorrectionTopic.EDUCATION, statement=statement, at=timezone.now(), actor="test"
    )


def fresh(request: CorrectionRequest) -> CorrectionRequest:
    return CorrectionRequest.objects.get(pk=request.pk)


def nothing_happened() -> bool:
    events = AuditEvent.objects.filter(event__startswith="applicants.correction_")
    return not (events.exists() or OutgoingEmail.objects.exists() or CorrectionRequest.objects.exists())


def test_the_own_record_leads_to_the_question_with_its_topic_chosen(applicant_client):
    record = applicant_client.get(reverse("report_record")).content.decode()

    for topic in ("birth_date", "certificate", "education", "examination", "credential"):
        address = f"{reverse(NEW)}?topic={topic}"
        assert address in record
        assert f'value="{topic}"' in applicant_client.get(address).content.decode()
        assert applicant_client.get(address).context["form"]["topic"].value() == topic


def test_what_is_wrong_is_sent_and_listed(applicant, applicant_client):
    answer = applicant_client.post(reverse(NEW), {"topic": "education", "statement": WRONG}, follow=True)

    request = CorrectionRequest.objects.get()
    assert (request.applicant, request.topic, request.statement) == (applicant, "education", WRONG)
    assert request.state == CorrectionState.OPEN
    assert WRONG in answer.content.decode()
    event = AuditEvent.objects.get(event="applicants.correction_requested")
    assert (event.actor, event.facts) == (f"user:{applicant.user.pk}", {"topic": "education"})


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"topic": "education", "statement": ""}, "Enter what it says and what it should say"),
        ({"topic": "", "statement": WRONG}, "Select what is wrong"),
        ({"topic": "email", "statement": WRONG}, "Select what is wrong from the list"),
        ({"topic": "education", "statement": "x" * 2001}, "Use at most 2000 characters"),
        ({"topic": "education", "statement": "null \x00 byte"}, "Null characters are not allowed."),
    ],
)
def test_bad_input_is_refused_with_the_values_kept(applicant_client, values, error):
    page = applicant_client.post(reverse(NEW), values).content.decode()

    assert error in page
    assert "There is a problem" in page
    assert values["statement"][:20].strip("\x00") in page
    assert nothing_happened()


def test_contact_information_and_names_are_not_among_the_topics(applicant_client):
    page = applicant_client.get(reverse(NEW)).content.decode()

    assert reverse("contact_details") in page
    assert {topic.value for topic in CorrectionTopic}.isdisjoint({"name", "email", "address", "phone"})


def test_an_unknown_topic_in_the_address_chooses_nothing(applicant_client):
    page = applicant_client.get(reverse(NEW), {"topic": "<script>"})

    assert "<script>" not in page.content.decode().split("<main", 1)[1]
    assert page.context["form"]["topic"].value() is None


def test_at_most_five_wait(applicant, applicant_client):
    for _ in range(5):
        submit(applicant)

    page = applicant_client.post(reverse(NEW), {"topic": "education", "statement": WRONG}).content.decode()

    assert "5 requests that wait" in page
    assert CorrectionRequest.objects.count() == 5


def test_withdrawing(applicant, applicant_client):
    request = submit(applicant)

    applicant_client.post(reverse("correction_withdraw", args=[request.pk]))

    assert fresh(request).state == CorrectionState.WITHDRAWN
    assert AuditEvent.objects.filter(event="applicants.correction_withdrawn").count() == 1
    again = applicant_client.post(reverse("correction_withdraw", args=[request.pk]), follow=True)
    assert "closed before" in again.content.decode()
    assert AuditEvent.objects.filter(event="applicants.correction_withdrawn").count() == 1


def test_anothers_request_does_not_exist(other_applicant, applicant_client):
    request = submit(other_applicant)

    assert applicant_client.post(reverse("correction_withdraw", args=[request.pk])).status_code == 404
    assert WRONG not in applicant_client.get(reverse(LIST)).content.decode()
    assert fresh(request).state == CorrectionState.OPEN


def test_looking_at_the_acting_address_changes_nothing(applicant, applicant_client):
    request = submit(applicant)

    assert applicant_client.get(reverse("correction_withdraw", args=[request.pk])).status_code == 405
    assert fresh(request).state == CorrectionState.OPEN


def act(client: Client, request: CorrectionRequest, action: str, **values: str):
    return client.post(reverse(STAFF_LIST), {"action": action, "_selected_action": request.pk, **values})


@pytest.mark.parametrize(("action", "state"), [("corrected", "corrected"), ("declined", "declined")])
def test_staff_answer_and_the_person_reads_it(applicant, applicant_client, staff_client, staff_member, action, state):
    request = submit(applicant)

    asked = act(staff_client, request, action).content.decode()
    act(staff_client, request, action, confirmed="1", words="We looked at your diploma.")

    answered = fresh(request)
    assert WRONG in asked
    assert (answered.state, answered.answer) == (state, "We looked at your diploma.")
    assert answered.closed_by == f"user:{staff_member.pk}"
    assert "We looked at your diploma." in applicant_client.get(reverse(LIST)).content.decode()
    [message] = OutgoingEmail.objects.all()
    assert (message.template, message.to_email) == ("correction_answered", applicant.user.email)
    assert "diploma" not in message.text
    event = AuditEvent.objects.get(event=f"applicants.correction_{state}")
    assert (event.actor, event.reason, event.facts) == (f"user:{staff_member.pk}", "", {})


@pytest.mark.parametrize("words", ["", "   ", "\x00"])
def test_no_answer_without_words(applicant, staff_client, words):
    request = submit(applicant)

    page = act(staff_client, request, "corrected", confirmed="1", words=words).content.decode()

    assert "is missing" in page
    assert fresh(request).state == CorrectionState.OPEN
    assert not OutgoingEmail.objects.exists()


def test_an_answered_request_is_not_answered_again(applicant, staff_client):
    request = submit(applicant)
    act(staff_client, request, "declined", confirmed="1", words="No.")

    act(staff_client, request, "corrected", confirmed="1", words="Yes.")

    assert fresh(request).answer == "No."
    assert OutgoingEmail.objects.count() == 1
    assert "closed before" in staff_client.get(reverse(STAFF_LIST)).content.decode()


def test_services_refuse_too(applicant):
    request = submit(applicant)
    with pytest.raises(corrections.AnswerMissingError):
        corrections.answer(request_id=request.pk, corrected=True, words=" ", at=timezone.now(), actor=reviewer())
    corrections.withdraw(request_id=request.pk, at=timezone.now(), actor="test")
    with pytest.raises(IllegalMoveError):
        corrections.answer(request_id=request.pk, corrected=True, words="Yes", at=timezone.now(), actor=reviewer())

    assert fresh(request).state == CorrectionState.WITHDRAWN


def test_staff_without_the_right_cannot_answer(applicant):
    request, trainee = submit(applicant), Client()
    sign_in(trainee, UserFactory.create(is_staff=True, role="editor"))

    assert act(trainee, request, "corrected", confirmed="1", words="Yes").status_code == 403
    assert fresh(request).state == CorrectionState.OPEN


def test_a_role_that_may_not_answer_is_refused_by_the_service_too(applicant, enqueued):
    request = submit(applicant)
    editor = actor_label(staff_in(Role.EDITOR))
    with nothing_happens(enqueued, CorrectionRequest, OutgoingEmail, AuditEvent), pytest.raises(NotAllowedError):
        corrections.answer(request_id=request.pk, corrected=True, words="Yes", at=timezone.now(), actor=editor)
