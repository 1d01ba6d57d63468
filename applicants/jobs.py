"""Background jobs of people."""

from portal.jobs import Job

BUILD_EXPORT = Job("applicants.build_export", "uploads")
SWEEP_PRIVACY = Job("applicants.sweep_privacy", "beat")
