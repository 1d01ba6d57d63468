"""What must never be false of certificates, asked of the whole database."""

import hashlib

from django.db import connection

from certification.models import CertificateCopy
from certification.services.certificates.copies import CopyNotReadyError, stored_bytes
from certification.states import CopyState

QUESTIONS = {
    "20: a certificate that was decided here has a decision by two people about its holder": """
        SELECT c.number FROM certification_certificate c
        LEFT JOIN certification_issuedecision d ON d.id = c.decision_id
        WHERE c.origin = 'decided_here' AND (d.id IS NULL OR d.applicant_id <> c.applicant_id
            OR d.proposed_by = d.decided_by OR d.outcome <> 'ELIGIBLE')""",
    "20: every rule was MET or N/A when a certificate was issued": """
        SELECT d.id FROM certification_issuedecision d
        WHERE d.verdict -> 'rules' = '{}' OR d.verdict ->> 'outcome' <> 'ELIGIBLE' OR EXISTS (
            SELECT 1 FROM jsonb_each(d.verdict -> 'rules') AS r (id, said)
            WHERE said ->> 'decides' IN ('certificate', 'hold') AND said ->> 'outcome' NOT IN ('MET', 'N/A'))""",
    "20: no hold was open when a certificate was issued": """
        SELECT d.id FROM certification_issuedecision d JOIN certification_hold h ON h.applicant_id = d.applicant_id
        WHERE h.placed_at <= d.decided_at AND (h.lifted_at IS NULL OR h.lifted_at > d.decided_at)""",
    "20: every decision about a certificate has its certificate": """
        SELECT d.id FROM certification_issuedecision d
        WHERE NOT EXISTS (SELECT 1 FROM certification_certificate c WHERE c.decision_id = d.id)""",
    "20: decisions and changes of certificates are append-only": """
        SELECT wanted.name FROM (VALUES ('certification_issuedecision_append_only'),
            ('certification_certificatechange_append_only')) AS wanted (name)
        WHERE NOT EXISTS (SELECT 1 FROM pg_trigger g WHERE g.tgname = wanted.name AND g.tgenabled IN ('O', 'A'))""",
    "what is alleged in a case is written once": """
        SELECT wanted.name FROM (VALUES ('certification_caseallegation_written_once'),
            ('certification_caseallegation_no_truncate')) AS wanted (name)
        WHERE NOT EXISTS (SELECT 1 FROM pg_trigger g WHERE g.tgname = wanted.name AND g.tgenabled IN ('O', 'A'))""",
    "21: every change of a certificate has an audit event that says so": """
        SELECT h.id FROM certification_certificatechange h WHERE NOT EXISTS (
            SELECT 1 FROM portal_auditevent e WHERE e.subject_type = 'certification.certificate'
            AND e.subject_id = h.certificate_id::text AND e.event = 'certification.certificate_' || h.kind)""",
    "a certificate of this portal ends when its newest change says": """
        SELECT c.number FROM certification_certificate c JOIN LATERAL (
            SELECT h.valid_through_after FROM certification_certificatechange h
            WHERE h.certificate_id = c.id AND h.kind IN ('issued', 'extended') ORDER BY h.id DESC LIMIT 1) newest ON TRUE
        WHERE c.valid_through IS DISTINCT FROM newest.valid_through_after""",
}


def _ask(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id::text FROM ({sql}) AS broken (id) LIMIT 20")  # noqa: S608 (constants of this module)
        return [row[0] for row in cursor.fetchall()]


def _damaged() -> list[str]:
    broken = []
    for copy in CertificateCopy.objects.filter(state=CopyState.READY).iterator(chunk_size=200):
        try:
            content = stored_bytes(copy)
        except CopyNotReadyError:
            broken.append(f"{copy.pk} (not found)")
            continue
        if hashlib.sha256(content).hexdigest() != copy.sha256:
            broken.append(f"{copy.pk} (changed)")
    return broken


def check(*, stored: bool = True) -> list[str]:
    """Return one sentence for each invariant that is broken, with up to 20 ids; `stored` also reads every copy's bytes."""
    broken = [f"Invariant {name}: broken for {', '.join(ids)}" for name, sql in QUESTIONS.items() if (ids := _ask(sql))]
    damaged = _damaged() if stored else []
    if damaged:
        broken.append(f"Invariant 18: stored certificates do not match their hash: {', '.join(damaged[:20])}")
    return broken
