"""Steps of the tests of deletions."""

import pytest
from django.apps import apps
from django.core.cache import cache
from django.utils import timezone

from applicants.models import Applicant, DeletionRequest
from applicants.services import deletions

LATER = deletions.SECOND_THOUGHTS


@pytest.fixture(autouse=True)
def fresh_counters():
    cache.clear()


def ask(applicant: Applicant) -> DeletionRequest:
    return deletions.request_deletion(user=applicant.user, at=timezone.now(), actor="test")


def to_decide(applicant: Applicant) -> DeletionRequest:
    request = ask(applicant)
    deletions.sweep(at=timezone.now() + LATER)
    return fresh(request)


def carry_out(request: DeletionRequest) -> DeletionRequest:
    return deletions.carry_out(request_id=request.pk, reason="Asked for", at=timezone.now(), actor="test")


def fresh(request: DeletionRequest) -> DeletionRequest:
    return DeletionRequest.objects.get(pk=request.pk)


def everything_stored() -> dict[str, str]:
    """The text of every row of every table of ours and of the packages."""
    return {
        f"{model._meta.label} {row['pk' if 'pk' in row else model._meta.pk.attname]}": repr(row)
        for model in apps.get_models(include_auto_created=True)
        for row in model._default_manager.values()
    }


def holders(word: str) -> set[str]:
    """The labels of the models in whose rows `word` stands."""
    return {name.split()[0] for name, text in everything_stored().items() if word.lower() in text.lower()}
