"""Records of certification in the staff door are shown, never changed."""

import pytest
from django.urls import reverse

from certification.models import Certificate
from tests.factories.certification import CertificateFactory

pytestmark = pytest.mark.django_db


def test_certificate_is_found_by_the_number_with_dashes(staff_client, applicant, other_applicant):
    certificate = CertificateFactory.create(applicant=applicant)
    CertificateFactory.create(applicant=other_applicant)
    number = applicant.identification_number
    typed = f"{number[0]}-{number[1:4]}-{number[4:7]}-{number[7]}"

    response = staff_client.get(reverse("admin:certification_certificate_changelist"), {"q": typed})

    assert list(response.context["cl"].result_list) == [certificate]


def test_certificate_cannot_be_added_changed_or_deleted(staff_client, applicant):
    certificate = CertificateFactory.create(applicant=applicant)
    addresses = [
        reverse("admin:certification_certificate_add"),
        reverse("admin:certification_certificate_change", args=[certificate.pk]),
        reverse("admin:certification_certificate_delete", args=[certificate.pk]),
    ]

    statuses = [staff_client.post(address, {"number": "C-1", "post": "yes"}).status_code for address in addresses]

    assert statuses == [403, 403, 403]
    assert Certificate.objects.get().number == certificate.number
