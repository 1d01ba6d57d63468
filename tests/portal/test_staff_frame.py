"""The frame of the staff pages: our theme, no dark mode, nothing that the content policy blocks."""

import re

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_staff_pages_have_our_theme_and_one_heading(staff_client):
    html = staff_client.get(reverse("admin:index")).content.decode()

    assert "build/css/admin" in html
    assert "dark_mode" not in html
    assert "theme.js" not in html
    assert len(re.findall(r"<h1[ >]", html)) == 1


def test_staff_page_offers_sign_out_as_a_form_and_holds_no_inline_code(staff_client):
    html = staff_client.get(reverse("admin:index")).content.decode()

    assert f'<form id="logout-form" method="post" action="{reverse("admin:logout")}">' in html
    assert re.findall(r"""<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=""", html) == []


def test_field_without_a_name_is_refused(staff_client):
    """Django looks it up and fails; its other wrong fields end in the same answer."""
    page = reverse("admin:applicants_applicant_change", args=["1"])

    assert staff_client.get(f"{page}?_to_field=").status_code == 400
    assert staff_client.get(f"{page}?_to_field=nothing").status_code == 400
    relation = reverse("admin:applicants_applicant_delete", args=[1]) + "?_to_field=credentials"
    assert staff_client.get(relation).status_code == 400
