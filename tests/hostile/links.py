"""Links that work without an account: of somebody who keeps an address, of an official who was asked, and of physicians who were invited to evaluate."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from applicants.services.links import make_link
from applicants.states import LinkPurpose
from certification.models import Evaluator, VerificationRequest
from certification.services.pathways.seasons import open_season
from certification.services.verification import links
from certification.states import AttemptKind, EvaluatorState, PathwayState
from portal.secret_links import new_secret
from tests.factories.certification import PathwayApplicationFactory
from tests.support.access import World


def secrets_of_links(world: World) -> dict[str, str]:
    """Make a link of each kind; returns the secret parts by the address that each opens."""
    asked, to_agree, agreed = _asked(world), *_invited()
    stops = make_link(
        LinkPurpose.STOP_EMAIL_CHANGE, email="owner@example.org", at=timezone.now(), user=world.users["owner"]
    )
    return {
        reverse("email_change_stop", args=[stops]): stops,
        reverse("school_answer", args=[asked]): asked,
        reverse("evaluate", args=[to_agree]): to_agree,
        reverse("evaluate", args=[agreed]): agreed,
    }


def _asked(world: World) -> str:
    request = VerificationRequest.objects.select_related("official").get(pk=world.parts["verification"])
    assert request.official is not None
    _, token = links.make_attempt(request, request.official, AttemptKind.FIRST, at=timezone.now())
    return token


def _invited() -> tuple[str, str]:
    """Two physicians whom somebody invited in the season that is open, if one is: the second has agreed."""
    now = timezone.now()
    season = open_season(now)
    application = PathwayApplicationFactory.create(
        in_review=True, state=PathwayState.AWAITING_THIRD_PARTY, season=season.number if season else 2027
    )
    made = []
    for state in (EvaluatorState.INVITED, EvaluatorState.AGREED):
        secret, digest = new_secret()
        agreed = state == EvaluatorState.AGREED
        Evaluator.objects.create(
            application=application,
            name="Ama Boateng",
            email=f"{state.value}@hospital.example",
            email_key=f"{state.value}@hospital.example",
            license_authority="Medical and Dental Council",
            license_country="GH",
            licensed_since=date(2010, 2, 1),
            state=state,
            invited_at=now - timedelta(days=5),
            link_sent_at=now - timedelta(days=5),
            link_digest=digest,
            answered_at=now - timedelta(days=4) if agreed else None,
            agreed_on=now.date() - timedelta(days=4) if agreed else None,
        )
        made.append(secret)
    return made[0], made[1]
