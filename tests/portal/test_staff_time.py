"""Times on staff pages: Eastern, written as everywhere else."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.newsletter import NewsletterIssueFactory

pytestmark = pytest.mark.django_db


def test_lists_of_staff_show_eastern_time_and_their_own_name(staff_client: Client):
    NewsletterIssueFactory.create(scheduled_at=datetime(2026, 11, 22, 3, 28, tzinfo=UTC))

    page = staff_client.get(reverse("admin:portal_newsletterissue_changelist")).content.decode()

    assert "November 21, 2026, 10:28 PM ET" in page
    assert "<h1>Newsletter issues</h1>" in page
    assert "<title>Newsletter issues |" in page
