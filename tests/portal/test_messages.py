"""The e-mail messages: complete in text and HTML, light, and silent about anything sensitive."""

import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

CONTEXT = {
    "order_reference": "CV-2026-004817",
    "count_sent": 2,
    "count_total": 3,
    "amount_cents": 19800,
    "name": "O'Neill & Ng",
    "tracking_url": "https://portal.example/reports/CV-2026-004817/",
    "sign_in_url": "https://portal.example/accounts/login/",
    "report_number": "CV-2026-004817-01",
    "verify_url": "https://portal.example/v/ABC",
    "acknowledge_url": "https://portal.example/acknowledge/XYZ/",
    "short_code": "7Q4K-M2XP-9RTD-H6VW",
    "report_date": "June 3, 2026",
    "subject": "Two payments for one order",
    "lines": ["payment 17", "order 4 <b>"],
    "password_reset_url": "https://portal.example/accounts/password/reset/key/1-abc/",
}
SENSITIVE = {"authority_name": "Medical Board of California", "reason": "mailbox of the board is full"}
ABOUT_AN_ORDER = [
    "bank_payment_failed",
    "bank_payment_on_its_way",
    "delivery_problem",
    "own_report_withdrawn",
    "payment_not_completed",
    "payment_received",
    "payment_under_review",
    "refund_made",
    "report_acknowledged",
    "report_sent",
]
MESSAGES = sorted(path.parent.name for path in (settings.BASE_DIR / "templates/emails").glob("*/subject.txt"))
LAYOUTS = [(f"emails/{name}/body.html", f"emails/{name}/body.txt") for name in MESSAGES] + [
    (f"account/email/{name}_message.html", f"account/email/{name}_message.txt")
    for name in ("password_reset_key", "unknown_account")
]


def render(template, **values):
    return render_to_string(template, {**CONTEXT, **values})


def test_every_expected_message_is_here():
    assert {*ABOUT_AN_ORDER, "to_authority", "staff_alert"} <= set(MESSAGES)


@pytest.mark.parametrize("name", MESSAGES)
def test_subject_is_one_line_and_not_escaped(name):
    subject = render(f"emails/{name}/subject.txt", subject="Terms & fees").strip()

    assert subject
    assert "\n" not in subject
    assert "&amp;" not in subject


@pytest.mark.parametrize("name", ABOUT_AN_ORDER)
def test_message_about_an_order_names_it_and_leads_to_its_page(name):
    subject = render(f"emails/{name}/subject.txt")
    html = render(f"emails/{name}/body.html")
    text = render(f"emails/{name}/body.txt")

    assert "CV-2026-004817" in subject
    for body in (html, text):
        assert "CV-2026-004817" in body
        assert CONTEXT["tracking_url"] in body
        assert CONTEXT["sign_in_url"] in body


@pytest.mark.parametrize("name", ABOUT_AN_ORDER)
def test_message_about_an_order_holds_nothing_sensitive_and_no_report(name):
    parts = [render(f"emails/{name}/{part}", **SENSITIVE) for part in ("subject.txt", "body.txt", "body.html")]

    held = "\n".join(parts)
    secrets = [*SENSITIVE.values(), *(str(CONTEXT[key]) for key in ("verify_url", "acknowledge_url", "short_code"))]
    assert [secret for secret in secrets if secret in held] == []


@pytest.mark.parametrize(("html_template", "text_template"), LAYOUTS)
def test_html_is_light_and_loads_nothing(html_template, text_template):
    html = render(html_template)

    assert len(html.encode()) <= 12 * 1024
    assert '<html lang="en">' in html
    assert re.findall(r"<(?:img|link|script|style|iframe)\b|url\(|@import", html) == []
    assert html.count("<table") == html.count('<table role="presentation"') == html.count("</table>")
    assert html.count("<h1") == 1


@pytest.mark.parametrize(("html_template", "text_template"), LAYOUTS)
def test_text_part_says_the_same_in_plain_words(html_template, text_template):
    html = render(html_template, lines=["payment 17"])
    text = render(text_template, lines=["payment 17"])

    addresses = [address for address in re.findall(r'href="([^"]+)"', html) if address.startswith("https:")]
    assert [address for address in addresses if address not in text] == []
    assert re.findall(r"<[a-z/]|&\w+;|{[{%]", text) == []
    assert settings.ORGANIZATION["name"] in text


def test_name_is_escaped_in_html_and_plain_in_text():
    html = render("emails/report_sent/body.html")
    text = render("emails/report_sent/body.txt")

    assert "Dear Dr. O&#x27;Neill &amp; Ng," in html
    assert "Dear Dr. O'Neill & Ng," in text


def test_report_sent_counts_reports():
    text = render("emails/report_sent/body.txt", count_sent=1, count_total=1)

    assert "Sent: 1 of 1 report\n" in text
    assert "2 of 3 reports" in render("emails/report_sent/body.html")


def test_payment_received_prints_the_amount():
    assert "$198.00" in render("emails/payment_received/body.html")
    assert "Paid: $198.00" in render("emails/payment_received/body.txt")


@pytest.mark.parametrize("template", ["emails/to_authority/body.html", "emails/to_authority/body.txt"])
def test_message_to_an_authority_tells_how_to_check_and_acknowledge(template):
    body = render(template)

    for expected in ("report_number", "report_date", "short_code", "verify_url", "acknowledge_url"):
        assert CONTEXT[expected] in body
    assert "O'Neill" not in body
    assert "O&#x27;Neill" not in body


def test_subject_to_an_authority_is_the_report_number():
    assert render("emails/to_authority/subject.txt") == "Certification status report CV-2026-004817-01\n"


def test_staff_alert_prints_every_line_escaped():
    html = render("emails/staff_alert/body.html")
    text = render("emails/staff_alert/body.txt")

    assert "order 4 &lt;b&gt;" in html
    assert "payment 17\norder 4 <b>" in text


def test_forgotten_password_carries_the_link_once_in_each_part():
    html = render("account/email/password_reset_key_message.html")
    text = render("account/email/password_reset_key_message.txt")

    assert html.count(CONTEXT["password_reset_url"]) == 1
    assert text.count(CONTEXT["password_reset_url"]) == 1
    assert isinstance(html, SafeString)


@pytest.mark.parametrize("kind", ["html", "txt"])
def test_words_of_a_template_in_a_name_are_only_words(kind):
    typed = "{{ 7|add:7 }}{% load static %}"

    assert typed in render(f"emails/report_sent/body.{kind}", name=typed)
