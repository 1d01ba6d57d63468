"""What the template tags print."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, RequestContext, Template

from portal.templatetags import portal_tags
from portal.widgets import CheckboxGroup, RadioGroup

SUMMER = datetime(2026, 6, 4, 16, 12, tzinfo=UTC)


class SampleForm(forms.Form):
    """One field of each kind that the pages use."""

    phone = forms.CharField(
        label="Phone",
        help_text="With the country code",
        error_messages={"required": "Enter your phone number"},
        widget=forms.TextInput(attrs={"class": "wide", "placeholder": "Phone"}),
    )
    region = forms.CharField(label="Region", required=False)
    country = forms.ChoiceField(label="Country", choices=[("NG", "Nigeria")])
    note = forms.CharField(label="Note", widget=forms.Textarea)
    scan = forms.FileField(label="Scan")
    agree = forms.BooleanField(label="You may release it", error_messages={"required": "Agree to the release"})
    by = forms.ChoiceField(
        label="How",
        choices=[("mail", "E-mail"), ("text", "Text <b>message</b>")],
        widget=RadioGroup,
        error_messages={"required": "Select how"},
    )
    topics = forms.MultipleChoiceField(label="Topics", choices=[("a", "A"), ("b", "B")], widget=CheckboxGroup)


def render(source, **values):
    return Template(source).render(Context(values))


def field(name, data=None):
    return str(SampleForm(data)[name].as_field_group())


def test_icon_is_printed_inline_and_hidden_from_screen_readers():
    html = render("{% icon 'check' %}")

    assert html.startswith('<svg class="icon" viewBox="0 0 24 24"')
    assert 'aria-hidden="true"' in html
    assert "<path " in html
    assert "style=" not in html


def test_icon_that_is_not_listed_is_refused():
    with pytest.raises(KeyError):
        render("{% icon 'sparkles' %}")


def test_status_is_a_word_and_a_shape():
    assert render("{% status 'done' 'Met' %}") == '<span class="status status--done">Met</span>'


def test_status_escapes_its_label():
    assert "&lt;b&gt;" in render("{% status 'todo' label %}", label="<b>")


def test_status_of_an_unknown_tone_is_refused():
    with pytest.raises(ValueError, match="'green'"):
        render("{% status 'green' 'Met' %}")


@pytest.mark.parametrize(("cents", "text"), [(6600, "$66.00"), (0, "$0.00"), (123456, "$1,234.56"), (5, "$0.05")])
def test_money_is_printed_in_dollars_and_cents(cents, text):
    assert portal_tags.money(cents) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [("04821375", "0-482-137-5"), ("0482137", "0482137"), ("0-482-137-5", "0-482-137-5"), ("٠٤٨٢١٣٧٥", "٠٤٨٢١٣٧٥")],
)
def test_identification_number_is_printed_with_dashes(number, text):
    assert portal_tags.identification_number(number) == text


@pytest.mark.parametrize(
    ("zone_name", "text"),
    [
        ("Africa/Lagos", "June 4, 2026, 5:12 PM in Lagos (12:12 PM ET)"),
        ("America/Argentina/Buenos_Aires", "June 4, 2026, 1:12 PM in Buenos Aires (12:12 PM ET)"),
        ("Asia/Tokyo", "June 5, 2026, 1:12 AM in Tokyo (June 4, 2026, 12:12 PM ET)"),
        ("America/New_York", "June 4, 2026, 12:12 PM ET"),
        ("UTC", "June 4, 2026, 12:12 PM ET"),
        ("", "June 4, 2026, 12:12 PM ET"),
        (None, "June 4, 2026, 12:12 PM ET"),
    ],
)
def test_moment_is_told_in_the_persons_zone_first(zone_name, text):
    assert portal_tags.when_text(SUMMER, zone_name) == text


@pytest.mark.parametrize(("hour", "text"), [(5, "12:00 AM"), (17, "12:00 PM"), (14, "9:00 AM")])
def test_midnight_and_noon_are_twelve(hour, text):
    assert portal_tags.when_text(datetime(2026, 1, 10, hour, 0, tzinfo=UTC)) == f"January 10, 2026, {text} ET"


def test_day_is_the_date_in_the_zone():
    late = datetime(2026, 6, 4, 23, 30, tzinfo=UTC)

    assert portal_tags.day(late) == "June 4, 2026"
    assert portal_tags.day(late, "Africa/Lagos") == "June 5, 2026"


def request_of(user, url_name=None):
    return SimpleNamespace(user=user, resolver_match=SimpleNamespace(url_name=url_name) if url_name else None)


def test_when_uses_the_zone_of_the_applicant():
    user = SimpleNamespace(applicant=SimpleNamespace(time_zone="Africa/Lagos"))

    html = render("{% when at %}", at=SUMMER, request=request_of(user))

    expected = "June 4, 2026, 5:12 PM in Lagos (12:12 PM ET)"
    assert html == f'<time datetime="2026-06-04T16:12:00+00:00">{expected}</time>'


def test_when_knows_the_zone_in_an_included_template_too():
    user = SimpleNamespace(applicant=SimpleNamespace(time_zone="Africa/Lagos"))
    part = Template("{% when at %}")

    html = Template("{% include part with at=at only %}").render(
        RequestContext(request_of(user), {"at": SUMMER, "part": part}, processors=[])
    )

    assert "in Lagos (12:12 PM ET)" in html


@pytest.mark.parametrize("values", [{}, {"request": request_of(SimpleNamespace())}])
def test_when_without_an_applicant_says_eastern_time(values):
    assert ">June 4, 2026, 12:12 PM ET<" in render("{% when at %}", at=SUMMER, **values)


@pytest.mark.parametrize(("url_name", "expected"), [("reports", ' aria-current="page"'), ("dashboard", ""), (None, "")])
def test_navigation_marks_the_current_page(url_name, expected):
    html = render("{% nav_current 'reports' 'order_review' %}", request=request_of(SimpleNamespace(), url_name))

    assert html == expected


@pytest.mark.parametrize(
    ("path", "menu_path", "is_marked"),
    [("/pathways/3/check/", "", True), ("/orders/review/", "", False), ("/orders/review/", "/pathways/", True)],
)
def test_navigation_marks_the_section_of_the_page(path, menu_path, is_marked):
    values = {"request": SimpleNamespace(path=path), "menu_path": menu_path}

    html = render("{% nav_section '/certificate/' '/pathways/' %}", **values)

    assert html == (' aria-current="page"' if is_marked else "")


def test_organization_facts_are_known_without_a_request(settings):
    settings.ORGANIZATION = {"name": "Example Commission"}

    assert render("{% organization_facts as it %}{{ it.name }}") == "Example Commission"


def test_field_prints_label_hint_and_input_that_point_to_each_other():
    html = field("phone")

    assert '<label for="id_phone">Phone</label>' in html
    assert '<div class="usa-hint" id="id_phone_helptext">With the country code</div>' in html
    assert 'class="usa-input wide"' in html
    assert 'aria-describedby="id_phone_helptext"' in html
    assert "placeholder" not in html


def test_field_in_error_says_what_to_do():
    html = field("phone", {})

    assert "field--error" in html
    assert 'id="id_phone_error"><span class="usa-sr-only">Error:</span> Enter your phone number</span>' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in html


def test_optional_field_is_marked_and_required_one_is_not():
    assert '<span class="optional">(optional)</span>' in field("region")
    assert "optional" not in field("phone")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("country", 'class="usa-select"'), ("note", 'class="usa-textarea"'), ("agree", 'class="usa-checkbox__input"')],
)
def test_control_has_the_class_of_its_kind(name, expected):
    assert expected in field(name)


def test_file_input_keeps_the_browsers_own_look():
    assert "usa-" not in field("scan")


def test_checkbox_stands_before_its_label():
    html = field("agree", {})

    assert html.index("<input") < html.index(
        '<label class="usa-checkbox__label" for="id_agree">You may release it</label>'
    )
    assert "Agree to the release" in html


def test_radio_group_is_a_fieldset_with_a_legend():
    html = field("by", {"by": "text"})

    assert "<fieldset" in html
    assert "<legend>How</legend>" in html
    assert html.count('type="radio"') == 2
    assert 'value="text" id="id_by_1" checked' in html
    assert "Text &lt;b&gt;message&lt;/b&gt;" in html


def test_checkbox_group_keeps_what_was_chosen():
    html = field("topics", {"topics": ["a", "b"]})

    assert html.count('class="usa-checkbox__input"') == 2
    assert html.count(" checked") == 2


def test_error_summary_links_to_each_field_in_order():
    form = SampleForm({"country": "NG", "note": "x", "topics": ["a"]})

    html = render('{% include "_errors.html" with form=form only %}', form=form)

    links = [part.split('"')[0] for part in html.split('<a href="')[1:]]
    assert links == ["#id_phone", "#id_scan", "#id_agree", "#id_by_0"]
    assert "Enter your phone number" in html
    assert 'role="alert" tabindex="-1" data-error-summary' in html


def test_error_summary_prints_nothing_without_errors():
    html = render('{% include "_errors.html" with form=form only %}', form=SampleForm())

    assert html.strip() == ""


def test_error_summary_takes_errors_without_a_form():
    html = render('{% include "_errors.html" with errors=errors only %}', errors=[("list", "Select at least one")])

    assert '<a href="#list">Select at least one</a>' in html


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_step_indicator_marks_one_current_step(step):
    html = render('{% include "_steps.html" with step=step label="Here" only %}', step=step)

    assert html.count('aria-current="step"') == 1
    assert html.count("segment--complete") == step - 1
    assert html.count("not completed") == 4 - step


def test_notice_escapes_what_it_says():
    html = render(
        '{% include "_notice.html" with tone="info" icon_name="info" heading=heading body="Fine" only %}', heading="<b>"
    )

    assert "<h2>&lt;b&gt;</h2><p>Fine</p>" in html
