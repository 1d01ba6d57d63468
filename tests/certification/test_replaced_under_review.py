"""A file that the physician replaces is decided by nobody who saw the former one, alone or by two people (R-PSV-4)."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from applicants.models import Applicant, User
from applicants.roles import Role
from applicants.services import reviews
from certification.models import Credential
from certification.services.credentials import deciding, handing_in, moves
from certification.services.credentials.deciding import CredentialReading
from certification.states import CredentialState
from portal.models import Proposal, ProposalState
from tests.applicants.identity_scenes import scan
from tests.certification.credential_reviewing import browser, reviewer, senior
from tests.certification.credential_scenes import AT, passes, waiting
from tests.factories.applicants import StaffFactory
from tests.support.reading import open_record

__all__ = ["reviewer", "senior"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]
C = CredentialState
ENTERED = CredentialReading(internal_note="Seal is copied", return_reason="The seal is not that of the school")


def replaced(credential: Credential, shade: int, *, at: datetime = AT) -> Credential:
    """The physician puts another file, which passes its checks, in the place of the one that counts."""
    credential = Credential.objects.get(pk=credential.pk)
    handing_in.replace_file(
        applicant=credential.applicant,
        key=credential.pk,
        document=credential.documents.get(replaced_by=None).pk,
        file=scan(shade),
        knows_review_ends=credential.told[0] == C.IN_REVIEW,
        at=at,
        actor="test",
    )
    passes()
    return Credential.objects.get(pk=credential.pk)


def brought_to(applicant: Applicant, state: CredentialState) -> Credential:
    """A diploma in review, or one that is suspected."""
    credential = waiting(applicant)
    for step in (C.IN_REVIEW, state):
        if credential.state != step:
            moves.move(credential, step, at=AT, actor="test")
    return credential


def test_a_file_replaced_under_suspicion_clears_nothing(applicant: Applicant, senior: User):
    credential = brought_to(applicant, C.SUSPECTED_FRAUD)
    for number in range(2):
        former, at = credential.documents.get(replaced_by=None), AT + timedelta(days=number)
        reviews.take(Credential, credential.pk, reviewer=senior, at=at)
        credential = replaced(credential, 50 + number, at=at)

        assert (credential.state, credential.reviewer) == (C.SUSPECTED_FRAUD, None)
        # Since when it waits is what they would read of a review that has not begun.
        assert credential.told == (C.SUBMITTED, AT)
        assert credential.documents.filter(pk=former.pk, upload__erased_at=None).exists()
        # What was seen is gone: whoever decides must look at the new file first.
        for act in (deciding.clear, deciding.refuse):
            with pytest.raises(reviews.NotYoursError):
                act(key=credential.pk, reading=ENTERED, reviewer=senior, at=at)
    assert not Proposal.objects.exists()


def test_reviewers_of_a_suspicion_see_every_file_that_was_replaced_since(applicant: Applicant, senior: User):
    credential = replaced(replaced(brought_to(applicant, C.SUSPECTED_FRAUD), 50), 51)

    address = reverse("admin:certification_credential_change", args=[credential.pk])
    page = open_record(browser(senior), address).content.decode()

    assert page.count("The document, replaced since") == 2
    assert credential.documents.filter(replaced_by=None).count() == 1


@pytest.mark.parametrize(
    ("state", "act", "before"),
    [
        (C.IN_REVIEW, deciding.refuse, 0),
        (C.IN_REVIEW, deciding.suspect, 0),
        (C.SUSPECTED_FRAUD, deciding.refuse, 0),
        (C.SUSPECTED_FRAUD, deciding.refuse, 1),
    ],
)
def test_two_people_decide_about_the_same_file(
    applicant: Applicant, reviewer: User, senior: User, state: CredentialState, act, before: int
):
    credential = brought_to(applicant, state)
    for number in range(before):
        credential = replaced(credential, 40 + number)
    reviews.take(Credential, credential.pk, reviewer=reviewer, at=AT)
    assert act(key=credential.pk, reading=ENTERED, reviewer=reviewer, at=AT) is False

    credential = replaced(credential, 50)
    reviews.take(Credential, credential.pk, reviewer=senior, at=AT)
    assert act(key=credential.pk, reading=ENTERED, reviewer=senior, at=AT) is False

    credential.refresh_from_db()
    assert credential.state == state
    assert list(Proposal.objects.order_by("pk").values_list("state", flat=True)) == [
        ProposalState.LAPSED,
        ProposalState.OPEN,
    ]
    later, colleague = AT + reviews.REVIEW_HOLDS, StaffFactory.create(is_superuser=False, role=Role.SENIOR_REVIEWER)
    reviews.take(Credential, credential.pk, reviewer=colleague, at=later)
    assert act(key=credential.pk, reading=ENTERED, reviewer=colleague, at=later) is True
