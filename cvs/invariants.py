"""What must never be false of requests, reports and their dispatch, asked of the whole database."""

import hashlib

from django.db import connection

from cvs.models import IssuedReport
from cvs.services.preparing import stored_bytes

QUESTIONS = {
    "6: a request is funded only by a paid payment": """
        SELECT r.id FROM cvs_reportrequest r JOIN payments_orderline l ON l.id = r.order_line_id
        LEFT JOIN payments_payment p ON p.id = l.paid_by_id
        WHERE r.funded_at IS NOT NULL AND r.state <> 'canceled' AND (p.id IS NULL OR p.state NOT IN ('paid', 'review'))""",
    "7: a funded request has a dispatch job, an unfunded one has none": """
        SELECT r.id FROM cvs_reportrequest r LEFT JOIN cvs_dispatchjob j ON j.request_id = r.id
        GROUP BY r.id HAVING (r.funded_at IS NOT NULL AND r.state <> 'canceled') <> (COUNT(j.id) > 0)
        AND NOT (r.state = 'canceled')""",
    "8: nothing is handed over before its request was funded": """
        SELECT j.id FROM cvs_dispatchjob j JOIN cvs_reportrequest r ON r.id = j.request_id
        WHERE j.handoff_at IS NOT NULL AND (r.funded_at IS NULL OR j.handoff_at < r.funded_at)""",
    "9: each job version has its own Message-ID and at most two automatic messages": """
        SELECT id FROM cvs_dispatchjob WHERE resends > 1""",
    "15: sent bytes are the stored bytes": """
        SELECT a.id FROM cvs_dispatchattempt a JOIN cvs_dispatchjob j ON j.id = a.job_id
        JOIN cvs_issuedreport d ON d.id = j.report_id
        WHERE a.step = 'send' AND a.outcome = 'sent' AND a.sha256 <> d.sha256""",
    "a dispatched request has a job that was sent": """
        SELECT r.id FROM cvs_reportrequest r WHERE r.state IN ('dispatched', 'delivered') AND NOT EXISTS (
            SELECT 1 FROM cvs_dispatchjob j WHERE j.request_id = r.id AND j.sent_at IS NOT NULL)""",
    "a request on hold has no job that may be claimed": """
        SELECT r.id FROM cvs_reportrequest r JOIN cvs_dispatchjob j ON j.request_id = r.id
        WHERE r.state = 'on_hold' AND j.state = 'leased' AND j.handoff_at IS NOT NULL""",
    "21: every request that was funded has an audit event that says so": """
        SELECT r.id FROM cvs_reportrequest r WHERE r.funded_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM portal_auditevent e WHERE e.subject_type = 'cvs.reportrequest'
            AND e.subject_id = r.id::text AND e.event = 'cvs.request_funded')""",
}


def _ask(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id::text FROM ({sql}) AS broken (id) LIMIT 20")  # noqa: S608 (constants of this module)
        return [row[0] for row in cursor.fetchall()]


def _damaged() -> list[str]:
    broken = []
    for report in IssuedReport.objects.only("number", "stored_as", "sha256").iterator(chunk_size=200):
        try:
            content = stored_bytes(report)
        except OSError:
            broken.append(f"{report.number} (not found)")
            continue
        if hashlib.sha256(content).hexdigest() != report.sha256:
            broken.append(f"{report.number} (changed)")
    return broken


def check(*, stored: bool = True) -> list[str]:
    """Return one sentence for each invariant that is broken, with up to 20 ids; `stored` also reads every report's bytes."""
    broken = [f"Invariant {name}: broken for {', '.join(ids)}" for name, sql in QUESTIONS.items() if (ids := _ask(sql))]
    damaged = _damaged() if stored else []
    if damaged:
        broken.append(f"Invariant 18: stored bytes do not match their hash: {', '.join(damaged[:20])}")
    return broken
