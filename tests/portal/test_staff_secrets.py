"""No page of staff shows what would let them act as somebody else: links in messages, keys, codes, hashes."""

import re

import pytest
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.test import Client
from django.urls import reverse

from applicants.models import Applicant
from applicants.roles import Role
from portal.encryption import EncryptedTextField
from portal.models import OutgoingEmail
from tests.people import browser_of

pytestmark = pytest.mark.django_db
# Columns whose names say that they open something, or hold what was written to somebody.
SECRET = re.compile(r"password|secret|digest|html|(?<!postal_)(?<!data_)key$|(acknowledge|url|short)_code")


def columns_shown(page: admin.ModelAdmin[models.Model]) -> set[str]:
    """Return the columns of the page of one row, when the admin itself makes that page."""
    if hasattr(page, "review_template") or "change_view" in vars(type(page)):
        return set()
    excluded = set(page.exclude or ())
    every = [field.name for field in page.model._meta.fields if field.name not in excluded]
    return {name for name in map(str, page.fields or every) if is_column(page.model, name)}


def is_column(model: type[models.Model], name: str) -> bool:
    try:
        return bool(model._meta.get_field(name))
    except FieldDoesNotExist:
        return False


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_a_link_that_was_mailed_is_read_by_nobody_of_the_staff(client: Client, applicant: Applicant, role: Role):
    client.post(reverse("account_reset_password"), {"email": applicant.user.email})
    message = OutgoingEmail.objects.get()
    [link] = re.findall(r"/accounts/password/reset/key/\S+", message.text)

    browser = browser_of(role)
    page = browser.get(reverse("admin:portal_outgoingemail_change", args=[message.pk])).content.decode()
    listed = browser.get(reverse("admin:portal_outgoingemail_changelist")).content.decode()

    assert applicant.user.email in page
    assert link not in page + listed
    assert "/password/reset/" not in page + listed


def test_no_page_of_a_row_shows_a_secret_column():
    shown = {
        f"{model._meta.label}.{name}"
        for model, page in admin.site._registry.items()
        for name in columns_shown(page)
        if SECRET.search(name) or isinstance(model._meta.get_field(name), EncryptedTextField)
    }

    # Keys of rows in our books and at Stripe, and of a reader's address; they open nothing.
    assert shown == {"payments.Refund.key", "payments.LedgerTransaction.key", "portal.NewsletterSubscriber.email_key"}
