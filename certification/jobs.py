"""Background jobs of certification."""

from portal.jobs import Job

SWEEP_VERIFICATION = Job("certification.sweep_verification", "beat")
