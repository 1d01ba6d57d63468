"""Names: what may be one, what is refused and why, and that nothing typed is changed."""
# ruff: noqa: RUF001 - names of many scripts

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applicants import names
from applicants.names import NameNotAcceptedError, check_name, check_one_script, printed_lines
from tests.applicants.registering import EARLIER, NAME, answer, answer_name, draft_of, forget_limits, nothing_happens

ACCEPTED = [
    "Nguyễn Thị Minh Khai",
    "O’Brien-Ó Súilleabháin",
    "d'Almeida",
    "Müller-Lüdenscheidt",
    "Çağlayan Şıkğ",
    "Łukasiewicz",
    "Ærøskøbing",
    "Þórðardóttir",
    "Oʻzbekiston",
    "Nguye\u0302\u0303n",
    "Mª José",
    "Singh S/O Kaur",
    "Tan @ Lim",
    "St. John",
    "Олена Шевченко",
    "Γιώργος",
    "محمد عبد الله",
    "می\u200cرود",
    "יוסף ב״ר",
    "विवेक शर्मा",
    "สมชาย ใจดี",
    "王小明",
    "山田 花子",
    "ヤマダ・ハナコ",
    "김민준",
    "Ĳsbrand",
    "X",
    "A" * 200,
]
REFUSED = [
    ("A" * 201, names.TOO_LONG),
    ("x" * 1_000_000, names.TOO_LONG),
    ("Anna\x00Bell", names.HIDDEN),
    ("Anna\nBell", names.HIDDEN),
    ("Anna\tBell", names.HIDDEN),
    ("Anna\u202eBell", names.HIDDEN),
    ("Anna\u2066Bell\u2069", names.HIDDEN),
    ("Anna\u200bBell", names.HIDDEN),
    ("An\u200dna", names.HIDDEN),
    ("Anna\ufe0f", names.HIDDEN),
    ("Anna\ufeff", names.HIDDEN),
    ("\u0301Anna", names.HIDDEN),
    ("Anna\ue000", names.HIDDEN),
    ("Anna 😀", names.NOT_IN_NAMES.format("😀")),
    ("👩\u200d⚕️", names.NOT_IN_NAMES.format("👩")),
    ("Anna2", names.NOT_IN_NAMES.format("2")),
    ("<b>Anna</b>", names.NOT_IN_NAMES.format("<")),
    ("=1+1", names.NOT_IN_NAMES.format("=")),
    ("Anna\u00a0Bell", names.OTHER_SPACE),
    ("Pаypal", names.MIXED),
    ("Αnna", names.MIXED),
    ("𝐀nna", names.SPECIAL_FORM.format("𝐀")),
    ("Ａnna", names.SPECIAL_FORM.format("Ａ")),
    ("Ⓐnna", names.NOT_IN_NAMES.format("Ⓐ")),
    ("Anna" + "\u0301" * 6, names.TOO_MANY_MARKS),
    ("---", names.NO_LETTER),
]


@pytest.mark.parametrize("name", ACCEPTED)
def test_names_of_the_world_are_accepted(name):
    check_name(name)


@pytest.mark.parametrize(("name", "remedy"), REFUSED)
def test_what_is_no_name_is_refused_with_the_remedy(name, remedy):
    with pytest.raises(NameNotAcceptedError) as refused:
        check_name(name)

    assert str(refused.value) == remedy


def test_both_parts_are_of_one_alphabet():
    check_one_script("Шевченко", "Олена")
    check_one_script("山田", "はなこ")
    with pytest.raises(NameNotAcceptedError):
        check_one_script("Shevchenko", "Олена")


def test_a_single_name_is_printed_alone():
    assert printed_lines("Suharto", "", "") == ("Suharto",)
    assert printed_lines("Diallo", "Amina", "أمينة") == ("Diallo, Amina", "أمينة")


LATIN = "abcdefghijklmnopqrstuvwxyzÀÉîõüçñøłßđýžÆÞðőğıİŞạểỹ"
parts = st.text(LATIN, min_size=1, max_size=12)
latin_names = st.lists(parts, min_size=1, max_size=5).map(" ".join)
other_names = st.one_of(
    st.text("абвгдежзиклмнопрстуфхцчшщьюяєіїґ", min_size=1, max_size=40),
    st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", min_size=1, max_size=40),
    st.text("王小明李偉芳娜敏靜", min_size=1, max_size=20),
    st.text("가나다라마바사아자차카타파하", min_size=1, max_size=20),
)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(family=latin_names, given=latin_names, native=other_names)
def test_every_name_is_stored_and_shown_as_typed(client, family, given, native):
    forget_limits()
    answer(client, "earlier", EARLIER)
    typed = {"family_name": family, "given_names": given, "native_script_name": native}

    answer_name(client, **typed)

    draft = draft_of(client)
    assert {name: getattr(draft, name) for name in typed} == typed
    shown = client.get(reverse("register_name")).content.decode()
    assert all(f'value="{text}"' in shown for text in typed.values())


@pytest.mark.django_db
@pytest.mark.parametrize("text", [text for text, _ in REFUSED])
@pytest.mark.parametrize("field", ["family_name", "given_names", "native_script_name"])
def test_page_refuses_and_keeps_what_was_typed(client, field, text, enqueued):
    forget_limits()
    answer(client, "earlier", EARLIER)

    with nothing_happens(enqueued):
        page = answer(client, "name", NAME | {field: text})

    assert page.status_code == 200
    assert field in page.context["form"].errors
    assert len(page.content) < 40_000
