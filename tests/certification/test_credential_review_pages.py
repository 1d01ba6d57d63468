"""The pages on which reviewers decide about a credential, and specimens beside it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, User
from applicants.permissions import NotAllowedError
from applicants.roles import Role
from certification.models import (
    Credential,
    CredentialSpecimen,
    MedicalSchool,
)
from certification.services.credentials import handing_in, specimens
from certification.states import CredentialPart, CredentialState
from portal.audit import actor_label
from portal.models import AuditEvent
from tests.applicants.identity_scenes import scan
from tests.certification.credential_reviewing import address, browser, entered, reviewer, school, senior, state_of
from tests.certification.credential_scenes import (
    nothing_happens,
    waiting,
)
from tests.people import staff_in

__all__ = ["reviewer", "school", "senior"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]
C, P = CredentialState, CredentialPart


def test_a_reviewer_takes_compares_and_accepts_on_the_page(
    applicant: Applicant, school: MedicalSchool, reviewer: User, django_assert_max_num_queries
):
    credential, client = waiting(applicant, at=timezone.now()), browser(reviewer)
    listed = client.get(reverse("admin:certification_credential_changelist")).content.decode()
    assert "Kofi Mensah" in listed
    assert "Waiting for review" in listed
    client.post(address(credential), {"act": "take"})
    client.get(address(credential))
    with django_assert_max_num_queries(12):
        shown = client.get(address(credential)).content.decode()
    for words in (
        "Accept for verification with the school",
        "✓ same",
        "Among the titles",
        "Download original",
        "200 %",
    ):
        assert words in shown
    wrong = client.post(address(credential), entered("accept", credential, read_degree_title="Bachelor of Magic"))
    page = wrong.content.decode()
    assert "A senior reviewer decides" in page
    assert "≠ check" in page
    assert 'value="Bachelor of Magic"' in page

    answer = client.post(address(credential), entered("accept", credential), follow=True)

    assert "Accepted for verification." in answer.content.decode()
    assert state_of(credential) == C.ACCEPTED_FOR_VERIFICATION


def test_a_review_that_became_stale_shows_what_was_entered(
    applicant: Applicant, school: MedicalSchool, reviewer: User, enqueued
):
    credential, client = waiting(applicant, at=timezone.now()), browser(reviewer)
    client.post(address(credential), {"act": "take"})
    document = credential.current_documents()[0]
    handing_in.replace_file(
        applicant=applicant,
        key=credential.pk,
        document=document.pk,
        file=scan(180),
        knows_review_ends=True,
        at=timezone.now(),
        actor=actor_label(applicant.user),
    )

    with nothing_happens(enqueued):
        answer = client.post(address(credential), entered("accept", credential, internal_note="Seal is faint"))

    page = answer.content.decode()
    assert "waiting for review already" in page
    assert "What you had entered" in page
    assert "Seal is faint" in page


def test_roles_that_may_not_review_read_at_most(applicant: Applicant, school: MedicalSchool, enqueued):
    credential = waiting(applicant, at=timezone.now())

    with nothing_happens(enqueued):
        for role in (Role.FINANCE, Role.EDITOR, Role.AUDITOR, Role.COMMITTEE):
            assert browser(staff_in(role)).post(address(credential), {"act": "take"}).status_code == 403
    assert state_of(credential) == C.SUBMITTED


def test_a_specimen_is_chosen_by_a_senior_and_looking_at_it_is_noted(
    applicant: Applicant, other_applicant: Applicant, school: MedicalSchool, reviewer: User, senior: User, enqueued
):
    verified = waiting(other_applicant, shade=70, at=timezone.now())
    with nothing_happens(enqueued), pytest.raises(specimens.NoSpecimenError):
        specimens.choose(verified.pk, at=timezone.now(), actor=actor_label(senior))
    Credential.objects.filter(pk=verified.pk).update(state=C.VERIFIED)
    with nothing_happens(enqueued), pytest.raises(NotAllowedError):
        specimens.choose(verified.pk, at=timezone.now(), actor=actor_label(reviewer))
    specimens.choose(verified.pk, at=timezone.now(), actor=actor_label(senior))
    specimen = CredentialSpecimen.objects.get()
    credential, client = waiting(applicant, at=timezone.now()), browser(reviewer)

    assert f"?specimen={specimen.pk}" in client.get(address(credential)).content.decode()
    before = AuditEvent.objects.filter(event="portal.record_read", person=other_applicant.pk).count()
    shown = client.get(address(credential), {"specimen": specimen.pk}).content.decode()

    assert "Specimen of the same school" in shown
    assert AuditEvent.objects.filter(event="portal.record_read", person=other_applicant.pk).count() == before + 1
    specimens.drop(verified.pk, at=timezone.now(), actor=actor_label(senior))
    assert "There is no specimen of this school yet." in client.get(address(credential)).content.decode()
