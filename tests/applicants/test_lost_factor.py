"""Who lost every second factor is let in again by two members of staff, and by nobody alone."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import User
from applicants.permissions import NotAllowedError
from applicants.roles import Role
from applicants.services.lost_factor import NothingToRemoveError, ReasonMissingError, remove_second_factor
from portal.audit import actor_label
from portal.four_eyes import SamePersonError
from portal.models import AuditEvent, OutgoingEmail, Proposal
from tests.people import browser_of, reviewer, senior, staff_in
from tests.support.sign_in import add_authenticators, sign_in
from tests.support.unchanged import nothing_happens

pytestmark = pytest.mark.django_db
WATCHED = (User, Authenticator, UserSession, Proposal, OutgoingEmail, AuditEvent)
SEEN = "Passport shown in a video call on May 4"


@pytest.fixture
def locked_out(applicant):
    """A physician with an authenticator app that is at the bottom of a lake."""
    add_authenticators([applicant.user])
    return applicant


def remove(applicant, actor: str, reason: str = SEEN) -> bool:
    return remove_second_factor(applicant_id=applicant.pk, reason=reason, actor=actor, at=timezone.now())


def has_factor(applicant) -> bool:
    return bool(Authenticator.objects.filter(user=applicant.user))


def test_two_people_let_a_person_in_again(locked_out):
    browser = Client()
    sign_in(browser, locked_out.user)
    key = browser.session.session_key
    UserSession.objects.create(user=locked_out.user, session_key=key, ip="127.0.0.1", data={})

    assert remove(locked_out, reviewer()) is False
    assert has_factor(locked_out)
    assert remove(locked_out, senior()) is True

    assert not has_factor(locked_out)
    assert browser.get(reverse("dashboard"))["Location"].startswith(reverse("account_login"))
    notice = OutgoingEmail.objects.get(template="security_notice")
    assert (notice.to_email, "If you did not ask" in notice.text) == (locked_out.user.email, True)
    event = AuditEvent.objects.get(event="applicants.second_factor_removed")
    assert (event.actor, event.reason, event.person) == (senior(), SEEN, locked_out.pk)


@pytest.mark.parametrize("short", [True, False])
def test_a_password_that_was_short_is_not_left_alone(locked_out, short):
    password = "tulip-93" if short else "tulips in the rain of May"
    locked_out.user.set_password(password)
    locked_out.user.save()

    remove(locked_out, reviewer())
    remove(locked_out, senior())

    user = User.objects.get(pk=locked_out.user_id)
    assert user.check_password(password) is not short
    assert user.has_usable_password()
    assert not user.has_short_password


@pytest.mark.parametrize("role", [Role.FINANCE, Role.EDITOR, Role.COMMITTEE, Role.ADMINISTRATOR, Role.AUDITOR])
def test_other_roles_can_neither_begin_nor_finish(locked_out, enqueued, role):
    actor, first = actor_label(staff_in(role)), reviewer()
    with nothing_happens(enqueued, *WATCHED), pytest.raises(NotAllowedError):
        remove(locked_out, actor)
    remove(locked_out, first)
    with nothing_happens(enqueued, *WATCHED), pytest.raises(NotAllowedError):
        remove(locked_out, actor)


def test_one_person_is_not_enough_whoever_it_is(locked_out, enqueued):
    actor = senior()
    remove(locked_out, actor)
    with nothing_happens(enqueued, *WATCHED), pytest.raises(SamePersonError):
        remove(locked_out, actor)


def test_it_needs_evidence_and_something_to_remove(applicant, locked_out, enqueued):
    actor = reviewer()
    with nothing_happens(enqueued, *WATCHED), pytest.raises(ReasonMissingError):
        remove(locked_out, actor, " ")
    Authenticator.objects.all().delete()
    with nothing_happens(enqueued, *WATCHED), pytest.raises(NothingToRemoveError):
        remove(locked_out, actor)


def test_staff_do_it_on_the_page_of_people(locked_out):
    page = reverse("admin:applicants_applicant_changelist")
    data = {"action": "remove_factor", "_selected_action": locked_out.pk, "confirmed": "1", "words": SEEN}

    browser_of(Role.CREDENTIAL_REVIEWER).post(page, data)
    asked = browser_of(Role.SENIOR_REVIEWER).post(page, {**data, "confirmed": "", "words": ""}).content.decode()
    assert SEEN in asked
    browser_of(Role.SENIOR_REVIEWER).post(page, data)

    assert not has_factor(locked_out)
