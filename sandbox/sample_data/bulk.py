"""Very many made-up physicians for benchmarks, made inside the database because a million rows are not sent one by one."""

import random
from datetime import UTC, datetime

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from certification.models import MedicalSchool, SponsorNote
from certification.models.schools import searchable
from certification.services.schools import write_search_texts

# Numbers 5xxxxxxx: the people of data/physicians.csv have others.
_FIRST_NUMBER = 50_000_000
_MOST = 9_999_999
_LOADED_AT = datetime(2026, 1, 5, 15, tzinfo=UTC)

_USERS = """
INSERT INTO applicants_user
    (username, email, password, is_superuser, is_staff, role, is_active, has_short_password, date_joined)
SELECT number::text, 'doctor-' || number || '@example.org', %(password)s, false, false, '', true, false, %(at)s
FROM generate_series(%(first)s, %(last)s) AS number
"""

_APPLICANTS = """
INSERT INTO applicants_applicant
    (user_id, identification_number, family_name, given_names, native_script_name, birth_date, time_zone, created_at,
     identity_checked_on)
SELECT id, username, 'Example ' || (username::int %% 49999), 'Doctor ' || (username::int %% 997), '',
       date '1960-01-01' + username::int %% 14000, 'Africa/Lagos', %(at)s, %(at)s::date
FROM applicants_user
WHERE username BETWEEN %(first)s::text AND %(last)s::text AND length(username) = 8
"""

_MADE = "FROM applicants_applicant a WHERE a.identification_number BETWEEN %(first)s::text AND %(last)s::text"

_CONTACTS = f"""
INSERT INTO applicants_contactinformation
    (id, applicant_id, email, phone, fax, line1, line2, city, region, postal_code, country, recorded_at, recorded_by)
SELECT gen_random_uuid(), a.id, 'doctor-' || a.identification_number || '@example.org', '+234 801 234 5678', '',
       '14 Example Street', '', 'Lagos', '', '101245', 'NG', %(at)s, 'sample data'
{_MADE}
"""

_EDUCATION = """
INSERT INTO certification_medicaleducation
    (applicant_id, school_id, school_name, degree_title, graduation_on, degree_on)
SELECT a.id, s.ids[1 + a.id %% cardinality(s.ids)], s.names[1 + a.id %% cardinality(s.ids)], 'MB BS',
       a.birth_date + 9000, a.birth_date + 9060
FROM applicants_applicant a,
     (SELECT array_agg(id ORDER BY id) AS ids, array_agg(name ORDER BY id) AS names
      FROM certification_medicalschool) AS s
WHERE a.identification_number BETWEEN %(first)s::text AND %(last)s::text
"""

# Five sittings each: two failed before the pass of Step 1, then Step 2 CK and Step 2 CS.
_RESULTS = """
INSERT INTO certification_examinationresult (applicant_id, examination, taken_on, reported_on, passed, incomplete)
SELECT a.id, sitting.examination, a.birth_date + sitting.after, a.birth_date + sitting.after + 28, sitting.passed, false
FROM (VALUES ('step_1', 9100, false), ('step_1', 9200, false), ('step_1', 9300, true),
             ('step_2_ck', 9400, true), ('step_2_cs', 9500, true)) AS sitting (examination, after, passed),
     applicants_applicant AS a
WHERE a.identification_number BETWEEN %(first)s::text AND %(last)s::text
"""

_CERTIFICATES = f"""
INSERT INTO certification_certificate (applicant_id, number, issued_on, state, origin)
SELECT a.id, 'C-' || a.identification_number, a.birth_date + 9600, 'issued', 'carried_over'
{_MADE} AND a.id %% 4 <> 0
"""

_TABLES = (
    "applicants_user",
    "applicants_applicant",
    "applicants_contactinformation",
    "certification_medicaleducation",
    "certification_examinationresult",
    "certification_certificate",
)


@transaction.atomic
def load(count: int, *, password: str) -> None:
    """Add `count` physicians with contact information, school, five results and, three in four, a certificate.

    Numbers go on from those of an earlier call. Raises ValueError when more are asked for than there are numbers.
    """
    with connection.cursor() as cursor:
        # The limit for a page's queries is far too short for this many rows.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            "SELECT count(*) FROM applicants_applicant WHERE identification_number BETWEEN '50000000' AND '59999999'"
        )
        there = int(cursor.fetchone()[0])
        if not 0 < count <= _MOST - there:
            raise ValueError(f"Between 1 and {_MOST - there} physicians can be made up.")
        first = _FIRST_NUMBER + there
        values: dict[str, int | str | datetime] = {
            "first": first,
            "last": first + count - 1,
            "password": make_password(password),
            "at": _LOADED_AT,
        }
        for statement in (_USERS, _APPLICANTS, _CONTACTS, _EDUCATION, _RESULTS, _CERTIFICATES):
            cursor.execute(statement, values)
        for table in _TABLES:
            # Fresh statistics, or the planner goes on as if the tables were small.
            cursor.execute(f"ANALYZE {table}")


@transaction.atomic
def load_schools(count: int) -> None:
    """Add `count` made-up schools with a sponsor note each: names of listed ones in cities of others."""
    listed = list(MedicalSchool.objects.exclude(code__startswith="B").order_by("code"))
    chance = random.Random(4)  # noqa: S311 (a benchmark asks the same of every run)
    there = MedicalSchool.objects.filter(code__startswith="B").count()
    made = []
    for number in range(there, there + count):
        name, place = chance.choice(listed).name, chance.choice(listed)
        city, country = place.city, place.country.code or ""
        full = f"{name} at {city} {number}"
        text = searchable(full, city, country)
        made.append(MedicalSchool(code=f"B{number:06}", name=full, city=city, country=country, search_text=text))
    MedicalSchool.objects.bulk_create(made, batch_size=1_000)
    notes = [SponsorNote(school=school, from_year=1950 + school.pk % 60, basis="made up") for school in made]
    SponsorNote.objects.bulk_create(notes, batch_size=1_000)
    write_search_texts()
