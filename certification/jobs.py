"""Background jobs of certification."""

from portal.jobs import Job

SWEEP_VERIFICATION = Job("certification.sweep_verification", "beat")
MAKE_CERTIFICATE_COPY = Job("certification.make_certificate_copy", "render")
FIND_CANDIDATES = Job("certification.find_candidates", "beat")
SWEEP_CERTIFICATES = Job("certification.sweep_certificates", "beat")
