"""Who may be the same person: name variants, birth date and school compared inside PostgreSQL (R-ID-1).

Names are compared by keys without case, accents and order of parts (`applicants_name_key`, made by a migration), and by
the share of common trigrams, which finds other spellings of one name. Everybody with the same birth date is looked at,
also with day and month swapped; with other birth dates only those whose name has the very same key.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from applicants.models import Applicant, Registration, User
from applicants.names import scripts_of
from applicants.schools import directory
from applicants.states import RegistrationState

# Measured: "Abdullah Yousef" and "Abdallah Yusuf" share 0.29 of their trigrams, "Hussain Mohammed" and "Hussein Muhammad"
# 0.31, "João Fernandes" and "Jorge Ferreira" 0.20. Brothers and sisters share more; few have one birth date.
ALIKE = 0.28
SCHOOLS_ALIKE = 0.5
SHORTEST_PART = 3


@dataclass(frozen=True)
class Suspect:
    """Somebody who may be the same person, on record or in a registration that waits; `reasons` are codes of `REASONS`."""

    reasons: tuple[str, ...]
    applicant_id: int | None = None
    registration_id: str | None = None


REASONS = {
    "name": "The names are alike",
    "birth_date": "The birth date is the same",
    "birth_date_swapped": "The birth date is the same with day and month swapped",
    "birth_date_near": "The birth date differs in the day, the month or the year alone",
    "school": "The school is alike",
    "email": "The e-mail address is the same",
    "number": "The person named this identification number",
    "said_so": "The person says, or is not sure, that there was a number before",
}


@dataclass(frozen=True)
class _Found:
    """One person who shares the birth date or the name: `keys` of every name on record, likeness of the closest."""

    identity: str
    birth_date: date
    keys: tuple[str, ...]
    likeness: float


_PEOPLE = """
    SELECT a.id::text AS identity, a.birth_date, applicants_name_key(a.family_name, a.given_names) AS key
    FROM applicants_applicant a
    WHERE a.birth_date = ANY(%(days)s)
       OR applicants_name_key(a.family_name, a.given_names) = ANY(%(keys)s)
    UNION ALL
    SELECT a.id::text, a.birth_date, applicants_name_key(a.native_script_name, '')
    FROM applicants_applicant a WHERE a.birth_date = ANY(%(days)s) AND a.native_script_name <> ''
    UNION ALL
    SELECT a.id::text, a.birth_date, applicants_name_key(v.family_name, v.given_names)
    FROM applicants_verifiedname v JOIN applicants_applicant a ON a.id = v.applicant_id
    WHERE a.birth_date = ANY(%(days)s)
       OR applicants_name_key(v.family_name, v.given_names) = ANY(%(keys)s)
    UNION ALL
    SELECT a.id::text, a.birth_date, applicants_name_key(f.family_name, f.given_names)
    FROM applicants_formernameofrecord f JOIN applicants_applicant a ON a.id = f.applicant_id
    WHERE a.birth_date = ANY(%(days)s)
"""

_WAITING = """
    SELECT r.id::text AS identity, r.birth_date, applicants_name_key(name.family, name.given) AS key
    FROM applicants_registration r
    CROSS JOIN LATERAL (VALUES (r.family_name, r.given_names), (r.native_script_name, ''), (r.earlier_name, ''))
        AS name (family, given)
    WHERE r.state = %(waiting)s AND r.id::text <> %(self)s AND name.family <> ''
"""

_COMPARE = """
    SELECT theirs.identity, theirs.birth_date, array_agg(DISTINCT theirs.key), max(similarity(theirs.key, mine.key))
    FROM ({source}) AS theirs CROSS JOIN unnest(%(keys)s::text[]) AS mine (key)
    GROUP BY theirs.identity, theirs.birth_date
"""


def find_suspects(registration: Registration) -> list[Suspect]:
    """Return everybody who may be the person of `registration`, which has its answers; ten queries at most."""
    keys = name_keys(_names(registration))
    suspects = _on_record(registration, keys)
    _add_said(registration, suspects)
    people = [Suspect(tuple(reasons), applicant_id=int(key)) for key, reasons in suspects.items()]
    return people + _waiting(registration, keys, is_certain=True)


def find_alike(registration: Registration) -> list[int]:
    """Return the keys of people on record with such name, birth date and school, whatever else was said; five queries."""
    return sorted(int(key) for key in _on_record(registration, name_keys(_names(registration))))


def find_alike_waiting(registration: Registration) -> list[Suspect]:
    """Return the registrations that wait for staff with such name, birth date and school; four queries at most.

    For somebody on record whose school was never more than told, so that it clears nobody of suspicion.
    """
    return _waiting(registration, name_keys(_names(registration)), is_certain=False)


def _on_record(registration: Registration, keys: Sequence[str]) -> dict[str, list[str]]:
    """Return the reasons to suspect people on record, by key of the person."""
    on_record = _search(_PEOPLE, registration, keys)
    ids = [int(found.identity) for found in on_record]
    recorded, told = directory().names_of(ids), schools_told(ids)
    schools = {str(key): [*recorded.get(key, []), *told.get(key, [])] for key in ids}
    same_school = _schools_alike(registration.school_name, schools)
    reasons = {}
    for found in on_record:
        school, is_certain = found.identity in same_school, bool(recorded.get(int(found.identity)))
        reasons[found.identity] = _reasons(registration, keys, found, school=school, is_certain=is_certain)
    return {key: agreed for key, agreed in reasons.items() if agreed}


def schools_told(applicant_ids: Sequence[int]) -> Mapping[int, list[str]]:
    """Return the school that each of these people named when they registered; the record has one only much later."""
    told = Registration.objects.filter(applicant_id__in=applicant_ids).exclude(school_name="")
    return {key: [name] for key, name in told.values_list("applicant_id", "school_name")}


def _waiting(registration: Registration, keys: Sequence[str], *, is_certain: bool) -> list[Suspect]:
    found = _search(_WAITING, registration, keys)
    names = dict(Registration.objects.filter(pk__in=[each.identity for each in found]).values_list("pk", "school_name"))
    same_school = _schools_alike(registration.school_name, {str(key): [name] for key, name in names.items()})
    return [
        Suspect(tuple(reasons), registration_id=each.identity)
        for each in found
        if (reasons := _reasons(registration, keys, each, school=each.identity in same_school, is_certain=is_certain))
    ]


def _names(registration: Registration) -> list[tuple[str, str]]:
    """Return every name that the person gave, as two parts."""
    names = [
        (registration.family_name, registration.given_names),
        (registration.native_script_name, ""),
        (registration.earlier_name, ""),
    ]
    return [name for name in names if name[0]]


def name_keys(names: Sequence[tuple[str, str]]) -> list[str]:
    """Return the key of each name, given as family and given names; equal keys mean spellings of one name (one query)."""
    families, given = [name[0] for name in names], [name[1] for name in names]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT applicants_name_key(family, given) FROM unnest(%s::text[], %s::text[]) AS name (family, given)",
            [families, given],
        )
        return [row[0] for row in cursor.fetchall()]


def _search(source: str, registration: Registration, keys: Sequence[str]) -> list[_Found]:
    values: dict[str, str | list[str] | list[date]] = {
        "keys": list(keys),
        "days": [day for day in (registration.birth_date, _swapped(registration.birth_date)) if day],
        "waiting": RegistrationState.UNDER_REVIEW.value,
        "self": str(registration.pk),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COMPARE.format(source=source), values)
        return [_Found(identity, born, tuple(theirs), like) for identity, born, theirs, like in cursor.fetchall()]


def _swapped(day: date | None) -> date | None:
    """Return the date with day and month exchanged, None where that is no date or the same one."""
    if day is None or day.day > 12 or day.day == day.month:
        return None
    return day.replace(month=day.day, day=day.month)


def _reasons(
    registration: Registration, keys: Sequence[str], found: _Found, *, school: bool, is_certain: bool
) -> list[str]:
    """Return why `found`, whose school is alike or not, is suspected, nothing when it is not.

    Only certain schools clear somebody of suspicion.
    """
    born = _birth_reason(registration.birth_date, found.birth_date)
    names = _names_alike(keys, found)
    agreed = [reason for reason, agrees in ((born, born), ("name", names), ("school", school)) if agrees]
    if born in {"birth_date", "birth_date_swapped"}:
        # Somebody who married keeps given names, birth date and school; names in other letters cannot be compared.
        alike = _share_a_part(keys, found.keys) or not scripts_of(*keys) & scripts_of(*found.keys)
        return agreed if names or (school and alike) else []
    same_name = bool(set(keys) & set(found.keys))
    return agreed if same_name and born and (school or not is_certain) else []


def _birth_reason(mine: date | None, theirs: date) -> str:
    if mine is None:
        return ""
    if mine == theirs:
        return "birth_date"
    if _swapped(mine) == theirs:
        return "birth_date_swapped"
    parts = zip((mine.year, mine.month, mine.day), (theirs.year, theirs.month, theirs.day), strict=True)
    return "birth_date_near" if sum(first != second for first, second in parts) == 1 else ""


def _names_alike(keys: Iterable[str], found: _Found) -> bool:
    return found.likeness >= ALIKE or any(
        _is_part_of(mine.split(), theirs.split()) for mine in keys for theirs in found.keys
    )


def _is_part_of(first: Sequence[str], second: Sequence[str]) -> bool:
    """Tell whether all parts of the shorter name are in the longer one: people leave out middle names."""
    shorter, longer = sorted((set(first), set(second)), key=len)
    return bool(shorter) and shorter <= longer


def _share_a_part(keys: Iterable[str], theirs: Iterable[str]) -> bool:
    mine = {part for key in keys for part in key.split() if len(part) >= SHORTEST_PART}
    return any(part in mine for key in theirs for part in key.split())


def _schools_alike(name: str, schools: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the keys of `schools`, which are names by key of the person, under which one is like `name` (one query)."""
    pairs = [(key, school) for key, names in schools.items() for school in names]
    if not pairs:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT theirs.person FROM unnest(%s::text[], %s::text[]) AS theirs (person, school) GROUP BY theirs.person"
            " HAVING max(similarity(applicants_name_key(theirs.school, ''), applicants_name_key(%s, ''))) >= %s",
            [[key for key, _ in pairs], [school for _, school in pairs], name, SCHOOLS_ALIKE],
        )
        return {row[0] for row in cursor.fetchall()}


def _add_said(registration: Registration, suspects: dict[str, list[str]]) -> None:
    """Add the people with the number that was named and with the same address."""
    if registration.earlier_number:
        named = Applicant.objects.filter(identification_number=registration.earlier_number)
        for key in named.values_list("pk", flat=True):
            suspects.setdefault(str(key), []).append("number")
    same = User.objects.filter(email__iexact=registration.email, applicant__isnull=False)
    for key in same.values_list("applicant__pk", flat=True):
        suspects.setdefault(str(key), []).append("email")
