"""What beat starts, and every how many seconds.

Every state that the portal owns has a sweep here, so that nothing waits for ever unseen.
"""

from collections.abc import Mapping

EVERY_SECONDS: Mapping[str, int] = {
    "portal.beat_heartbeat": 30,
    "portal.sweep_outbox": 60,
    "portal.sweep_uploads": 60,
    "portal.sweep_newsletter": 60,
    "portal.purge": 3600,
    "portal.seal_audit": 15,
    "portal.checkpoint_audit": 3600,
    "applicants.sweep_privacy": 60,
    "certification.sweep_imports": 60,
    "certification.sweep_pathways": 300,
    "certification.sweep_verification": 3600,
    "certification.sweep_certificates": 60,
    "certification.evaluate_everybody": 120,
    "certification.remind_of_drafts": 3600,
    "certification.find_candidates": 120,
    "payments.sweep_payments": 60,
    "payments.sweep_events": 60,
    "payments.sweep_refunds": 300,
    "payments.fetch_missed_events": 3600,
    "cvs.sweep_dispatch": 60,
    "cvs.expire_baskets": 3600,
}
