"""What a deletion leaves of a case of irregular behavior that is over, and what the deletion page says of it."""

from dataclasses import replace
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant
from applicants.states import DeletionState
from certification.models import CaseSanction, Hold, IrregularBehaviorCase
from certification.services import holds
from certification.services.cases.deciding import Sanction
from certification.states import SanctionKind
from portal.personal_data import AfterDeletion, registry
from tests.applicants.deletion import carry_out, fresh_counters, to_decide
from tests.certification.cases import FINDING, before_committee, committee, decided, notified, open_holds
from tests.factories.certification import HoldFactory

__all__ = ["before_committee", "committee", "fresh_counters", "notified"]
pytestmark = pytest.mark.django_db
BARRED = replace(FINDING, sanctions=(Sanction(SanctionKind.BAR_FROM_SERVICES, date(2026, 6, 1)),))


@pytest.fixture
def sanctioned(before_committee: IrregularBehaviorCase, committee: list[str]) -> Applicant:
    """A person whose sanction is over, and whose hold for another reason was lifted."""
    decided(before_committee, BARRED, committee[1], committee[2])
    assert holds.lift_ended(at=timezone.now()) == 1
    person = before_committee.applicant
    HoldFactory.create(applicant=person, lifted_at=timezone.now(), lifted_by="user:1")
    assert not open_holds(person)
    return person


def test_a_person_with_a_past_sanction_can_be_deleted(sanctioned: Applicant):
    case, sanction = IrregularBehaviorCase.objects.get(), CaseSanction.objects.get()

    request = carry_out(to_decide(sanctioned))

    assert request.state == DeletionState.CARRIED_OUT
    assert set(Hold.objects.values_list("pk", flat=True)) == {case.hold_id, sanction.hold_id}
    assert IrregularBehaviorCase.objects.get() == case
    assert CaseSanction.objects.get().hold_id == sanction.hold_id


def test_the_page_says_which_holds_stay(applicant_client: Client):
    holding = registry.holdings[Hold._meta.label]
    page = applicant_client.get(reverse("deletion")).content.decode()
    goes, stays = page.split("What stays, and why")

    assert holding.after_deletion is AfterDeletion.KEPT
    assert holding.what not in goes
    assert holding.what in stays
    assert "Only holds of a notice or of a decision about it" in stays
