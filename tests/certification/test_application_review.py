"""Staff decide about an Application for Certification."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, User
from applicants.permissions import NotAllowedError
from applicants.roles import Role
from applicants.services import reviews
from applicants.services.reviews import DecisionError, HeldByAnotherError, ReviewError
from certification.models import Application, Credential, MedicalEducation
from certification.services.application import drafts, review, submitting
from certification.services.application.review import CHECKS, ApplicationJudgment
from certification.services.evaluation import evaluate_person
from certification.states import ApplicationState, CredentialState
from payments.models import LedgerAccount, OrderLine
from payments.services import ledger
from portal.eastern import eastern_date
from portal.four_eyes import SamePersonError
from portal.models import AuditEvent, InboxMessage
from tests.certification.applications import attended, eligible_school, page, paid, signed_in
from tests.factories.applicants import StaffFactory
from tests.people import staff_in
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
A = ApplicationState
ALL = ApplicationJudgment(checks=tuple(CHECKS))


def taken(application: Application, by: User) -> Application:
    return reviews.take(Application, application.pk, reviewer=by, at=timezone.now())


def reviewer() -> User:
    return staff_in(Role.CREDENTIAL_REVIEWER)


def senior() -> User:
    return staff_in(Role.SENIOR_REVIEWER)


def state_of(application: Application) -> str:
    return str(Application.objects.get(pk=application.pk).state)


def change(client: Client, application: Application, **values: object):
    return client.post(reverse("admin:certification_application_change", args=[application.pk]), values, follow=True)


def browser(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def test_accepting_puts_the_degree_on_record_and_begins_the_credentials(applicant: Applicant):
    school, other = eligible_school(), eligible_school()
    history = (
        attended(other, awarded_degree=False, credit_years=Decimal("1.5"), attended_to=date(2010, 6, 30)),
        attended(school, credit_years=Decimal("2.5")),
    )
    application = paid(applicant, *history)
    taken(application, reviewer())

    review.accept(key=application.pk, judgment=ALL, reviewer=reviewer(), at=timezone.now())

    degree = MedicalEducation.objects.get(applicant=applicant)
    assert (degree.school, degree.degree_title, degree.graduation_on) == (school, "MB ChB", date(2015, 6, 30))
    begun = Credential.objects.order_by("pk").values_list("kind", "issuer", "state")
    assert list(begun) == [
        ("diploma", school.name, CredentialState.DRAFT),
        ("transcript", school.name, CredentialState.DRAFT),
        ("transfer_transcript", other.name, CredentialState.DRAFT),
    ]
    assert state_of(application) == A.ACCEPTED
    assert InboxMessage.objects.filter(kind="application_accepted").count() == 1
    assert LedgerAccount.objects.get(name=ledger.REVENUE).balance_cents == 16000
    traces = {
        trace.rule_id: trace.outcome.name for trace in evaluate_person(applicant, eastern_date(timezone.now())).traces
    }
    assert (traces["R-APP-1"], traces["R-APP-3"], traces["R-CRED-1"]) == ("MET", "MET", "MET")


def test_a_school_that_was_not_found_is_named_by_the_reviewer(applicant: Applicant):
    application = paid(applicant, attended())
    taken(application, reviewer())
    with pytest.raises(DecisionError) as missing:
        review.accept(key=application.pk, judgment=ALL, reviewer=reviewer(), at=timezone.now())
    assert missing.value.field == "read_school"
    assert MedicalEducation.objects.count() == Credential.objects.count() == 0
    found = eligible_school()

    review.accept(
        key=application.pk, judgment=replace(ALL, read_school=found.code), reviewer=reviewer(), at=timezone.now()
    )

    assert MedicalEducation.objects.get().school == found


def test_nothing_is_accepted_without_every_check(applicant: Applicant):
    application = paid(applicant)
    taken(application, reviewer())

    with pytest.raises(DecisionError):
        review.accept(
            key=application.pk, judgment=ApplicationJudgment(checks=("school",)), reviewer=reviewer(), at=timezone.now()
        )

    assert (state_of(application), MedicalEducation.objects.count()) == (A.IN_REVIEW, 0)


def test_returned_corrected_and_sent_again_without_a_second_fee(applicant: Applicant):
    application = paid(applicant)
    taken(application, reviewer())
    client = browser(reviewer())
    change(client, application, act="return", reasons=["gap"])
    mine = signed_in(applicant)
    shown = mine.get(page("")).content.decode()
    assert "There is a gap in your history" in shown
    assert "You do not pay again" in shown
    assert mine.get(page("check"))["Location"] == page("education")

    mine.post(page("education"), {"complete": "on"})
    assert "Send it again" in mine.get(page("check")).content.decode()
    answer = mine.post(page("check"))

    assert answer["Location"] == page("")
    assert state_of(application) == A.PAID
    assert OrderLine.objects.count() == 1
    taken(application, reviewer())
    review.accept(key=application.pk, judgment=ALL, reviewer=reviewer(), at=timezone.now())
    assert state_of(application) == A.ACCEPTED


def test_a_return_says_why(applicant: Applicant):
    application = paid(applicant)
    taken(application, reviewer())

    with pytest.raises(DecisionError):
        review.give_back(key=application.pk, judgment=ALL, reviewer=reviewer(), at=timezone.now())

    assert state_of(application) == A.IN_REVIEW
    assert not InboxMessage.objects.filter(kind="application_returned").exists()


def test_rejecting_takes_two_people_of_whom_one_is_senior(applicant: Applicant):
    application = paid(applicant)
    said = replace(ALL, return_reason="Your degree is not a medical degree.")
    taken(application, reviewer())
    assert review.reject(key=application.pk, judgment=said, reviewer=reviewer(), at=timezone.now()) is False
    taken(application, reviewer())
    with pytest.raises(SamePersonError):
        review.reject(key=application.pk, judgment=said, reviewer=reviewer(), at=timezone.now())
    later = timezone.now() + timedelta(minutes=21)
    colleague = StaffFactory.create(is_superuser=False, role=Role.CREDENTIAL_REVIEWER)
    reviews.take(Application, application.pk, reviewer=colleague, at=later)
    with pytest.raises(NotAllowedError):
        review.reject(key=application.pk, judgment=said, reviewer=colleague, at=later)
    assert state_of(application) == A.IN_REVIEW
    reviews.take(Application, application.pk, reviewer=senior(), at=later + timedelta(minutes=21))

    assert review.reject(key=application.pk, judgment=said, reviewer=senior(), at=later + timedelta(minutes=22)) is True

    assert state_of(application) == A.REJECTED
    assert "not a medical degree" in signed_in(applicant).get(page("")).content.decode()
    again = drafts.start(applicant=applicant, at=timezone.now(), actor="tests")
    assert (again.pk != application.pk, again.fee_paid_at) == (True, None)


def test_two_reviewers_at_once_and_one_who_lost_the_record(applicant: Applicant):
    application = paid(applicant)
    first, second = reviewer(), senior()
    taken(application, first)
    with pytest.raises(HeldByAnotherError):
        taken(application, second)
    reviews.take(Application, application.pk, reviewer=second, at=timezone.now() + timedelta(minutes=21))

    stale = change(browser(first), application, act="accept", checks=list(CHECKS))

    assert "Nothing of yours was saved" in stale.content.decode()
    assert MedicalEducation.objects.count() == 0


def test_a_decision_about_a_withdrawn_application_is_refused(applicant: Applicant):
    application = paid(applicant)
    taken(application, reviewer())
    drafts.withdraw(applicant=applicant, at=timezone.now(), actor="tests")

    with pytest.raises(ReviewError):
        review.accept(key=application.pk, judgment=ALL, reviewer=reviewer(), at=timezone.now())

    assert (state_of(application), MedicalEducation.objects.count()) == (A.WITHDRAWN, 0)


def test_the_review_page_shows_history_rules_and_signature(applicant: Applicant):
    application = paid(applicant, attended())
    client = browser(reviewer())
    change(client, application, act="take")

    shown = client.get(reverse("admin:certification_application_change", args=[application.pk])).content.decode()

    for words in ("Unlisted Medical College", "not found in the Directory", "R-SCH-1", "signed", "Reject (two people)"):
        assert words in shown
    queue = client.get(reverse("admin:certification_application_changelist")).content.decode()
    assert application.number in queue
    assert AuditEvent.objects.filter(event="applicants.review_taken").count() == 1


def test_a_draft_is_in_nobodys_queue(applicant: Applicant):
    drafts.start(applicant=applicant, at=timezone.now(), actor="tests")
    draft = Application.objects.get()
    client = browser(reviewer())

    assert draft.number not in client.get(reverse("admin:certification_application_changelist")).content.decode()
    assert client.get(reverse("admin:certification_application_change", args=[draft.pk])).status_code == 404


def test_the_database_processes_nothing_unpaid_and_keeps_one_application(applicant: Applicant):
    drafts.start(applicant=applicant, at=timezone.now(), actor="tests")

    with pytest.raises(IntegrityError, match="application_processed_only_paid"), transaction.atomic():
        Application.objects.update(state=A.IN_REVIEW)
    at = timezone.now()
    with pytest.raises(IntegrityError, match="application_one_per_person"), transaction.atomic():
        Application.objects.create(applicant=applicant, created_at=at, changed_at=at, moved_at=at)
    assert submitting.standing(Application.objects.get()).name == "GONE"
