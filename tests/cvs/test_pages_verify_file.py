"""Checking the file itself on the public verify page: one changed byte is caught, nothing is kept."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cvs.models import DispatchJob, IssuedReport, VerificationLookup
from cvs.services import dispatch, preparing
from tests.support.orders import make_authority, make_physician, pay_with_credit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seal_keys", "enqueued")]


@pytest.fixture
def report() -> IssuedReport:
    pay_with_credit(make_physician(1), [make_authority(1)])
    dispatch.prepare(DispatchJob.objects.all())
    return IssuedReport.objects.get()


def ask(client: Client, content: bytes) -> Any:
    file = SimpleUploadedFile("report.pdf", content, content_type="application/pdf")
    return client.post(reverse("verify_file"), {"file": file})


def test_the_issued_file_is_genuine_byte_for_byte(client: Client, report: IssuedReport):
    answer = ask(client, preparing.stored_bytes(report)).content.decode()

    assert "This report is genuine" in answer
    assert "byte for byte, the one we issued" in answer
    assert report.number in answer


def test_one_changed_byte_is_caught(client: Client, report: IssuedReport):
    content = bytearray(preparing.stored_bytes(report))
    content[len(content) // 2] ^= 1

    answer = ask(client, bytes(content)).content.decode()

    assert "We did not issue this file" in answer
    assert report.number not in answer
    assert list(VerificationLookup.objects.values_list("found", flat=True)) == [False]


def test_a_file_too_large_or_missing_is_refused_and_not_looked_up(client: Client, report: IssuedReport):
    large = ask(client, b"x" * (5 * 1024 * 1024 + 1)).content.decode()
    missing = client.post(reverse("verify_file")).content.decode()

    assert "The selected file must be smaller than 5 MB" in large
    assert "Select the PDF you received" in missing
    assert VerificationLookup.objects.count() == 0


def test_many_wrong_files_are_too_many(client: Client, report: IssuedReport):
    for number in range(10):
        ask(client, f"%PDF {number}".encode())

    answer = ask(client, b"%PDF more")

    assert answer.status_code == 429
    assert VerificationLookup.objects.count() == 10


def test_visitors_behind_one_proxy_are_counted_apart(client: Client, settings: Any):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(10):
        content = SimpleUploadedFile("report.pdf", f"%PDF {number}".encode())
        client.post(reverse("verify_file"), {"file": content}, headers={"x-forwarded-for": "203.0.113.7"})

    same = client.get(reverse("verify_code", args=["A" * 26]), headers={"x-forwarded-for": "203.0.113.7"})
    other = client.get(reverse("verify_code", args=["A" * 26]), headers={"x-forwarded-for": "203.0.113.8"})

    assert (same.status_code, other.status_code) == (429, 200)
