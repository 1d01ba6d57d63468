"""What must never be false of people, asked of the whole database: one person, one number for life (invariant 23)."""

from django.db import connection

QUESTIONS = {
    "23: a number cannot be changed": """
        SELECT wanted.name FROM (VALUES ('applicants_number_for_life')) AS wanted (name)
        WHERE NOT EXISTS (SELECT 1 FROM pg_trigger g WHERE g.tgname = wanted.name AND g.tgenabled IN ('O', 'A'))""",
    "23: everybody signs in with the number on record, unless the account was deleted": """
        SELECT a.id FROM applicants_applicant a JOIN applicants_user u ON u.id = a.user_id
        WHERE u.username <> a.identification_number AND u.username <> 'deleted-' || u.id""",
    "23: no suspected duplicate got an account without a decision": """
        SELECT r.id FROM applicants_registration r WHERE r.state = 'completed' AND r.decided_at IS NULL
        AND EXISTS (SELECT 1 FROM applicants_suspectedduplicate s WHERE s.registration_id = r.id)""",
}


def check() -> list[str]:
    """Return one sentence for each invariant that is broken, with up to 20 ids; an empty list when all hold."""
    broken = []
    for name, sql in QUESTIONS.items():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id::text FROM ({sql}) AS broken (id) LIMIT 20")  # noqa: S608 (constants of this module)
            ids = [row[0] for row in cursor.fetchall()]
        if ids:
            broken.append(f"Invariant {name}: broken for {', '.join(ids)}")
    return broken
