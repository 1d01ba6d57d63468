"""The search of medical schools, and their public pages."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from certification.models import SchoolWord
from certification.services import directory, schools
from certification.services.spelling import distance
from tests.factories.certification import (
    MedicalSchoolFactory,
    SchoolAccreditationFactory,
    SchoolNameFactory,
    SponsorNoteFactory,
)

pytestmark = pytest.mark.django_db
WORDS = st.text(alphabet="abc", max_size=7)


@pytest.fixture
def world():
    """Three schools: Ife, formerly of another name; Ankara; São Paulo."""
    ife = MedicalSchoolFactory.create(code="S000003", name="Obafemi Awolowo University", city="Ile-Ife", country="NG")
    SchoolNameFactory.create(school=ife, name="University of Ife", from_year=1962, to_year=1987)
    SponsorNoteFactory.create(school=ife, from_year=1975, to_year=1990)
    SponsorNoteFactory.create(school=ife, from_year=1995)
    MedicalSchoolFactory.create(name="Hacettepe University Faculty of Medicine", city="Ankara", country="TR")
    MedicalSchoolFactory.create(name="Universidade de São Paulo", city="São Paulo", country="BR")
    schools.write_search_texts()
    return ife


def names(words, **options):
    return [school.name for school in schools.find(words, **options).rows]


@pytest.mark.parametrize(
    ("words", "expected", "guessed"),
    [
        ("obafemi awolowo", "Obafemi Awolowo University", False),
        ("UNIVERSITY OF IFE", "Obafemi Awolowo University", False),
        ("nigeria", "Obafemi Awolowo University", False),
        ("sao paulo", "Universidade de São Paulo", False),
        ("São Paolo", "Universidade de São Paulo", True),
        ("Hacetepe", "Hacettepe University Faculty of Medicine", True),
        ("Ankraa", "Hacettepe University Faculty of Medicine", True),
        ("Obafmi Awolwo", "Obafemi Awolowo University", True),
        ("Hacettepe teaching hospital", "Hacettepe University Faculty of Medicine", True),
    ],
)
def test_accents_former_names_and_typing_errors_are_forgiven(world, words, expected, guessed):
    hits = schools.find(words)

    assert [school.name for school in hits.rows] == [expected]
    assert hits.guessed is guessed


@pytest.mark.parametrize("words", ["atlantis", "%%%", "_", "xyzzy of qwerty", "\x00"])
def test_what_no_school_is_called_is_not_found(world, words):
    assert names(words) == []


def test_country_keeps_others_out_and_lists_its_own(world):
    assert names("university", country="TR") == ["Hacettepe University Faculty of Medicine"]
    assert names("", country="TR") == ["Hacettepe University Faculty of Medicine"]
    assert names("") == []


def test_registration_suggests_what_the_search_finds(world):
    assert directory.suggest("University of Ife", "NG") == ["Obafemi Awolowo University"]
    assert directory.suggest("Hacetepe", "NG") == ["Hacettepe University Faculty of Medicine"]


def test_words_follow_the_names(world):
    world.former_names.all().delete()
    schools.write_search_texts()

    assert names("university of ife") == ["Obafemi Awolowo University"]  # of the city Ile-Ife
    assert not SchoolWord.objects.filter(word="1962").exists()
    world.name, world.city = "Renamed", "Elsewhere"
    world.save()
    assert schools.write_search_texts() == 1
    assert not SchoolWord.objects.filter(word="obafemi").exists()


@given(one=WORDS, other=WORDS)
def test_distance_is_symmetric_and_zero_only_between_equals(one, other):
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) is (one == other)
    assert distance(one, other) <= max(len(one), len(other))


def test_neighbors_that_changed_places_are_one_difference():
    assert distance("lgaos", "lagos") == 1
    assert distance("ibdaan", "ibadan") == 1
    assert distance("kitten", "sitting") == 3


def test_page_of_search_asks_and_explains(client):
    page = client.get(reverse("schools")).content.decode()

    assert "How to search" in page
    assert "There is a problem" not in page


def test_hits_name_former_names_and_years_in_few_queries(client, world, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        page = client.get(reverse("schools"), {"q": "university of ife"}).content.decode()

    assert "Formerly University of Ife" in page
    assert "1975–1990, 1995–current" in page
    assert reverse("school", args=["S000003"]) in page


def test_guesses_come_with_help_in_few_queries(client, world, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        page = client.get(reverse("schools"), {"q": "Hacetepe"}).content.decode()

    assert "Did you mean one of these?" in page
    assert "Not among them?" in page


def test_no_hit_offers_the_list_of_the_country(client, world):
    page = client.get(reverse("schools"), {"q": "atlantis", "country": "NG"}).content.decode()

    assert "No school found" in page
    assert f"{reverse('schools')}?country=NG" in page
    assert "all schools in Nigeria" in page


def test_a_long_list_has_pages(client):
    for _ in range(26):
        MedicalSchoolFactory.create(country="GH")

    first = client.get(reverse("schools"), {"country": "GH"}).content.decode()
    second = client.get(reverse("schools"), {"country": "GH", "page": "2"}).content.decode()
    third = client.get(reverse("schools"), {"country": "GH", "page": "3"}).content.decode()

    assert (first.count('scope="row"'), second.count('scope="row"'), third.count('scope="row"')) == (25, 1, 0)
    assert "Next page" in first
    assert "Next page" not in second
    assert "Previous page" in second
    assert "There are no more schools" in third


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "٣", "\x00"])
def test_page_that_is_no_number_is_a_page(client, world, page):
    assert client.get(reverse("schools"), {"country": "NG", "page": page}).status_code == 200


def test_unknown_country_is_refused_with_its_remedy(client, world):
    assert "Select a country from the list" in client.get(reverse("schools"), {"country": "QQ"}).content.decode()


def test_page_of_a_school_shows_ranges_names_and_that_listed_is_not_enough(
    client, world, django_assert_max_num_queries
):
    SchoolAccreditationFactory.create(school=world)
    bare = MedicalSchoolFactory.create(code="S999999", closed_in=1999, successor=world)

    with django_assert_max_num_queries(6):
        page = client.get(reverse("school", args=["s000003"])).content.decode()
    without = client.get(reverse("school", args=["S999999"])).content.decode()

    assert "<td>1975</td><td>1990</td>" in page
    assert "<td>1995</td><td>current</td>" in page
    assert "<td>University of Ife</td><td>1962</td><td>1987</td>" in page
    assert "Example Accreditation Council" in page
    assert "It does not decide whether you are eligible" in page
    assert bare.name in page
    assert "listed is not enough" in without
    assert "closed in 1999" in without
    assert world.name in without


@pytest.mark.parametrize("code", ["NOSUCH", "%00", "..", "S00000३"])
def test_unknown_school_is_not_found(client, code):
    assert client.get(f"{reverse('schools')}{code}/").status_code == 404


def test_accreditation_decides_nothing(client, world):
    answered = client.get(reverse("eligibility"), {"school": "ankara", "year": "2021"}).content
    SchoolAccreditationFactory.create(school=schools.find("ankara").rows[0])

    again = client.get(reverse("eligibility"), {"school": "ankara", "year": "2021"}).content

    assert b"Not eligible for 2021" in answered
    assert again == answered
