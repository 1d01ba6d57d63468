"""What the audit log says, in words."""

from collections.abc import Mapping

# Acts that the person concerned reads on the page of their own activity. What is missing here is for staff alone:
# holds and the steps of a review are told to a person by those who decide them, not by a list.
TOLD_TO_THE_PERSON: Mapping[str, str] = {
    "applicants.account_opened": "Account opened",
    "applicants.birth_date_corrected": "Date of birth corrected from your document",
    "applicants.birth_date_requested": "Correction of the date of birth asked for",
    "applicants.birth_date_returned": "Correction of the date of birth sent back",
    "applicants.birth_date_withdrawn": "Correction of the date of birth withdrawn",
    "applicants.contact_updated": "Contact details changed",
    "applicants.correction_requested": "Correction of the record asked for",
    "applicants.deletion_requested": "Deletion of the record asked for",
    "applicants.email_change_requested": "Change of e-mail address asked for",
    "applicants.email_change_stopped": "Change of e-mail address stopped from the old address",
    "applicants.email_change_withdrawn": "Change of e-mail address withdrawn",
    "applicants.email_changed": "E-mail address changed",
    "applicants.export_downloaded": "Copy of the record downloaded",
    "applicants.export_requested": "Copy of the record asked for",
    "applicants.identity_accepted": "Identity confirmed",
    "applicants.identity_form_prepared": "Form to prove identity prepared",
    "applicants.identity_invalidated": "Identity has to be shown again",
    "applicants.identity_returned": "Proof of identity sent back",
    "applicants.identity_submitted": "Proof of identity handed in",
    "applicants.identity_withdrawn": "Proof of identity withdrawn",
    "applicants.name_changed": "Name on record changed",
    "applicants.name_request_accepted": "Change of name accepted",
    "applicants.name_request_returned": "Change of name sent back",
    "applicants.name_request_withdrawn": "Change of name withdrawn",
    "applicants.name_requested": "Change of name asked for",
    "applicants.number_link_sent": "Link to the identification number sent",
    "certification.application_accepted": "Application for Certification accepted",
    "certification.application_confirmed": "Purpose and requirements of certification confirmed",
    "certification.application_draft": "Application for Certification open again, because it was not paid",
    "certification.application_paid": "Application for Certification paid",
    "certification.application_rejected": "Application for Certification rejected",
    "certification.application_reminded": "Reminder of the application that was not submitted sent",
    "certification.application_returned": "Application for Certification returned",
    "certification.application_school_removed": "Medical school taken out of the application",
    "certification.application_started": "Application for Certification begun",
    "certification.application_submitted": "Application for Certification submitted",
    "certification.application_withdrawn": "Application for Certification withdrawn",
    "certification.credential_accepted_for_verification": "Credential accepted, to be verified with the school",
    "certification.credential_begun": "Credential begun",
    "certification.credential_discarded": "Credential that was not sent removed",
    "certification.credential_file_added": "File of a credential uploaded",
    "certification.credential_file_removed": "File of a credential removed",
    "certification.credential_file_replaced": "File of a credential replaced",
    "certification.credential_letter_accepted": "Letter of the school accepted",
    "certification.credential_refused": "Credential refused",
    "certification.credential_reminded": "School reminded of a credential",
    "certification.credential_reply_received": "School answered about a credential",
    "certification.credential_requeried": "School asked again about a credential",
    "certification.credential_returned_to_applicant": "Credential returned",
    "certification.credential_sent_to_school": "Credential sent to the school",
    "certification.credential_submitted": "Credential sent for review",
    "certification.credential_verified": "Credential verified by the school",
    "certification.evaluator_agreed": "Evaluator agreed",
    "certification.evaluator_declined": "Evaluator declined",
    "certification.evaluator_invited": "Evaluator invited",
    "certification.evaluator_withdrawn": "Invitation of an evaluator withdrawn",
    "certification.license_answered": "Licensing authority answered",
    "certification.license_confirmation_requested": "Licensing authority asked to confirm the license",
    "certification.pathway_accepted": "Application for a Pathway accepted",
    "certification.pathway_awaiting_third_party": "Application for a Pathway waits for others",
    "certification.pathway_begun": "Application for a Pathway begun",
    "certification.pathway_closed_with_season": "Application for a Pathway closed with its season",
    "certification.pathway_draft": "Application for a Pathway taken back",
    "certification.pathway_in_review": "Application for a Pathway in review",
    "certification.pathway_rejected": "Application for a Pathway not accepted",
    "certification.pathway_submitted": "Application for a Pathway submitted",
    "certification.verification_accepted": "Answer of your school accepted",
    "certification.verification_answered": "Your school answered",
    "certification.verification_opened": "Your school opened our request",
    "certification.verification_reminded": "School reminded",
    "certification.verification_requeried": "School asked once more",
    "certification.verification_sent": "Request sent to your school",
    "certification.certificate_extended": "Certificate extended",
    "certification.certificate_issued": "Certificate issued",
    "certification.certificate_made_permanent": "Certificate made valid indefinitely",
    "certification.certificate_replaced": "New copy of the certificate made",
    "certification.certificate_revoked": "Certificate revoked",
    "certification.record_carried_over": "Earlier record of your certification taken over",
    "certification.request_accepted": "Request about the certificate accepted",
    "certification.request_made": "Request about the certificate made",
    "certification.request_returned": "Request about the certificate sent back",
    "certification.request_submitted": "Request about the certificate handed to reviewers",
    "certification.request_withdrawn": "Request about the certificate withdrawn",
    "certification.copy_downloaded": "Certificate downloaded",
    "cvs.basket_closed": "Unpaid order closed",
    "cvs.bounced": "Report returned by the authority’s mail server",
    "cvs.reissue": "Revised report begun",
    "cvs.report_acknowledged": "Report acknowledged by the authority",
    "cvs.report_issued": "Report made",
    "cvs.report_withdrawn": "Report withdrawn",
    "cvs.request_canceled": "Request for a report canceled",
    "cvs.request_delivered": "Report opened by the authority",
    "cvs.request_delivery_problem": "Delivery of a report failed",
    "cvs.request_dispatched": "Report sent",
    "cvs.request_funded": "Report paid for",
    "cvs.resend": "Report sent again",
    "payments.cancel_requested": "Cancellation of a payment asked for",
    "payments.credit_granted": "Credit given",
    "applicants.second_factor_removed": "Lost second factor removed",
    "payments.order_canceled": "Order canceled",
    "payments.order_expired": "Order expired",
    "payments.order_opened": "Order begun",
    "payments.order_paid": "Order paid",
    "payments.payment_canceled": "Payment canceled",
    "payments.payment_created": "Payment begun",
    "payments.payment_failed": "Payment failed",
    "payments.payment_paid": "Payment received",
    "payments.refund_requested": "Refund begun",
    "payments.refund_succeeded": "Refund made",
    "portal.message_preferences_changed": "Choice of messages changed",
}

_STAFF_ONLY: Mapping[str, str] = {
    "portal.record_read": "Record opened",
    "portal.list_searched": "List searched",
    "portal.list_exported": "List downloaded",
}

# Actors that are no person, where their name in the log would not say enough.
PARTS: Mapping[str, str] = {"authority": "The licensing authority", "mail server": "The mail server"}
THE_PORTAL = "The portal"


def act_in_words(event: str) -> str:
    """Return `event`, a namespaced verb, in words: "payments.order_paid" is "Order paid"."""
    known = TOLD_TO_THE_PERSON.get(event) or _STAFF_ONLY.get(event)
    return known or event.rpartition(".")[2].replace("_", " ").capitalize()


def facts_in_words(facts: Mapping[str, object]) -> str:
    """Return the small facts of an event as a line: `was: created, amount cents: 6600`."""
    return ", ".join(f"{name.replace('_', ' ')}: {_value(value)}" for name, value in sorted(facts.items()))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value).replace(",", ", ")
