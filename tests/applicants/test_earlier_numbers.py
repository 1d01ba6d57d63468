"""A number from before there was this portal stays the number of its person (R-ID-1, R-ID-3)."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, IssuedNumber
from applicants.services.registration.deciding import DecisionNotPossibleError, open_with_earlier_number
from portal.models import AuditEvent, OutgoingEmail
from tests.applicants.registering import nothing_happens
from tests.factories.applicants import ApplicantFactory, RegistrationFactory
from tests.people import senior

pytestmark = pytest.mark.django_db


def test_a_number_from_before_the_portal_stays_the_persons_number(staff_client):
    told = RegistrationFactory.create(state="under_review", had_number="yes", earlier_number="01234567")
    address = reverse("admin:applicants_registration_change", args=[told.pk])
    assert 'value="01234567"' in staff_client.get(address).content.decode()

    entered = {"decision": "earlier", "earlier_number": "0-123-456-7", "reason": "Paper file of 1998"}
    staff_client.post(address, entered)

    applicant = Applicant.objects.get()
    assert applicant.identification_number == applicant.user.username == "01234567"
    assert not IssuedNumber.objects.exists()
    event = AuditEvent.objects.get(event="applicants.account_opened")
    assert (event.reason, event.facts) == ("Paper file of 1998", {"applicant": applicant.pk, "number": "earlier"})
    [message] = OutgoingEmail.objects.all()
    assert message.template == "registration_opened"
    assert "01234567" not in message.text.replace("-", "")


@pytest.mark.parametrize("whose", ["on record", "made by the portal"])
def test_a_number_that_is_somebody_elses_is_not_taken_over(whose, enqueued):
    numbers = {"on record": ApplicantFactory.create().identification_number, "made by the portal": "61234567"}
    IssuedNumber.objects.create(number="61234567", issued_at=timezone.now())
    told = RegistrationFactory.create(state="under_review", had_number="yes", birth_date=date(1970, 1, 2))
    number, actor = numbers[whose], senior()

    with nothing_happens(enqueued), pytest.raises(DecisionNotPossibleError, match="read the number again"):
        open_with_earlier_number(told.pk, number=number, reason="Paper", actor=actor, at=timezone.now())
