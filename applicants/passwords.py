"""Which passwords are refused (NIST SP 800-63B-4 section 3.1.1.2): short, common, of a pattern, or near to the person.

No rule asks for kinds of characters, and every character of Unicode counts.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from applicants.models.accounts import LONG_ENOUGH_ALONE, normalized

WITH_SECOND_FACTOR, MOST = 8, 256
RULE = (
    f"Use {LONG_ENOUGH_ALONE} characters or more, or {WITH_SECOND_FACTOR} once your account has a passkey or an authenticator app. A few words that do not "
    "belong together are easy to remember. Any characters will do, spaces too."
)
TOO_COMMON = "This password is on lists that attackers try first. Choose another one"
TOO_SIMPLE = "This password repeats itself or follows a row of keys. Choose another one"
TOO_NEAR = "Leave your name, your number and your e-mail address out of your password"
OF_THIS_SITE = "Most of this password is words of this site. Choose another one"
# What is left of a password must not be less than this, once runs and words of the site are taken out.
LEAST_LEFT = 6
SHORTEST_PART = 4
SHORTEST_RUN = 3
PRODUCT_WORDS = frozenset(
    [
        "password",
        "passcode",
        "passphrase",
        "certification",
        "certificate",
        "certified",
        "commission",
        "credential",
        "credentials",
        "portal",
        "physician",
        "doctor",
        "medical",
        "medicine",
        "license",
        "licence",
        "report",
        "reports",
        "status",
        "ecfmg",
        "usmle",
        "intealth",
        "signin",
        "login",
    ]
)
_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop")


def shortest_for(user: AbstractBaseUser | None) -> int:
    """Return how many characters the password of this account needs: fewer when it has a second factor."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    has_factor = user is not None and user.pk and Authenticator.objects.filter(user_id=user.pk, type__in=kinds).exists()
    return WITH_SECOND_FACTOR if has_factor else LONG_ENOUGH_ALONE


class LengthValidator:
    """Length decides, and nothing else about its characters does."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise ValidationError for a password that is too short for this account, or longer than anybody needs."""
        shortest = shortest_for(user)
        if len(normalized(password)) < shortest:
            raise ValidationError(f"Use at least {shortest} characters", code="password_too_short")
        if len(password) > MOST:
            raise ValidationError(f"Use at most {MOST} characters", code="password_too_long")

    def get_help_text(self) -> str:
        """Return the rule."""
        return RULE


class CommonListValidator(CommonPasswordValidator):
    """Refuses what is on lists of common and leaked passwords, also with digits or signs at its ends, or said twice."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise ValidationError for a password of the lists."""
        text = normalized(password).casefold().strip()
        core = text.strip("0123456789!?.,;:*#$%&@+-_= ")
        if any(self._is_listed(form) for form in (text, core, _unit(text), _unit(core))):
            raise ValidationError(TOO_COMMON, code="password_too_common")

    def get_help_text(self) -> str:
        """Return nothing: the rule is said once."""
        return ""

    def _is_listed(self, text: str) -> bool:
        return bool(text) and (text in self.passwords or text in _listed())


class PatternValidator:
    """Refuses repetitions and rows: what is left of a run of neighbours is one character."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise ValidationError when too little is left."""
        text = normalized(password).casefold()
        if _weight(_unit(text)) < LEAST_LEFT:
            raise ValidationError(TOO_SIMPLE, code="password_too_simple")

    def get_help_text(self) -> str:
        """Return nothing: the rule is said once."""
        return ""


class PersonalWordsValidator:
    """Refuses the person's own name, number and address, and passwords made of words of this site."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise ValidationError for such a password."""
        text = _plain(password)
        if user is not None and any(part in text for part in parts_of(user)):
            raise ValidationError(TOO_NEAR, code="password_too_similar")
        words = sorted(PRODUCT_WORDS | _words(str(settings.ORGANIZATION["name"])), key=len, reverse=True)
        left = re.sub("|".join(map(re.escape, words)), "", text)
        if left != text and _weight(re.sub(r"[\W\d_]", "", left)) < LEAST_LEFT:
            raise ValidationError(OF_THIS_SITE, code="password_of_this_site")

    def get_help_text(self) -> str:
        """Return nothing: the rule is said once."""
        return ""


def parts_of(user: AbstractBaseUser) -> set[str]:
    """Return the words of a person that no password of theirs may hold, without accents and in small letters."""
    applicant = getattr(user, "applicant", None)
    texts = [str(getattr(user, "username", "")), str(getattr(user, "email", "")).partition("@")[0]]
    if applicant is not None:
        texts += [applicant.family_name, applicant.given_names, applicant.native_script_name]
        texts.append(applicant.identification_number)
        if applicant.birth_date is not None:
            texts += [applicant.birth_date.strftime(form) for form in ("%Y%m%d", "%d%m%Y", "%m%d%Y")]
    return {word for text in texts for word in _words(text)}


def _words(text: str) -> set[str]:
    return {word for word in re.split(r"[\W_]+", _plain(text)) if len(word) >= SHORTEST_PART}


def _plain(text: str) -> str:
    """Return `text` in small letters without accents."""
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in parts if not unicodedata.combining(character))


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    kinds = ("passwords", "english_wikipedia", "us_tv_and_film", "surnames", "female_names", "male_names")
    return frozenset(word for kind in kinds for word in FREQUENCY_LISTS[kind])


def _unit(text: str) -> str:
    """Return the shortest text of which `text` is a repetition, the last one perhaps cut off."""
    for length in range(1, len(text) // 2 + 1):
        if (text[:length] * (len(text) // length + 1))[: len(text)] == text:
            return text[:length]
    return text


def _weight(text: str) -> int:
    """Return the number of characters, with each run of three or more neighbours counted as one."""
    runs = [1]
    for before, after in pairwise(text):
        if _are_neighbours(before, after):
            runs[-1] += 1
        else:
            runs.append(1)
    return sum(1 if length >= SHORTEST_RUN else length for length in runs) if text else 0


def _are_neighbours(before: str, after: str) -> bool:
    if abs(ord(before) - ord(after)) <= 1:
        return True
    return any(before + after in row or after + before in row for row in _ROWS)
