"""Restricted columns: nothing readable in the database, no search by accident, keys that change without a pause."""

import re
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Upper

from applicants.models import IdentityCheck
from portal.encryption import NoKeyFitsError, fingerprints
from portal.keys import are_keys, split_keys
from portal.rotation import needs_rotation
from tests.factories.applicants import IdentityCheckFactory

pytestmark = pytest.mark.django_db
NUMBER = "G7654321"


def stored(check: IdentityCheck) -> str:
    """What the database really holds for this row, every column as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text, t.passport_number FROM applicants_identitycheck t WHERE id = %s", [check.pk])
        whole, number = cursor.fetchone()
    assert number in whole
    return str(whole)


def token_of(check: IdentityCheck) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT passport_number FROM applicants_identitycheck WHERE id = %s", [check.pk])
        return str(cursor.fetchone()[0])


def rotate(*options: str) -> str:
    said = StringIO()
    call_command("rotate_encryption", *options, stdout=said)
    return said.getvalue()


def test_the_column_holds_no_plain_text_and_reads_back():
    check = IdentityCheckFactory.create(passport_number=NUMBER)

    assert NUMBER not in stored(check)
    assert IdentityCheck.objects.get(pk=check.pk).passport_number == NUMBER
    assert IdentityCheck.objects.values_list("passport_number", flat=True).get(pk=check.pk) == NUMBER


@pytest.mark.parametrize("how", ["update", "bulk_update", "bulk_create"])
def test_every_way_to_write_encrypts(how: str):
    check = IdentityCheckFactory.create(passport_number="")
    if how == "update":
        IdentityCheck.objects.filter(pk=check.pk).update(passport_number=NUMBER)
    elif how == "bulk_update":
        check.passport_number = NUMBER
        IdentityCheck.objects.bulk_update([check], ["passport_number"])
    else:
        IdentityCheck.objects.all().delete()
        check.pk, check.passport_number = None, NUMBER
        (check,) = IdentityCheck.objects.bulk_create([check])

    assert NUMBER not in stored(check)
    check.refresh_from_db()
    assert check.passport_number == NUMBER


def test_the_same_text_is_never_the_same_token():
    one, other = (IdentityCheckFactory.create(passport_number=NUMBER) for _ in range(2))

    assert token_of(one) != token_of(other)


@pytest.mark.parametrize(
    "search",
    [
        {"passport_number": NUMBER},
        {"passport_number__icontains": "76"},
        {"passport_number__in": [NUMBER]},
        {"passport_number__length": 3},
    ],
)
def test_a_search_in_an_encrypted_column_is_refused_and_names_the_way(search: dict[str, object]):
    with pytest.raises(FieldError, match="Search its fingerprint"):
        IdentityCheck.objects.filter(**search)


def test_emptiness_may_be_asked_for():
    IdentityCheckFactory.create()

    assert not IdentityCheck.objects.filter(passport_number__isnull=True).exists()


def test_equal_numbers_of_one_country_are_found_by_fingerprint_which_reveals_nothing():
    check = IdentityCheckFactory.create(passport_number=NUMBER, issuing_country="GH")
    IdentityCheckFactory.create(passport_number=NUMBER, issuing_country="NG")

    found = IdentityCheck.objects.filter(passport_fingerprint__in=fingerprints("GH", NUMBER))

    assert list(found) == [check]
    assert re.fullmatch(r"[0-9a-f]{64}", check.passport_fingerprint)
    assert not IdentityCheckFactory.create(passport_number="").passport_fingerprint


def test_a_fingerprint_depends_on_the_key(settings):
    before = fingerprints("GH", NUMBER)
    settings.BLIND_INDEX_KEYS = [Fernet.generate_key().decode(), *settings.BLIND_INDEX_KEYS]

    after = fingerprints("GH", NUMBER)

    assert after[0] != before[0]
    assert after[1:] == before


def test_parts_of_a_fingerprint_cannot_be_shifted():
    assert fingerprints("GH", "A1") != fingerprints("G", "HA1")


def test_no_key_fits_says_what_to_do_and_not_what_is_stored(settings):
    check = IdentityCheckFactory.create(passport_number=NUMBER)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(NoKeyFitsError, match=r"applicants\.IdentityCheck\.passport_number.*rotate_encryption") as error:
        IdentityCheck.objects.get(pk=check.pk)

    assert NUMBER not in str(error.value)


def write_token(check: IdentityCheck, token: str) -> None:
    """Write past the field, as somebody with the database in hand would."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE applicants_identitycheck SET passport_number = %s WHERE id = %s", [token, check.pk])


@pytest.mark.parametrize("place", ["version", "time", "vector", "text", "signature"])
def test_a_token_with_one_changed_character_is_not_opened(place: str):
    check = IdentityCheckFactory.create(passport_number=NUMBER)
    token = token_of(check)
    # Fernet: 1 byte of version, 8 of time, 16 of the initial vector, the text, 32 of HMAC; four letters hold three bytes.
    at = {"version": 0, "time": 6, "vector": 20, "text": len(token) // 2, "signature": len(token) - 12}[place]
    write_token(check, f"{token[:at]}{'B' if token[at] != 'B' else 'C'}{token[at + 1 :]}")

    with pytest.raises(NoKeyFitsError) as error:
        IdentityCheck.objects.get(pk=check.pk)

    assert NUMBER not in str(error.value)
    write_token(check, token)
    assert IdentityCheck.objects.get(pk=check.pk).passport_number == NUMBER


def test_rotation_lets_the_old_keys_go(settings):
    checks = [IdentityCheckFactory.create(passport_number=f"{NUMBER}{turn}") for turn in range(5)]
    IdentityCheckFactory.create(passport_number="")
    old, old_index = settings.FIELD_ENCRYPTION_KEYS, settings.BLIND_INDEX_KEYS
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *old]
    settings.BLIND_INDEX_KEYS = [Fernet.generate_key().decode(), *old_index]
    # In between both keys read, and what is written is under the new one.
    assert IdentityCheck.objects.get(pk=checks[0].pk).passport_number == f"{NUMBER}0"

    said = rotate("--batch", "2")

    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]
    settings.BLIND_INDEX_KEYS = settings.BLIND_INDEX_KEYS[:1]
    assert "applicants.IdentityCheck: 6 rows, 5 encrypted again" in said
    for turn, check in enumerate(checks):
        check.refresh_from_db()
        assert check.passport_number == f"{NUMBER}{turn}"
        assert check.passport_fingerprint == fingerprints("GH", f"{NUMBER}{turn}")[0]
    assert "5 encrypted again" not in rotate()


def test_rotation_goes_on_where_it_was_stopped(settings):
    done, waiting = (IdentityCheckFactory.create(passport_number=NUMBER) for _ in range(2))
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_ENCRYPTION_KEYS]
    done.save(update_fields=["passport_number"])
    token = token_of(done)

    said = rotate()

    assert "2 rows, 1 encrypted again" in said
    assert token_of(done) == token
    assert not needs_rotation(token_of(waiting))


def test_checking_writes_nothing_and_fails_while_an_old_key_is_needed(settings):
    check = IdentityCheckFactory.create(passport_number=NUMBER)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_ENCRYPTION_KEYS]
    token = token_of(check)

    with pytest.raises(CommandError, match="Keep the old keys"):
        rotate("--check")

    assert token_of(check) == token
    rotate()
    assert "may be taken away" in rotate("--check")


def test_rotation_reports_rows_that_no_key_opens_and_finishes_the_others(settings):
    lost = IdentityCheckFactory.create(passport_number=NUMBER)
    token = token_of(lost)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    kept = IdentityCheckFactory.create(passport_number=NUMBER)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_ENCRYPTION_KEYS]

    with pytest.raises(CommandError, match=rf"applicants\.IdentityCheck {lost.pk}\b"):
        rotate()

    assert token_of(lost) == token
    assert not needs_rotation(token_of(kept))


def test_rotation_refuses_an_empty_batch():
    with pytest.raises(CommandError, match="at least one row"):
        rotate("--batch", "0")


def test_expressions_pass_the_field_untouched():
    check = IdentityCheckFactory.create(passport_number=NUMBER)
    IdentityCheck.objects.filter(pk=check.pk).update(passport_number=F("passport_number"))

    assert IdentityCheck.objects.annotate(upper=Upper(Value("x"))).get(pk=check.pk).passport_number == NUMBER


@pytest.mark.parametrize("text", ["", "short", "A" * 44, "Ä" * 44, f"{'A' * 43}= nonsense"])
def test_a_list_with_a_wrong_key_is_no_list_of_keys(text: str):
    assert not are_keys(text)


def test_keys_may_stand_on_lines_of_their_own_as_in_a_file():
    one, other = (Fernet.generate_key().decode() for _ in range(2))

    assert are_keys(f"{one}\n{other}\n")
    assert split_keys(f"{one}\n{other}\n") == split_keys(f"{one}, {other}") == [one, other]
