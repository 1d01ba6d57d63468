"""The portal for medical schools in English, Spanish and French: every word, with the same placeholders."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.template import Template
from django.template.loader import get_template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.test import Client
from django.utils import timezone

from certification.models import SchoolOfficial
from certification.states import SchoolLanguage
from portal.models import OutgoingEmail
from portal.translations import compile_catalogs
from tests.certification.school_scenes import form_of, sent_request, token_of
from tests.factories.schools_portal import SchoolOfficialFactory

ROOT = Path(settings.BASE_DIR)
TEMPLATES = [
    *sorted((ROOT / "templates/certification/school").glob("*.html")),
    *sorted((ROOT / "templates/emails").glob("_to_school.*")),
    *sorted((ROOT / "templates/emails").glob("school_*/*")),
]
CODE = [
    ROOT / "certification/forms/school.py",
    *sorted((ROOT / "certification/views/school").glob("*.py")),
    *sorted((ROOT / "certification/services/verification").glob("*.py")),
]
CALLS = {"_", "gettext", "gettext_lazy", "ngettext"}
TRANSLATED = [SchoolLanguage.SPANISH.value, SchoolLanguage.FRENCH.value]
# The same word in both languages.
ALIKE = {
    "es": {"No", "Error:"},
    "fr": {"Document", "Menu"},
}
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def words_of_templates() -> Iterator[tuple[str, ...]]:
    for path in TEMPLATES:
        template: Any = get_template(str(path.relative_to(ROOT / "templates"))).template  # type: ignore[attr-defined]  # of Django's engine
        assert isinstance(template, Template)
        for node in template.nodelist.get_nodes_by_type(TranslateNode):
            yield (str(node.filter_expression.var.literal),)  # type: ignore[attr-defined]  # of the tag
        for node in template.nodelist.get_nodes_by_type(BlockTranslateNode):
            parts = [node.singular, node.plural] if node.plural else [node.singular]  # type: ignore[attr-defined]  # of the tag
            yield tuple(node.render_token_list(part)[0] for part in parts)  # type: ignore[attr-defined]  # of the tag


def words_of_code() -> Iterator[tuple[str, ...]]:
    for path in CODE:
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in CALLS:
                first = call.args[0]
                assert isinstance(first, ast.Constant), f"{path.name}: a text that no catalog can have"
                yield (str(first.value),)


WORDS = {*words_of_templates(), *words_of_code()}


def catalog(language: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    with (ROOT / f"locale/{language}/LC_MESSAGES/django.po").open("rb") as file:
        messages = [message for message in read_po(file, locale=language) if message.id]
    assert not any(message.fuzzy for message in messages)
    return {_texts(message.id): _texts(message.string) for message in messages}


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_word_is_translated_with_the_same_placeholders_and_nothing_is_left_over(language):
    known = catalog(language)

    assert len(WORDS) > 120
    assert sorted(WORDS - set(known)) == []
    assert sorted(set(known) - WORDS) == []
    for source, texts in known.items():
        assert len(texts) == len(source), source
        for text in texts:
            assert text.strip(), source
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(source[0])), source
            assert text not in source or text in ALIKE[language], f"{source} is not translated"


def test_no_word_of_a_page_stands_outside_a_translation():
    """What is left of a template without tags, variables and markup has no letters."""
    loose = {}
    for path in TEMPLATES:
        text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)
        text = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", text, flags=re.DOTALL)
        text = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)
        text = re.sub(r"<[^>]*>|&\w+;", " ", text)
        found = re.findall(r"[^\W\d_]{2,}", text.replace("UTC", ""))
        if found:
            loose[path.name] = found

    assert loose == {}


def test_compiling_says_what_it_wrote_and_does_nothing_twice(tmp_path):
    folder = tmp_path / "es/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n')

    assert compile_catalogs(tmp_path) == [folder / "django.mo"]
    assert compile_catalogs(tmp_path) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "subject", "button", "thanks"),
    [
        ("en", "to your school", "Open the request", "Thank you: your answer arrived"),
        ("es", "a su facultad", "Abrir la solicitud", "Gracias: hemos recibido su respuesta"),
        ("fr", "à votre faculté", "Ouvrir la demande", "Merci : nous avons reçu votre réponse"),
    ],
)
def test_an_official_is_written_to_and_answered_in_the_language_of_the_list(language, subject, button, thanks):
    request = sent_request(SchoolOfficialFactory.create(language=language), at=timezone.now(), file=True)
    message, client = OutgoingEmail.objects.get(), Client(headers={"Accept-Language": "de"})
    address = f"/school/answer/{token_of(request.official)}/"

    page = client.get(address)

    assert subject in message.subject
    assert f'<html lang="{language}">' in message.html
    assert button in message.text
    assert button in page.content.decode()
    assert (page["Content-Language"], f'<html lang="{language}">' in page.content.decode()) == (language, True)
    client.post(address, {"act": "open"})
    assert thanks in client.post(address, form_of(request), follow=True).content.decode()


@pytest.mark.django_db
def test_language_is_chosen_with_a_button_and_no_other_page_changes():
    request = sent_request(at=timezone.now())
    address, client = f"/school/answer/{token_of(request.official)}/", Client()

    response = client.post("/school/language/", {"language": "fr", "next": address})

    assert response["Location"] == address
    assert "Ouvrir la demande" in client.get(address).content.decode()
    assert '<html lang="en">' in client.get("/help/").content.decode()
    assert "Content-Language" not in client.get("/help/")
    assert client.post("/school/language/", {"language": "xx", "next": "https://evil.example/"})["Location"] == "/"
    assert client.get(address)["Content-Language"] == "fr"


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "answered"), [("fr-CA,en", "fr"), ("de,es;q=0.5", "es"), ("xx", "en"), ("", "en")])
def test_a_page_without_an_official_answers_in_the_language_of_the_browser(asked, answered):
    response = Client(headers={"Accept-Language": asked}).get("/school/answer/nobody/")

    assert (response.status_code, response["Content-Language"]) == (404, answered)
    assert not SchoolOfficial.objects.exists()
