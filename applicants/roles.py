"""Roles of staff, and what each may see and do. Roles are code: they change with a review and a release, not in a form.

A permission is one of Django's (`app.view_model`) or the name of an act (`app.act_thing`), which the service of the act
checks as well. What is not listed here is allowed to nobody.
"""

from collections.abc import Mapping

from django.db import models


class Role(models.TextChoices):
    """What a member of staff is there for; an account has one."""

    CREDENTIAL_REVIEWER = "credential_reviewer", "Credential reviewer"
    SENIOR_REVIEWER = "senior_reviewer", "Senior reviewer"
    FINANCE = "finance", "Finance"
    COMMITTEE = "committee", "Committee"
    EDITOR = "editor", "Editor"
    ADMINISTRATOR = "administrator", "Administrator"
    AUDITOR = "auditor", "Auditor, reads only"


R = Role
_REVIEW = frozenset({R.CREDENTIAL_REVIEWER, R.SENIOR_REVIEWER})
_CASES = _REVIEW | {R.COMMITTEE}
_ALL = frozenset(Role)

# Who sees which records. The auditor sees all of them.
_SEEN: Mapping[str, frozenset[Role]] = {
    "applicants.applicant": _CASES | {R.FINANCE},
    "applicants.user": frozenset({R.ADMINISTRATOR}),
    "applicants.correctionrequest": _REVIEW,
    "applicants.deletionrequest": _REVIEW,
    "applicants.birthdatecorrection": _REVIEW,
    "applicants.dataexport": frozenset({R.ADMINISTRATOR}),
    "applicants.identitycheck": _REVIEW,
    "applicants.namerequest": _REVIEW,
    "applicants.registration": _REVIEW,
    "certification.annotation": _CASES,
    "certification.casedecision": frozenset({R.COMMITTEE}),
    "certification.application": _CASES,
    "certification.certificate": _CASES,
    "certification.certificateextension": _CASES,
    "certification.irregularbehaviorcase": frozenset({R.COMMITTEE}),
    "certification.issuecandidate": _CASES,
    "certification.certificatechange": _CASES,
    "certification.certificatecopy": _CASES,
    "certification.certificaterequest": _CASES,
    "certification.certificatelookup": frozenset({R.SENIOR_REVIEWER, R.ADMINISTRATOR}),
    "certification.credential": _CASES,
    "certification.credentialstatuschange": _CASES,
    "certification.degreetitle": _CASES | {R.EDITOR, R.ADMINISTRATOR},
    "certification.examinationresult": _CASES,
    "certification.fileimport": frozenset({R.SENIOR_REVIEWER, R.ADMINISTRATOR}),
    "certification.hold": _CASES,
    "certification.issuedecision": _CASES,
    "certification.medicaleducation": _CASES,
    "certification.medicalschool": _CASES | {R.EDITOR, R.ADMINISTRATOR},
    "certification.oetresult": _CASES,
    "certification.pathwayacceptance": _CASES,
    "certification.pathwayapplication": _CASES,
    "certification.schoolofficial": _CASES | {R.ADMINISTRATOR},
    "certification.attemptlimit": _REVIEW | {R.COMMITTEE, R.ADMINISTRATOR},
    "certification.excludedaward": _REVIEW | {R.COMMITTEE, R.ADMINISTRATOR},
    "certification.oetminimum": _REVIEW | {R.COMMITTEE, R.ADMINISTRATOR},
    "certification.pathwayseason": _REVIEW | {R.COMMITTEE, R.ADMINISTRATOR},
    "certification.ruleperiod": _REVIEW | {R.COMMITTEE, R.ADMINISTRATOR},
    "certification.ruletablechange": _REVIEW | {R.COMMITTEE, R.ADMINISTRATOR},
    "certification.threshold": _REVIEW | {R.COMMITTEE, R.ADMINISTRATOR},
    "certification.sponsornote": _CASES | {R.EDITOR, R.ADMINISTRATOR},
    "certification.verificationrequest": _CASES,
    "certification.windowexception": _CASES,
    "cvs.dispatchjob": _REVIEW | {R.ADMINISTRATOR},
    "cvs.issuedreport": _CASES,
    "cvs.licensingauthority": _ALL,
    "cvs.reportrequest": _CASES | {R.FINANCE, R.ADMINISTRATOR},
    "cvs.verificationlookup": frozenset({R.SENIOR_REVIEWER, R.ADMINISTRATOR}),
    "payments.fee": _ALL,
    "payments.ledgeraccount": frozenset({R.FINANCE}),
    "payments.ledgertransaction": frozenset({R.FINANCE}),
    "payments.order": _REVIEW | {R.FINANCE},
    "payments.payment": frozenset({R.FINANCE}),
    "payments.refund": frozenset({R.FINANCE}),
    "payments.stripeevent": frozenset({R.FINANCE, R.ADMINISTRATOR}),
    "portal.auditevent": frozenset({R.ADMINISTRATOR}),
    "portal.newsletterdelivery": frozenset({R.EDITOR, R.ADMINISTRATOR}),
    "portal.newslettersubscriber": frozenset({R.EDITOR}),
    "portal.outgoingemail": frozenset({R.ADMINISTRATOR}),
    "portal.proposal": _CASES,
    "portal.upload": _CASES,
}

# Who may do what.
_DONE: Mapping[str, frozenset[Role]] = {
    "applicants.answer_corrections": _REVIEW,
    "applicants.change_registration": frozenset({R.SENIOR_REVIEWER}),
    "applicants.check_identity": _REVIEW,
    "applicants.decide_birth_dates": frozenset({R.SENIOR_REVIEWER}),
    "applicants.decide_deletions": frozenset({R.SENIOR_REVIEWER}),
    "applicants.decide_factor_removal": frozenset({R.SENIOR_REVIEWER}),
    "applicants.manage_staff": frozenset({R.ADMINISTRATOR}),
    "applicants.propose_deletions": _REVIEW,
    "applicants.propose_factor_removal": _REVIEW,
    "certification.add_attemptlimit": frozenset({R.ADMINISTRATOR}),
    "certification.change_attemptlimit": frozenset({R.ADMINISTRATOR}),
    "certification.add_excludedaward": frozenset({R.ADMINISTRATOR}),
    "certification.change_excludedaward": frozenset({R.ADMINISTRATOR}),
    "certification.add_oetminimum": frozenset({R.ADMINISTRATOR}),
    "certification.change_oetminimum": frozenset({R.ADMINISTRATOR}),
    "certification.add_pathwayseason": frozenset({R.ADMINISTRATOR}),
    "certification.change_pathwayseason": frozenset({R.ADMINISTRATOR}),
    "certification.add_ruleperiod": frozenset({R.ADMINISTRATOR}),
    "certification.change_ruleperiod": frozenset({R.ADMINISTRATOR}),
    "certification.add_threshold": frozenset({R.ADMINISTRATOR}),
    "certification.change_threshold": frozenset({R.ADMINISTRATOR}),
    "certification.grant_window_exception": frozenset({R.SENIOR_REVIEWER}),
    "certification.decide_pathway_scores": frozenset({R.COMMITTEE}),
    "certification.propose_pathway_rejection": _CASES,
    "certification.reject_pathways": frozenset({R.SENIOR_REVIEWER, R.COMMITTEE}),
    "certification.review_applications": _REVIEW,
    "certification.reject_applications": frozenset({R.SENIOR_REVIEWER}),
    "certification.review_pathways": _REVIEW,
    "certification.keep_school_list": _REVIEW,
    "certification.record_paper_answer": _REVIEW,
    "certification.choose_specimens": frozenset({R.SENIOR_REVIEWER}),
    "certification.refuse_credentials": frozenset({R.SENIOR_REVIEWER}),
    "certification.review_credentials": _REVIEW,
    "certification.refute_verification": frozenset({R.SENIOR_REVIEWER, R.COMMITTEE}),
    "certification.review_verification": _REVIEW,
    "certification.decide_cases": frozenset({R.COMMITTEE}),
    "certification.extend_certificates": frozenset({R.SENIOR_REVIEWER, R.COMMITTEE}),
    "certification.manage_cases": frozenset({R.COMMITTEE}),
    "certification.issue_certificate": frozenset({R.SENIOR_REVIEWER, R.COMMITTEE}),
    "certification.propose_certificate": _CASES,
    "certification.propose_extension": _CASES,
    "certification.review_certificate_requests": _REVIEW,
    "certification.revoke_certificates": frozenset({R.COMMITTEE}),
    "certification.apply_fileimport": frozenset({R.SENIOR_REVIEWER, R.ADMINISTRATOR}),
    "cvs.add_licensingauthority": frozenset({R.ADMINISTRATOR}),
    "cvs.change_licensingauthority": frozenset({R.ADMINISTRATOR}),
    "cvs.decide_report_withdrawal": frozenset({R.SENIOR_REVIEWER, R.COMMITTEE}),
    "cvs.hold_report": _REVIEW,
    "cvs.mark_report_sent": frozenset({R.SENIOR_REVIEWER}),
    "cvs.propose_report_withdrawal": _CASES,
    "cvs.propose_report_release": _REVIEW,
    "cvs.reissue_report": frozenset({R.SENIOR_REVIEWER}),
    "cvs.release_report": frozenset({R.SENIOR_REVIEWER}),
    "cvs.resend_report": _REVIEW,
    "payments.add_fee": frozenset({R.FINANCE}),
    "payments.change_fee": frozenset({R.FINANCE}),
    "payments.delete_fee": frozenset({R.FINANCE}),
    "payments.grant_credit": frozenset({R.FINANCE}),
    "payments.sync_payment": frozenset({R.FINANCE}),
    "portal.decline_proposal": _CASES,
    "portal.download_upload": _REVIEW,
    "portal.keep_running": frozenset({R.ADMINISTRATOR}),
    "portal.read_audit": frozenset({R.ADMINISTRATOR, R.AUDITOR}),
    "portal.write_newsletter": frozenset({R.EDITOR}),
}


def _view(label: str) -> str:
    app, model = label.split(".")
    return f"{app}.view_{model}"


ROLES_OF: Mapping[str, frozenset[Role]] = {
    **{_view(label): roles | {R.AUDITOR} for label, roles in _SEEN.items()},
    **_DONE,
}
PERMISSIONS: Mapping[str, frozenset[str]] = {
    role.value: frozenset(name for name, roles in ROLES_OF.items() if role in roles) for role in Role
}


def permissions_of(role: str) -> frozenset[str]:
    """Return what accounts of `role` may see and do; nothing for an unknown or empty one."""
    return PERMISSIONS.get(role, frozenset())
