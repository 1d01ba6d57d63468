"""Names as people have them: which characters a name may hold, and how a report prints it.

Free of the database. Any script is accepted and nothing is changed: a name is stored, shown and printed as it was typed.
What is refused could not be printed, or would make one name look like another.
"""

import unicodedata

MOST_CHARACTERS = 200
# Tibetan and pointed Hebrew stack up to four; more hides the letter and the lines above.
MOST_MARKS_IN_A_ROW = 5
# Besides letters and marks: apostrophes, hyphens, dots of several scripts, and S/O, D/O, @ and brackets of passports.
ALLOWED_PUNCTUATION = frozenset(" '’‘-.,·・/()@\u0060\u00b4\u2010\u2011\u05f3\u05f4")
# Needed inside words of Persian, Malayalam, Sinhala and others; invisible and misleading between Latin letters.
JOINERS = frozenset("\u200c\u200d")
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Unicode names of Japanese and Korean letters begin with different words that are written together.
_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC"})
# Letters that only look like others: mathematical, circled, full width and presentation forms.
_LOOK_FORMS = ("<font>", "<circle>", "<wide>", "<narrow>", "<square>", "<sub>", "<fraction>", "<small>", "<vertical>")
_SHAPED_FORMS = ("<initial>", "<medial>", "<final>", "<isolated>")
_SUPERSCRIPTS_IN_NAMES = frozenset("ªº")
# Modifier letters are apostrophes of Hawaiian, Uzbek and others, whatever script they stand in.
_NO_SCRIPT = "MODIFIER"

TOO_LONG = f"Use at most {MOST_CHARACTERS} characters. Write to us if your passport shows a longer name"
HIDDEN = "The name holds hidden characters, perhaps from copying. Delete it and type it again"
NO_LETTER = "Enter a name with at least one letter"
MIXED = "All letters must be of one alphabet. Delete the name and type it again with one keyboard"
SPECIAL_FORM = "Use ordinary letters, as on your keyboard, instead of “{}”"
NOT_IN_NAMES = "Leave out “{}”. Use letters, spaces, hyphens and apostrophes as in your passport"
TOO_MANY_MARKS = "There are too many accents on one letter. Delete the name and type it again"
OTHER_SPACE = "Use ordinary spaces between the parts of the name"


class NameNotAcceptedError(ValueError):
    """A text cannot be a name here; its message tells the person what to do."""


def check_name(text: str) -> None:
    """Return when `text` can be kept and printed as a name; raises `NameNotAcceptedError` with the remedy."""
    if len(text) > MOST_CHARACTERS:
        raise NameNotAcceptedError(TOO_LONG)
    for position, character in enumerate(text):
        _check_character(text, position, character)
    if not any(unicodedata.category(character).startswith("L") for character in text):
        raise NameNotAcceptedError(NO_LETTER)
    _check_marks(text)
    check_one_script(text)


def check_one_script(*texts: str) -> None:
    """Raise `NameNotAcceptedError` when the letters of `texts` together are of more than one script."""
    if len(scripts_of(*texts)) > 1:
        raise NameNotAcceptedError(MIXED)


def scripts_of(*texts: str) -> set[str]:
    """Return the scripts of the letters of `texts`, those of East Asia as one."""
    return {script for text in texts for character in text if (script := _script(character))}


def printed_name(family_name: str, given_names: str) -> str:
    """Return a name as reports print it: family name first, a single name alone."""
    given = given_names.strip()
    return f"{family_name}, {given}" if given else family_name


def printed_lines(family_name: str, given_names: str, native_script_name: str) -> tuple[str, ...]:
    """Return the lines under *Name of record* of a report: the name, and below it the one in the person's own script."""
    name = printed_name(family_name, given_names)
    return (name, native_script_name) if native_script_name else (name,)


def _check_character(text: str, position: int, character: str) -> None:
    if character in ALLOWED_PUNCTUATION:
        return
    if character in JOINERS:
        _check_joiner(text, position)
        return
    category = unicodedata.category(character)
    if category == "Zs":
        raise NameNotAcceptedError(OTHER_SPACE)
    if category[0] == "C" or character in _BIDI_CONTROLS or _is_variation_selector(character):
        raise NameNotAcceptedError(HIDDEN)
    if category[0] not in "LM":
        raise NameNotAcceptedError(NOT_IN_NAMES.format(character))
    _check_form(character)


def _check_joiner(text: str, position: int) -> None:
    """Allow a joiner only after a letter or mark of a script that knows it, and before another one."""
    before, after = text[position - 1 : position], text[position + 1 : position + 2]
    fits = before and after and _joins(before) and _joins(after)
    if not fits:
        raise NameNotAcceptedError(HIDDEN)


def _joins(character: str) -> bool:
    is_word = unicodedata.category(character)[0] in "LM"
    return is_word and _first_word(character) not in {"LATIN", "GREEK", "CYRILLIC", "COMBINING", *_EAST_ASIAN}


def _check_form(character: str) -> None:
    form = unicodedata.decomposition(character).partition(" ")[0]
    is_superscript = form == "<super>" and character not in _SUPERSCRIPTS_IN_NAMES and not _is_modifier(character)
    if form in _LOOK_FORMS or form in _SHAPED_FORMS or is_superscript:
        raise NameNotAcceptedError(SPECIAL_FORM.format(character))


def _check_marks(text: str) -> None:
    marks = 0
    for position, character in enumerate(text):
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if marks > MOST_MARKS_IN_A_ROW:
            raise NameNotAcceptedError(TOO_MANY_MARKS)
        if marks == 1 and (position == 0 or text[position - 1] in ALLOWED_PUNCTUATION):
            raise NameNotAcceptedError(HIDDEN)


def _is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _is_modifier(character: str) -> bool:
    return _first_word(character) == _NO_SCRIPT


def _first_word(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]


def _script(character: str) -> str:
    """Return the script of a letter by the first word of its Unicode name; "" for what is used with every script."""
    if not unicodedata.category(character).startswith("L") or character in _SUPERSCRIPTS_IN_NAMES:
        return ""
    word = _first_word(character)
    if word == _NO_SCRIPT:
        return ""
    return "EAST ASIAN" if word in _EAST_ASIAN else word
