"""Background jobs of the report service."""

from portal.jobs import Job

PREPARE_REPORT = Job("cvs.prepare_report", "render")
SEND_REPORT = Job("cvs.send_report", "mail")
SWEEP_DISPATCH = Job("cvs.sweep_dispatch", "beat")
EXPIRE_BASKETS = Job("cvs.expire_baskets", "beat")
