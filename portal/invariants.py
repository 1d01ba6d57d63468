"""What must never be false of the ground floor, asked of the whole database; `verify_audit` reads every event besides."""

from django.db import connection

from portal.audit_checkpoints import CheckpointsDamagedError, kept_checkpoints
from portal.models import AuditLink

QUESTIONS = {
    "21: the audit log and its chain are append-only": """
        SELECT wanted.name FROM (VALUES ('portal_auditevent_append_only'), ('portal_auditevent_no_truncate'),
            ('portal_auditevent_numbered'), ('portal_auditlink_append_only'), ('portal_auditlink_no_truncate'))
            AS wanted (name)
        WHERE NOT EXISTS (SELECT 1 FROM pg_trigger g WHERE g.tgname = wanted.name AND g.tgenabled IN ('O', 'A'))""",
    "21: the chain has no gap": """
        SELECT max(position) FROM portal_auditlink HAVING max(position) <> count(*)""",
    "21: every link has its event": """
        SELECT l.event_id FROM portal_auditlink l
        WHERE NOT EXISTS (SELECT 1 FROM portal_auditevent e WHERE e.id = l.event_id)""",
    "21: every event below the end of the chain has its link": """
        SELECT e.id FROM portal_auditevent e WHERE e.id <= (SELECT max(event_id) FROM portal_auditlink)
        AND NOT EXISTS (SELECT 1 FROM portal_auditlink l WHERE l.event_id = e.id)""",
}


def _ask(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id::text FROM ({sql}) AS broken (id) LIMIT 20")  # noqa: S608 (constants of this module)
        return [row[0] for row in cursor.fetchall()]


def _newest_checkpoint() -> list[str]:
    try:
        kept = kept_checkpoints()
    except CheckpointsDamagedError as error:
        return [f"Invariant 21: {error}"]
    if kept and not AuditLink.objects.filter(position=kept[-1].count, hash=kept[-1].hash).exists():
        return [f"Invariant 21: link {kept[-1].count} of the audit log is not what the newest checkpoint says."]
    return []


def check() -> list[str]:
    """Return one sentence for each invariant that is broken, with up to 20 ids; an empty list when all hold."""
    broken = [f"Invariant {name}: broken for {', '.join(ids)}" for name, sql in QUESTIONS.items() if (ids := _ask(sql))]
    return broken + _newest_checkpoint()
