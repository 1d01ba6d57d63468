"""The way to the end of an account: what stops it, second thoughts, the decision of staff."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, DeletionRequest, IdentityCheck, User
from applicants.roles import Role
from applicants.services import deletions
from applicants.states import DeletionState
from payments.models import Order
from payments.states import OrderState
from portal.models import AuditEvent, OutgoingEmail
from portal.personal_data import AfterDeletion, registry
from portal.states import IllegalMoveError
from tests.applicants.deletion import (
    LATER,
    ask,
    carry_out,
    everything_stored,
    fresh,
    fresh_counters,
    to_decide,
)
from tests.factories.applicants import UserFactory
from tests.factories.certification import (
    HoldFactory,
)
from tests.factories.payments import basket_of, credit_for
from tests.people import senior, staff_in
from tests.support.orders import make_authority, pay_with_credit, place
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

__all__ = ["fresh_counters"]

PAGE = "deletion"
STAFF_LIST = "admin:applicants_deletionrequest_changelist"


# --- What must end first --------------------------------------------------------------------------------------------


def payment_under_way(applicant: Applicant) -> None:
    place(applicant, [make_authority(1)])


def report_under_way(applicant: Applicant) -> None:
    pay_with_credit(applicant, [make_authority(1)])


def credit_left(applicant: Applicant) -> None:
    credit_for(applicant, 5000)


def on_hold(applicant: Applicant) -> None:
    HoldFactory.create(applicant=applicant)


OBSTACLES = [
    (payment_under_way, "A payment of yours is under way"),
    (report_under_way, "not with their authority yet: 1"),
    (credit_left, "holds credit"),
    (on_hold, "is on hold"),
]


@pytest.mark.parametrize(("obstacle", "sentence"), OBSTACLES, ids=lambda value: getattr(value, "__name__", ""))
def test_something_under_way_stops_the_request_and_says_so(applicant, applicant_client, obstacle, sentence):
    obstacle(applicant)

    page = applicant_client.post(reverse(PAGE), {"confirmation": "delete"}, follow=True).content.decode()

    assert sentence in page
    assert not DeletionRequest.objects.exists()
    assert not OutgoingEmail.objects.filter(template="deletion_requested").exists()


@pytest.mark.parametrize(("obstacle", "sentence"), OBSTACLES, ids=lambda value: getattr(value, "__name__", ""))
def test_something_begun_meanwhile_stops_the_deletion(applicant, obstacle, sentence):
    request = to_decide(applicant)
    obstacle(applicant)
    before = everything_stored()

    with pytest.raises(deletions.NotFinishedError, match=sentence):
        carry_out(request)

    assert everything_stored() == before


def test_a_basket_is_emptied(applicant):
    order = basket_of(applicant=applicant)

    carry_out(to_decide(applicant))

    order.refresh_from_db()
    assert order.state == OrderState.EXPIRED
    assert not Order.objects.filter(state=OrderState.BASKET).exists()


# --- Asking, thinking again, deciding -------------------------------------------------------------------------------


def test_asking_begins_the_time_for_second_thoughts(applicant, applicant_client):
    page = applicant_client.post(reverse(PAGE), {"confirmation": "Delete "}, follow=True).content.decode()

    request = DeletionRequest.objects.get()
    assert (request.user, request.state) == (applicant.user, DeletionState.WAITING)
    assert request.decidable_at - request.requested_at == timedelta(days=14)
    assert "Cancel the deletion" in page
    [message] = OutgoingEmail.objects.filter(template="deletion_requested")
    assert message.to_email == applicant.user.email
    assert applicant_client.get(reverse("dashboard")).status_code == 200


@pytest.mark.parametrize("word", ["", "yes", "delete me", "x" * 100, "del\x00ete"])
def test_without_the_word_nothing_is_asked(applicant_client, word):
    page = applicant_client.post(reverse(PAGE), {"confirmation": word}).content.decode()

    assert "There is a problem" in page
    assert not DeletionRequest.objects.exists()
    assert not OutgoingEmail.objects.exists()


def test_asking_needs_the_password_again(applicant_client):
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        answer = applicant_client.post(reverse(PAGE), {"confirmation": "delete"})

    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not DeletionRequest.objects.exists()


def test_asking_twice_is_asking_once(applicant, applicant_client):
    ask(applicant)

    applicant_client.post(reverse(PAGE), {"confirmation": "delete"})

    assert DeletionRequest.objects.count() == 1


@pytest.mark.parametrize("state", ["waiting", "to_decide"])
def test_thinking_again(applicant, applicant_client, state):
    request = ask(applicant) if state == "waiting" else to_decide(applicant)

    applicant_client.post(reverse("deletion_cancel"))

    assert fresh(request).state == DeletionState.CANCELED
    assert OutgoingEmail.objects.filter(template="deletion_canceled").count() == 1
    assert User.objects.get(pk=applicant.user_id).is_active
    assert deletions.sweep(at=timezone.now() + LATER) == 0


def test_cancelling_without_a_request_changes_nothing(applicant_client):
    assert applicant_client.post(reverse("deletion_cancel")).status_code == 302
    assert not AuditEvent.objects.filter(event__startswith="applicants.deletion_").exists()


def test_looking_at_the_acting_address_changes_nothing(applicant, applicant_client):
    request = ask(applicant)

    assert applicant_client.get(reverse("deletion_cancel")).status_code == 405
    assert fresh(request).state == DeletionState.WAITING


def test_staff_cannot_decide_before_its_time(applicant):
    request = ask(applicant)
    assert deletions.sweep(at=request.decidable_at - timedelta(seconds=1)) == 0

    with pytest.raises(IllegalMoveError):
        carry_out(request)
    with pytest.raises(IllegalMoveError):
        deletions.refuse(request_id=request.pk, words="No", at=timezone.now(), actor=senior())

    assert User.objects.get(pk=applicant.user_id).is_active
    assert fresh(request).state == DeletionState.WAITING


def test_when_its_time_has_come_staff_are_told(applicant):
    request = to_decide(applicant)

    assert request.state == DeletionState.TO_DECIDE
    alert = OutgoingEmail.objects.get(template="staff_alert")
    assert f"Deletion request {request.pk}." in alert.text
    assert applicant.family_name not in alert.text


def act(client: Client, request: DeletionRequest, action: str, **values: str):
    return client.post(reverse(STAFF_LIST), {"action": action, "_selected_action": request.pk, **values})


def test_staff_refuse_with_words_that_the_person_reads(applicant, applicant_client, staff_client):
    request = to_decide(applicant)

    act(staff_client, request, "refuse", confirmed="1", words="A case is open.")

    assert fresh(request).state == DeletionState.REFUSED
    assert "A case is open." in applicant_client.get(reverse(PAGE)).content.decode()
    [message] = OutgoingEmail.objects.filter(template="deletion_refused")
    assert "case" not in message.text
    ask(applicant)


def test_two_of_staff_delete_with_a_reason(applicant, staff_client, staff_member):
    request, first = to_decide(applicant), Client()
    sign_in(first, staff_in(Role.CREDENTIAL_REVIEWER))
    act(first, request, "carry_out", confirmed="1", words="The person asked.")
    act(first, request, "carry_out", confirmed="1", words="Again.")
    assert "second person" in first.get(reverse(STAFF_LIST)).content.decode()
    assert fresh(request).state == DeletionState.TO_DECIDE

    page = act(staff_client, request, "carry_out").content.decode()
    assert "Reason" in page
    assert "The person asked." in page
    assert User.objects.get(pk=applicant.user_id).is_active
    act(staff_client, request, "carry_out", confirmed="1", words="Asked for, checked.")

    assert fresh(request).state == DeletionState.CARRIED_OUT
    assert not User.objects.get(pk=applicant.user_id).is_active
    event = AuditEvent.objects.get(event="applicants.deletion_carried_out")
    assert (event.actor, event.reason) == (f"user:{staff_member.pk}", "Asked for, checked.")


def test_staff_see_what_must_end_first(applicant, staff_client):
    request = to_decide(applicant)
    credit_left(applicant)

    act(staff_client, request, "carry_out", confirmed="1", words="Asked for")

    assert "holds credit" in staff_client.get(reverse(STAFF_LIST)).content.decode()
    assert fresh(request).state == DeletionState.TO_DECIDE


def test_staff_without_the_right_cannot_decide(applicant):
    request, trainee = to_decide(applicant), Client()
    sign_in(trainee, UserFactory.create(is_staff=True, role="editor"))

    assert act(trainee, request, "carry_out", confirmed="1", words="x").status_code == 403
    assert fresh(request).state == DeletionState.TO_DECIDE


def test_accounts_of_staff_are_not_deleted_this_way(staff_member):
    with pytest.raises(deletions.NotAnApplicantError):
        deletions.request_deletion(user=staff_member, at=timezone.now(), actor="test")

    assert not DeletionRequest.objects.exists()


def test_the_page_says_what_goes_and_what_stays(applicant_client):
    page = applicant_client.get(reverse(PAGE)).content.decode()

    for holding in registry.holdings.values():
        assert holding.what in page
        assert holding.kept_because in page


def test_the_page_takes_few_queries(applicant, applicant_client, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        applicant_client.get(reverse(PAGE))


def test_checks_of_identity_go_too():
    assert registry.holdings[IdentityCheck._meta.label].after_deletion is AfterDeletion.DELETED
