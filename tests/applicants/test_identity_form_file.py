"""The prepared identity form as a file, which is typeset at each request."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.views.identity import FORMS
from portal.rate_limits import spend
from tests.factories.applicants import ApplicantFactory, ContactInformationFactory
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db


def test_forms_as_files_are_limited(client: Client, settings):
    settings.IDENTITY_MODEL = "notarized_form"
    newcomer = ApplicantFactory.create(identity_checked_on=None)
    ContactInformationFactory.create(applicant=newcomer)
    at = timezone.now()
    with time_machine.travel(at, tick=False):
        sign_in(client, newcomer.user)
        client.post(reverse("identity_form_new"))
        for _ in range(FORMS.most - 1):
            spend(FORMS, f"user-{newcomer.user_id}", at=at)
        answers = [client.get(reverse("identity_form_pdf")).status_code for _ in range(2)]

    assert FORMS.most == 30
    assert answers == [200, 429]
