"""Background jobs of certification."""

from portal.jobs import Job

SWEEP_VERIFICATION = Job("certification.sweep_verification", "beat")
WORK_ON_IMPORT = Job("certification.work_on_import", "uploads")
SWEEP_IMPORTS = Job("certification.sweep_imports", "beat")
MAKE_CERTIFICATE_COPY = Job("certification.make_certificate_copy", "render")
FIND_CANDIDATES = Job("certification.find_candidates", "beat")
SWEEP_CERTIFICATES = Job("certification.sweep_certificates", "beat")
SWEEP_PATHWAYS = Job("certification.sweep_pathways", "beat")
EVALUATE_EVERYBODY = Job("certification.evaluate_everybody", "beat")
REMIND_OF_DRAFTS = Job("certification.remind_of_drafts", "beat")
