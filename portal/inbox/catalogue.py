"""Every kind of message that the portal writes, in one list: who gets it, in which words, and whether it may be declined.

`template` is a folder of templates/emails. A kind without `why_always` is optional: the person decides whether it also
comes by e-mail. In the inbox there is always a copy.
"""

from dataclasses import dataclass
from enum import Enum


class Audience(Enum):
    """Who gets a kind of message."""

    PHYSICIAN = "physicians"
    ACCOUNT = "everybody who signs in"
    FORMER_ADDRESS = "an address that was, or is to be, given up"
    NEWCOMER = "people who register, look for their number or give a new address"
    AUTHORITY = "licensing authorities"
    SCHOOL = "people of medical schools"
    EVALUATOR = "physicians who evaluate applicants"
    STAFF = "staff"
    SUBSCRIBER = "readers of the newsletter"


# Kept in the inbox; the others have no account, or read their mail elsewhere.
IN_INBOX = frozenset({Audience.PHYSICIAN, Audience.ACCOUNT})


@dataclass(frozen=True)
class MessageKind:
    """One kind of message.

    `words` name it on the page of preferences. `link` is the name in the context of the address that the message leads
    to, and `link_label` the words of its button.
    """

    template: str
    words: str
    audience: Audience
    why_always: str = ""
    by_default: bool = True
    link: str = ""
    link_label: str = ""

    @property
    def is_optional(self) -> bool:
        """Tell whether a person may do without this message by e-mail."""
        return self.audience in IN_INBOX and not self.why_always


MONEY = "It is about your money."
IDENTITY = "It is about who you are; nobody else may decide that unnoticed."
CREDENTIALS = "Your certification depends on it."
ASKED = "You asked for it, or somebody did in your name."
SAFETY = "Somebody else may have made the change."
RIGHTS = "A right or a deadline of yours depends on it."
SEASON = "A season has an end, and what is not complete by then is lost."
ORDER_WAITS = "Your order waits until you act, or until we have."


def _order(template: str, words: str, *, why_always: str = "", label: str = "Track your order") -> MessageKind:
    return MessageKind(
        template, words, Audience.PHYSICIAN, why_always=why_always, link="tracking_url", link_label=label
    )


def _record(template: str, words: str, *, label: str) -> MessageKind:
    return MessageKind(template, words, Audience.PHYSICIAN, why_always=IDENTITY, link="page_url", link_label=label)


def _certificate(
    template: str, words: str, *, why_always: str = "", label: str = "See your certificate"
) -> MessageKind:
    return MessageKind(template, words, Audience.PHYSICIAN, why_always=why_always, link="page_url", link_label=label)


def _credential(template: str, words: str, *, label: str = "See your credential") -> MessageKind:
    return MessageKind(template, words, Audience.PHYSICIAN, why_always=CREDENTIALS, link="page_url", link_label=label)


def _pathway(template: str, words: str, *, label: str = "Open your application") -> MessageKind:
    return MessageKind(template, words, Audience.PHYSICIAN, why_always=SEASON, link="page_url", link_label=label)


def _application(template: str, words: str) -> MessageKind:
    return MessageKind(
        template, words, Audience.PHYSICIAN, why_always=CREDENTIALS, link="page_url", link_label="See your application"
    )


def _own_data(template: str, words: str, label: str) -> MessageKind:
    return MessageKind(template, words, Audience.PHYSICIAN, why_always=ASKED, link="link", link_label=label)


_ALL = (
    _order("payment_received", "Payment received", why_always=MONEY),
    _order("bank_payment_on_its_way", "Your bank payment is on its way", why_always=MONEY),
    _order("bank_payment_failed", "Your bank payment did not arrive", why_always=MONEY, label="Pay for your order"),
    _order("payment_under_review", "We are checking your payment", why_always=ORDER_WAITS),
    _order("payment_not_completed", "Your payment was not completed", label="Finish your order"),
    _order("refund_made", "We returned a payment", why_always=MONEY),
    _order("report_sent", "A status report was sent"),
    _order("report_acknowledged", "A licensing authority received a status report"),
    _order("delivery_problem", "A status report is delayed", why_always="A deadline of yours may depend on it."),
    _order("own_report_withdrawn", "A status report was withdrawn", why_always="A licence may rest on it."),
    _record("identity_accepted", "Your identity is confirmed", label="Go to your dashboard"),
    _record("identity_returned", "Your document was returned", label="See what to do"),
    _record("name_changed", "Your name of record was changed", label="See your names"),
    _record("former_name_verified", "Your former name was verified", label="See your names"),
    _record("name_request_returned", "Your request about a name was returned", label="See what to do"),
    _record("birth_date_corrected", "Your date of birth was corrected", label="See your date of birth"),
    _record(
        "birth_date_request_returned", "Your request about your date of birth was returned", label="See what to do"
    ),
    _certificate("certificate_issued", "Your certificate was issued"),
    _certificate("certificate_changed", "Your certificate was changed"),
    _certificate("certificate_revoked", "Your certificate was revoked", why_always=RIGHTS),
    _credential("credential_returned", "A credential was returned", label="See what to do"),
    _credential("credential_letter_accepted", "The letter of your school was accepted"),
    _credential("credential_accepted", "A credential was accepted"),
    _credential("credential_verified", "A credential was verified"),
    _credential("credential_refused", "A credential was refused"),
    MessageKind(
        "result_arrived",
        "A result of an examination arrived",
        Audience.PHYSICIAN,
        link="page_url",
        link_label="Go to your dashboard",
    ),
    _certificate("certificate_request_returned", "Your request about your certificate was returned", why_always=RIGHTS),
    _certificate("case_notice", "A notice about your record", why_always=RIGHTS, label="Read the notice"),
    _certificate("case_decided", "A decision about your record", why_always=RIGHTS, label="Read the decision"),
    _certificate("time_limit_near", "A time limit of yours comes near", why_always=RIGHTS, label="See by when"),
    _application("application_received", "Your application for certification was received"),
    _application("application_accepted", "Your application for certification was accepted"),
    _application("application_returned", "Your application for certification was returned"),
    _application("application_rejected", "Your application for certification was rejected"),
    _application("application_reminder", "Your unfinished application will be deleted"),
    MessageKind("email_change_requested", "Somebody wants to change your e-mail address", Audience.FORMER_ADDRESS),
    MessageKind("email_address_changed", "Your e-mail address was changed", Audience.FORMER_ADDRESS),
    _own_data("own_data_ready", "The copy of your data is ready", "Go to your data"),
    _own_data("correction_answered", "We answered your request for a correction", "Read the answer"),
    _own_data("deletion_requested", "You asked us to delete your account", "See or cancel the request"),
    _own_data("deletion_canceled", "Your account stays", "Go to your data"),
    _own_data("deletion_refused", "We could not delete your account", "Read the answer"),
    MessageKind("account_deleted", "Your account was deleted", Audience.FORMER_ADDRESS),
    MessageKind("email_change_confirm", "Confirm your new e-mail address", Audience.NEWCOMER),
    MessageKind("email_address_in_use", "We write to this address from now on", Audience.NEWCOMER),
    MessageKind(
        "security_notice",
        "A change to how you sign in",
        Audience.ACCOUNT,
        why_always=SAFETY,
        link="account_url",
        link_label="Your account",
    ),
    MessageKind("registration_confirm", "Confirm your e-mail address", Audience.NEWCOMER),
    MessageKind("registration_known_address", "You have an account", Audience.NEWCOMER),
    MessageKind("registration_resume", "Go on with your registration", Audience.NEWCOMER),
    MessageKind("registration_under_review", "We are checking your registration", Audience.NEWCOMER),
    MessageKind("registration_on_file", "You are on file", Audience.NEWCOMER),
    MessageKind("registration_closed", "Your registration was closed", Audience.NEWCOMER),
    MessageKind("registration_opened", "Your account is open", Audience.NEWCOMER),
    MessageKind("forgotten_number", "Your identification number", Audience.NEWCOMER),
    MessageKind("newsletter_confirm", "Confirm your subscription", Audience.SUBSCRIBER),
    MessageKind("newsletter_already", "You are subscribed", Audience.SUBSCRIBER),
    MessageKind("newsletter_issue", "An issue of the newsletter", Audience.SUBSCRIBER),
    MessageKind("to_authority", "A status report", Audience.AUTHORITY),
    MessageKind("report_withdrawn", "A status report was withdrawn", Audience.AUTHORITY),
    MessageKind("school_request", "A request to a medical school", Audience.SCHOOL),
    MessageKind("school_reminder", "A reminder to a medical school", Audience.SCHOOL),
    MessageKind("school_question", "A question about a school’s answer", Audience.SCHOOL),
    MessageKind("school_new_link", "A new link for a request to a school", Audience.SCHOOL),
    MessageKind("school_account", "An account for a school’s official", Audience.SCHOOL),
    _pathway("pathway_under_way", "Your Pathway application is under way"),
    _pathway("pathway_in_review", "Everything for your Pathway has arrived"),
    _pathway("pathway_accepted", "Your Pathway was accepted"),
    _pathway("pathway_rejected", "Your Pathway application was not accepted", label="Read the reason"),
    _pathway("pathway_deadline", "The season of your Pathway closes soon"),
    _pathway("pathway_closed", "Your Pathway application ended with the season"),
    _pathway("pathway_paid_late", "Your Pathway fee came after the season had closed"),
    MessageKind("evaluator_invited", "An invitation to evaluate an applicant", Audience.EVALUATOR),
    MessageKind("staff_alert", "Something needs a person", Audience.STAFF),
)

KINDS: dict[str, MessageKind] = {kind.template: kind for kind in _ALL}


def optional_kinds() -> list[MessageKind]:
    """Return the kinds that a person may switch off by e-mail, in the order of the catalogue."""
    return [kind for kind in KINDS.values() if kind.is_optional]


def essential_kinds() -> list[MessageKind]:
    """Return the kinds that always come by e-mail as well, in the order of the catalogue."""
    return [kind for kind in KINDS.values() if kind.audience in IN_INBOX and not kind.is_optional]
