"""Payments at the staff door: whose they are, and how much, as people read it."""

import pytest
from django.test import Client
from django.urls import reverse

from payments.models import Payment
from tests.cvs.pages import authorities, physician
from tests.support.orders import pay_with_credit
from tests.support.reading import open_record

pytestmark = pytest.mark.django_db


def test_a_payment_names_the_person_and_the_amount(client: Client, staff_client: Client):
    person = physician(client)
    pay_with_credit(person, authorities(2))
    payment = Payment.objects.get()

    listed = staff_client.get(reverse("admin:payments_payment_changelist")).content.decode()
    address = reverse("admin:payments_payment_change", args=[payment.pk])
    page = open_record(staff_client, address).content.decode()

    assert "$132.00" in listed
    assert "$132.00" in page
    assert person.family_name in page
