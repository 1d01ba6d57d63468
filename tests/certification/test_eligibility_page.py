"""The public page on which anybody asks whether a school is eligible."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from certification.models import RulePeriod
from certification.services import schools
from certification.services.rule_tables import load_shipped, save_row
from tests.factories.certification import MedicalSchoolFactory, SponsorNoteFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 1, 15, tzinfo=UTC)


def ask(client, school="lagos", year="2021"):
    return client.get(reverse("eligibility"), {"school": school, "year": year}).content.decode()


@pytest.fixture
def lagos():
    school = MedicalSchoolFactory.create(
        name="College of Medicine of the University of Lagos", city="Lagos", country="NG"
    )
    SponsorNoteFactory.create(school=school, from_year=1968)
    return school


def test_page_asks_without_errors(client):
    page = client.get(reverse("eligibility")).content.decode()

    assert "There is a problem" not in page
    assert "Being listed is not enough" in page


def test_covered_year_is_eligible(client, lagos):
    page = ask(client)

    assert '<h2 id="answer">Eligible for 2021' in page
    assert lagos.name in page


def test_year_outside_the_note_is_not_eligible(client, lagos):
    page = ask(client, year="1967")

    assert '<h2 id="answer">Not eligible for 1967' in page
    assert "no sponsor note covers 1967" in page


def test_listed_without_note_is_not_enough(client):
    MedicalSchoolFactory.create(name="Example School of Tema", city="Tema")

    page = ask(client, school="tema")

    assert '<h2 id="answer">Not eligible for 2021' in page
    assert "Listed is not enough" in page


def test_unknown_school_gets_help_with_the_spelling(client, lagos):
    page = ask(client, school="atlantis")

    assert "No school found" in page
    assert "Use fewer words" in page


def test_accents_do_not_matter(client):
    MedicalSchoolFactory.create(name="Universidade de São Paulo", city="São Paulo", country="BR")

    assert "Universidade de São Paulo" in ask(client, school="sao paulo")
    assert "Universidade de São Paulo" in ask(client, school="SÃO")


def test_canada_depends_on_the_day_in_2025(client):
    school = MedicalSchoolFactory.create(name="Example Canadian School", city="Halifax", country="CA")
    SponsorNoteFactory.create(school=school, from_year=2025)

    assert "on or after July 1, 2025 may apply" in ask(client, school="halifax", year="2025")
    assert "cannot be certified" in ask(client, school="halifax", year="2024")


def test_first_day_for_canadian_schools_is_that_of_the_table(client):
    school = MedicalSchoolFactory.create(name="Example Canadian School", city="Halifax", country="CA")
    SponsorNoteFactory.create(school=school, from_year=2025)
    load_shipped(at=AT, actor="user:1")
    row = RulePeriod.objects.get(rule_id="R-IMG-2")
    row.effective_from = date(2025, 9, 1)
    save_row(row, reason="Moved", at=AT, actor="user:1")

    assert "on or after September 1, 2025 may apply" in ask(client, school="halifax", year="2025")
    assert "before September 1, 2025 are not international" in ask(client, school="halifax", year="2024")


@pytest.mark.parametrize(
    ("day", "month", "year", "heading"),
    [
        ("", "", "2025", "We need the full date of your graduation"),
        ("30", "6", "2025", "Not eligible for graduation on June 30, 2025"),
        ("1", "7", "2025", "Eligible for graduation on July 1, 2025"),
        ("1", "7", "2026", "Eligible for graduation on July 1, 2026"),
    ],
)
def test_canada_is_decided_by_the_day(client, day, month, year, heading):
    school = MedicalSchoolFactory.create(name="Example Canadian School", city="Halifax", country="CA")
    SponsorNoteFactory.create(school=school, from_year=2025)

    page = client.get(reverse("eligibility"), {"school": "halifax", "day": day, "month": month, "year": year})

    assert f'<h2 id="answer">{heading}' in page.content.decode()
    assert "Rule R-IMG-2" in page.content.decode() or year == "2026" or day == "1"


@pytest.mark.parametrize("parts", [("31", "6"), ("", "6"), ("6", ""), ("0", "1"), ("x", "1"), ("1", "999999999999")])
def test_date_that_does_not_exist_is_answered_with_its_remedy(client, lagos, parts):
    day, month = parts
    page = client.get(reverse("eligibility"), {"school": "lagos", "day": day, "month": month, "year": "2021"})

    assert "Enter a day that exists, such as 30 6 2025, or the year alone" in page.content.decode()


def test_misspelled_school_is_guessed_and_not_taken_for_certain(client, lagos):
    schools.write_search_texts()

    page = ask(client, school="Lgaos")

    assert "Did you mean one of these?" in page
    assert lagos.name in page


def test_school_is_asked_about_by_its_code(client, lagos):
    SponsorNoteFactory.create(school__name=lagos.name, school__city="Abuja", from_year=2020)

    values = {"school": lagos.name, "code": lagos.code, "year": "1968"}
    page = client.get(reverse("eligibility"), values).content.decode()

    assert '<h2 id="answer">Eligible for 1968' in page
    assert client.get(reverse("eligibility"), values | {"code": "NOSUCH"}).status_code == 404
    assert client.get(reverse("eligibility"), values | {"code": "a\x00"}).status_code == 404


def test_united_states_school_is_not_served(client):
    MedicalSchoolFactory.create(name="Example American School", city="Boston", country="US")

    assert "Not eligible: a school in the United States" in ask(client, school="boston")


def test_at_most_twenty_schools_are_listed_in_few_queries(client, django_assert_max_num_queries):
    for _ in range(21):
        SponsorNoteFactory.create()

    with django_assert_max_num_queries(4):
        page = ask(client, school="accra")

    assert "More than 20 schools found" in page
    assert page.count("<h3>Example Medical School") == 20


@pytest.mark.parametrize(
    ("school", "year", "message"),
    [
        ("", "2021", "Enter the name of your school or its city"),
        ("la", "2021", "Enter at least three letters of the name or the city"),
        ("l" * 251, "2021", "Use at most 250 characters"),
        ("lagos", "", "Enter the year of your graduation"),
        ("lagos", "21", "Enter the year with four digits, such as 2021"),
        ("lagos", "soon", "Enter the year with four digits, such as 2021"),
        ("lagos", "99999999999999999999", "Enter the year with four digits, such as 2021"),
    ],
)
def test_mistake_is_answered_with_its_remedy(client, lagos, school, year, message):
    page = ask(client, school, year)

    assert message in page
    assert "Eligible for" not in page


def test_wildcards_are_letters_like_others(client, lagos):
    assert "No school found" in ask(client, school="%%%")
