"""Pathways in the states that their pages show: a draft, an application that waits for evaluators, one to decide about."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from applicants.models import Applicant
from certification.models import PathwayApplication
from certification.services.pathways import evaluators
from certification.services.pathways.evaluators import Declaration, Invitation
from certification.services.pathways.seasons import open_season
from certification.states import PathwayState
from portal.models import OutgoingEmail
from tests.factories.certification import PathwayApplicationFactory


def seed(drafting: Applicant, waiting: Applicant) -> Mapping[str, str]:
    """Give one person a draft and another an application with evaluators; returns the parts of addresses by name."""
    at = timezone.now()
    season = open_season(at)
    number = season.number if season else 2027
    draft = PathwayApplicationFactory.create(
        applicant=drafting,
        season=number,
        holds_license=True,
        registered_on=date(2024, 2, 3),
        created_at=at,
        changed_at=at,
    )
    application = PathwayApplicationFactory.create(
        applicant=waiting,
        in_review=True,
        state=PathwayState.AWAITING_THIRD_PARTY,
        season=number,
        created_at=at,
        changed_at=at,
    )
    return {
        "pathway_draft": str(draft.pk),
        "pathway": str(application.pk),
        "pathway_to_decide": str(PathwayApplicationFactory.create(in_review=True).pk),
        "evaluator_invited": _invited(application, "first@hospital.example", at),
        "evaluator_agreed": _agreed(application, at),
    }


def _invited(application: PathwayApplication, email: str, at: datetime) -> str:
    invitation = Invitation("Ama Boateng", email, "Medical and Dental Council", "GH")
    evaluators.invite(key=application.pk, invitation=invitation, at=at, actor="user:0")
    found = re.search(r"/evaluate/([\w-]+)/", OutgoingEmail.objects.get(to_email=email).text)
    assert found is not None
    return found.group(1)


def _agreed(application: PathwayApplication, at: datetime) -> str:
    before = max(at - timedelta(days=3), datetime(at.year, 8, 2, tzinfo=UTC))
    secret = _invited(application, "second@hospital.example", before)
    declaration = Declaration(
        license_authority="Medical and Dental Council",
        license_country="GH",
        license_number="MDC/77",
        licensed_since=date(2010, 2, 1),
        unrestricted=True,
        not_a_relative=True,
        not_paid=True,
        shares_contact=True,
    )
    evaluators.agree(secret=secret, declaration=declaration, at=before)
    return secret
