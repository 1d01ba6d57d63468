"""A case that is opened for somebody who meets everything is told nowhere before its notice (R-IRR-2)."""

import json
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from applicants.models import Applicant
from applicants.roles import Role
from certification.models import IssueCandidate, LastVerdict
from certification.services.cases import steps
from certification.services.certificates import candidates
from certification.services.nightly import evaluate_everybody
from portal.audit import actor_label
from portal.models import AuditEvent
from portal.own_data import topic_of
from portal.personal_data import registry
from tests.applicants.deletion import carry_out, fresh_counters, to_decide
from tests.certification.certificates import enough_credit, with_everything_met
from tests.certification.test_fraud_cases import KEYS, WHOSE
from tests.people import staff_in

__all__ = ["enough_credit", "fresh_counters"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enough_credit")]
PREPARING = "We are preparing your certificate"
PAGES = {
    "certificate": reverse("certificate"),
    "checklist": reverse("dashboard"),
    "hold": reverse("requirement", args=["holds"]),
    "activity": f"{reverse('account_activity')}?show=changes",
}


@pytest.fixture
def person(applicant: Applicant) -> Applicant:
    """Somebody who waits for nothing but us."""
    return with_everything_met(applicant)


def told_to(person: Applicant, client: Client, *, at: datetime) -> dict[str, str]:
    """What the person can read once the portal has looked at everybody anew."""
    LastVerdict.objects.all().delete()
    evaluate_everybody(at=at)
    topics = [one for one in registry.topics.values() if one.name in {"certification", "history"}]
    copy = json.dumps([topic_of(one, person.user_id) for one in topics], default=str)
    pages = {name: WHOSE.sub("", client.get(address).content.decode()) for name, address in PAGES.items()}
    return {**pages, "copy": KEYS.sub("", copy)}


def test_a_case_before_its_notice_changes_nothing_that_the_person_reads(person: Applicant, applicant_client: Client):
    at, member = timezone.now(), actor_label(staff_in(Role.COMMITTEE))
    before = told_to(person, applicant_client, at=at)
    assert PREPARING in before["certificate"]
    assert IssueCandidate.objects.exists()

    case = steps.open_case(applicant=person, allegation="Copied", at=at, actor=member)
    after = told_to(person, applicant_client, at=at)

    assert not IssueCandidate.objects.exists()
    for what, words in before.items():
        assert after[what] == words, what
    assert AuditEvent.objects.filter(event__startswith="certification.candidate_").count() == 2
    assert "candidate" not in after["copy"].lower()

    steps.start_review(case_id=case.pk, at=at, actor=member)
    steps.send_notice(case_id=case.pk, notice="What is alleged", at=at, actor=member)
    assert PREPARING not in told_to(person, applicant_client, at=at)["certificate"]


def test_the_page_of_somebody_who_waits_takes_few_queries(
    person: Applicant, applicant_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    with django_assert_max_num_queries(12):
        page = applicant_client.get(reverse("certificate")).content.decode()

    assert PREPARING in page


def test_a_deletion_ends_the_wait_for_a_certificate(person: Applicant):
    at = timezone.now() - timedelta(days=1)
    assert candidates.look_again([person.pk], at=at) == 1

    carry_out(to_decide(person))

    assert not IssueCandidate.objects.exists()
