"""Facts about the diploma and the transcript: the papers, their names and languages, and their verification."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from certification.rules.facts.marks import InOrder


class CredentialState(StrEnum):
    """How far a credential is (section 5 of the rules)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    RETURNED_TO_APPLICANT = "returned_to_applicant"
    ACCEPTED_FOR_VERIFICATION = "accepted_for_verification"
    SENT_TO_SCHOOL = "sent_to_school"
    REMINDED = "reminded"
    REPLY_RECEIVED = "reply_received"
    REQUERIED = "requeried"
    VERIFIED = "verified"
    REFUSED = "refused"
    SUSPECTED_FRAUD = "suspected_fraud"


class ProofKind(StrEnum):
    """Papers that prove that another name is the same person's."""

    OLD_PASSPORT = "old_passport"
    MARRIAGE_CERTIFICATE = "marriage_certificate"
    COURT_ORDER = "court_order"
    SCHOOL_LETTER = "school_letter"
    OTHER_DOCUMENT = "other_document"
    VERIFIED_BEFORE = "verified_before"


@dataclass(frozen=True, kw_only=True)
class NameProof:
    """Proof for a name on a credential that is not the name of record."""

    kind: Annotated[ProofKind, "What it is."]
    accepted: Annotated[bool, "Staff accepted it; false while it waits for them."]


class Translator(StrEnum):
    """Who made a translation."""

    GOVERNMENT_OFFICIAL = "government_official"
    SCHOOL_OFFICIAL = "school_official"
    TRANSLATION_SERVICE = "translation_service"
    APPLICANT = "applicant"
    RELATIVE = "relative"
    NOTARY = "notary"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Translation:
    """The checklist of an English translation; what is omitted was not confirmed, and the translation is returned."""

    made_by: Annotated[Translator, "Only the first three are accepted; a notary's stamp changes nothing."]
    word_for_word: Annotated[bool, "Word for word."] = False
    from_original: Annotated[bool, "Made from the original or a photocopy, not from a retyped text."] = False
    signed_with_title: Annotated[bool, "Signature with title (and seal where there is one)."] = False
    letterhead: Annotated[bool, "Letterhead that identifies the office or company."] = False
    english_statement: Annotated[bool, "Certification statement in English."] = False
    checked: Annotated[bool, "Staff went through the checklist; false while it waits for them."] = True


class ReplySource(StrEnum):
    """Who handed over the school's answer."""

    SCHOOL = "school"
    APPLICANT = "applicant"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The answer to a request for verification."""

    received_from: Annotated[ReplySource, "Only what comes directly from the school is a verification."]
    received_on: Annotated[date | None, "Ignored before this day. Omitted: earlier."] = None
    signatory_listed: Annotated[bool, "The signatory is on the school's authorized list."] = True
    seal_present: Annotated[bool, "The school's seal, where it has one."] = True
    consistent: Annotated[bool, "The answers agree with each other and with the record."] = True


@dataclass(frozen=True, kw_only=True)
class Credential:
    """The final diploma or the final transcript."""

    state: Annotated[CredentialState, "Only `verified` satisfies the requirement."]
    name: Annotated[str, "Name of the person exactly as on the credential."]
    name_proof: Annotated[NameProof | None, "Needed when the name is not exactly the name of record."] = None
    language: Annotated[str, "Language code; anything but `en` needs a translation."] = "en"
    translation: Annotated[Translation | None, "The English translation."] = None
    submitted_on: Annotated[date | None, "Ignored before this day. Omitted: submitted earlier."] = None
    sent_to_school_on: Annotated[date | None, "Day it was sent to the school."] = None
    verified_on: Annotated[
        date | None, "Before this day a verified credential counts as waiting for us. Omitted: verified earlier."
    ] = None
    state_since: Annotated[date | None, "Day of the present state, for the days waited."] = None
    reply: Annotated[
        Reply | None, "The school's answer. May be omitted for a credential verified before replies were kept."
    ] = None
    returned_reason: Annotated[str, "Why it was returned, in words for the applicant."] = ""
    shows_issue_date: Annotated[bool, "The copy shows the issue date; true unless staff noted otherwise."] = True
    shows_signatures: Annotated[bool, "The copy shows all signatures; true unless staff noted otherwise."] = True
    third_party_evaluation: Annotated[bool, "It is a report of an evaluation service, not the paper itself."] = False

    ORDER: ClassVar = (InOrder("submitted_on", "sent_to_school_on"), InOrder("sent_to_school_on", "verified_on"))

    def verified(self, on: date) -> bool:
        """Tell whether staff had accepted its verification by that day, and the answer came from the school itself."""
        by_then = self.verified_on is None or self.verified_on <= on
        return self.state is CredentialState.VERIFIED and by_then and self.reply_counts

    @property
    def reply_counts(self) -> bool:
        """Tell whether nothing speaks against the answer: directly from the school, signed by a listed official."""
        reply = self.reply
        return reply is None or (
            reply.received_from is ReplySource.SCHOOL
            and reply.signatory_listed
            and reply.seal_present
            and reply.consistent
        )
