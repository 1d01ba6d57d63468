"""Pages for everybody: reachable without an account, without the database, under the strict policy."""

import re
from html.parser import HTMLParser

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.urls import reverse

PAGES = {
    "landing": "Your medical degree, verified for U.S. licensure",
    "help": "Guides and answers",
    "contact": "Contact us",
    "accessibility": "Accessibility",
    "privacy": "Privacy",
    "terms": "Terms",
    "site_map": "Site map",
}


@pytest.fixture(autouse=True)
def unreachable_database(monkeypatch):
    """The database does not answer."""

    def refuse(_):
        raise OperationalError("connection refused")

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", refuse)


class Outline(HTMLParser):
    """Collects what the tests ask about: headings, ids, links and anything that the policy would block."""

    def __init__(self, html):
        super().__init__()
        self.levels = []
        self.ids = []
        self.links = []
        self.blocked = []
        self.inside_script = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a":
            self.links.append(values["href"])
        inline = [name for name in values if name == "style" or name.startswith("on")]
        addresses = [values.get(name) or "" for name in ("src", "href")]
        if inline or tag == "style" or (tag == "script" and "src" not in values):
            self.blocked.append(tag)
        if any(address.startswith(("data:", "javascript:", "http:", "https:", "//")) for address in addresses):
            self.blocked.append(tag)


@pytest.mark.parametrize(("name", "heading"), PAGES.items())
def test_public_page_is_shown_to_anyone_without_the_database(client, name, heading):
    response = client.get(reverse(name))

    html = response.content.decode()
    title = re.search(r"<title>(.*?)</title>", html)
    assert response.status_code == 200
    assert title is not None
    assert title[1].startswith(heading)
    assert heading in re.sub(r"<[^>]+>", "", html.split("<h1", 1)[1].split("</h1>")[0])


@pytest.mark.parametrize("name", PAGES)
def test_page_has_one_main_heading_and_skips_no_level(client, name):
    outline = Outline(client.get(reverse(name)).content.decode())

    assert outline.levels.count(1) == 1
    assert [b for a, b in zip(outline.levels, outline.levels[1:], strict=False) if b > a + 1] == []


@pytest.mark.parametrize("name", PAGES)
def test_page_holds_nothing_that_the_content_policy_blocks(client, name):
    response = client.get(reverse(name))

    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert Outline(response.content.decode()).blocked == []


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_id_twice_and_no_link_into_nothing(client, name):
    outline = Outline(client.get(reverse(name)).content.decode())

    inside = [link[1:] for link in outline.links if link.startswith("#")]
    assert len(outline.ids) == len(set(outline.ids))
    assert set(inside) <= set(outline.ids)


@pytest.mark.parametrize("name", PAGES)
def test_page_begins_with_a_skip_link_to_its_content(client, name):
    html = client.get(reverse(name)).content.decode()

    assert Outline(html).links[0] == "#main"
    assert '<main id="main" tabindex="-1">' in html


def test_links_into_the_guides_lead_to_a_heading(client):
    guides = Outline(client.get(reverse("help")).content.decode())

    wanted = {
        link.partition("#")[2]
        for name in PAGES
        for link in Outline(client.get(reverse(name)).content.decode()).links
        if link.startswith(reverse("help") + "#")
    }

    assert wanted
    assert wanted <= set(guides.ids)


def test_stranger_is_offered_what_needs_no_account_and_sign_in(client):
    html = client.get(reverse("landing")).content.decode()

    navigation = html.split('<nav class="nav"', 1)[1].split("</nav>")[0]
    assert re.findall(r"<a [^>]*>([^<]+)</a>", navigation) == [
        "Check your school",
        "Verify a report",
        "Help",
        "Sign in",
    ]


def test_landing_sends_the_eligibility_question_by_get(client):
    html = client.get(reverse("landing")).content.decode()

    form = html.split("<form", 1)[1].split("</form>")[0]
    assert f'method="get" action="{reverse("eligibility")}"' in form
    assert 'name="school"' in form
    assert 'name="year"' in form


def test_contact_page_prints_the_organization_of_this_installation(client, settings):
    settings.ORGANIZATION = {
        "name": "Example Commission",
        "address": "1 Example Street",
        "email": "help@commission.example",
        "phone": "",
        "hours": "Mondays",
    }

    html = client.get(reverse("contact")).content.decode()

    assert 'href="mailto:help@commission.example"' in html
    assert "1 Example Street" in html
    assert "Telephone" not in html


@pytest.mark.parametrize("name", PAGES)
def test_public_page_refuses_to_be_written_to(client, name):
    assert client.post(reverse(name)).status_code == 405
