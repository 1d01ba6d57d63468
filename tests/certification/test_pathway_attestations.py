"""Pathways 2 to 5: the school attests clinical skills through its portal, and staff confirm what qualifies it."""

from datetime import date, timedelta

import pytest

from applicants.services import reviews
from applicants.services.reviews import DecisionError
from certification.models import MedicalSchool, PathwayApplication, VerificationRequest
from certification.services.pathways import deciding, season_end
from certification.services.person import person_facts
from certification.services.verification import answers, review
from certification.states import PathwayState, VerificationPurpose
from portal.audit import actor_label
from tests.certification import pathway_scenes as scenes
from tests.certification.pathway_scenes import LATER, REVIEWED
from tests.certification.school_scenes import reply_to, token_of
from tests.factories.schools_portal import SchoolOfficialFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enqueued", "till")]


def attested(application: PathwayApplication, actor: str) -> VerificationRequest:
    """The school has answered, and staff have accepted the answer."""
    request = VerificationRequest.objects.get(applicant=application.applicant)
    answers.answer_by_link(token_of(request.official), reply_to(request), at=LATER)
    return review.accept(request.pk, reason="", at=LATER, actor=actor)


def of_listed_school(claim: int) -> PathwayApplication:
    """A paid application of a graduate whose school has somebody who attests."""
    person = scenes.physician()
    SchoolOfficialFactory.create(school=MedicalSchool.objects.get(graduates__applicant=person), may_attest=True)
    return scenes.paid(scenes.by_school(person, claim, agency="An agency"))


@pytest.mark.parametrize("claim", [3, 4, 5])
def test_attestation_and_a_confirmed_claim_are_accepted_and_stay_met(reviewer, claim):
    application = of_listed_school(claim)
    assert VerificationRequest.objects.get().purpose == VerificationPurpose.ATTESTATION
    season_end.sweep(at=REVIEWED)
    application.refresh_from_db()
    assert application.state == PathwayState.AWAITING_THIRD_PARTY
    attested(application, actor_label(reviewer))
    season_end.sweep(at=REVIEWED)
    application.refresh_from_db()
    assert application.state == PathwayState.IN_REVIEW

    acceptance = scenes.accept(application, reviewer)
    assert (acceptance.pathway, acceptance.valid_through) == (claim, date(2027, 12, 31))
    school = person_facts(application.applicant, REVIEWED.date()).education
    assert school is not None


def test_claim_that_staff_did_not_confirm_is_not_accepted(reviewer):
    application = of_listed_school(3)
    attested(application, actor_label(reviewer))
    season_end.sweep(at=REVIEWED)
    reviews.take(PathwayApplication, application.pk, reviewer=reviewer, at=REVIEWED)

    with pytest.raises(DecisionError, match="all checks"):
        deciding.accept(
            key=application.pk,
            judgment=scenes.judgment(application, checks=("oet",)),
            reviewer=reviewer,
            at=REVIEWED + timedelta(minutes=1),
        )
    application.refresh_from_db()
    assert application.state == PathwayState.IN_REVIEW
