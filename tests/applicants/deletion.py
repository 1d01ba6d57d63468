"""Steps of the tests of deletions."""

import pytest
from django.apps import apps
from django.core.cache import cache
from django.utils import timezone

from applicants.models import Applicant, DeletionRequest
from applicants.services import deletions
from tests.people import reviewer, senior

LATER = deletions.SECOND_THOUGHTS


@pytest.fixture(autouse=True)
def fresh_counters():
    cache.clear()


def ask(applicant: Applicant) -> DeletionRequest:
    return deletions.request_deletion(user=applicant.user, at=timezone.now(), actor="test")


def to_decide(applicant: Applicant) -> DeletionRequest:
    assert reviewer() != senior(), "there are two members of staff from the start"
    request = ask(applicant)
    deletions.sweep(at=timezone.now() + LATER)
    return fresh(request)


def propose(request: DeletionRequest) -> bool:
    """Ask for the deletion, as the first member of staff does."""
    return deletions.carry_out(request_id=request.pk, reason="Asked for", at=timezone.now(), actor=reviewer())


def confirm(request: DeletionRequest) -> bool:
    """Delete the person, as the second member of staff does."""
    return deletions.carry_out(request_id=request.pk, reason="Asked for", at=timezone.now(), actor=senior())


def carry_out(request: DeletionRequest) -> DeletionRequest:
    """Delete the person, as two members of staff do."""
    assert [propose(request), confirm(request)] == [False, True]
    return fresh(request)


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
