"""Facts about the person's standing: identity, application, cases, holds, the certificate and what came after it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from certification.rules.facts.marks import InOrder


@dataclass(frozen=True, kw_only=True)
class Passport:
    """The passport that was checked."""

    name: Annotated[str, "Name exactly as in the passport."]
    expires_on: Annotated[date, "Last day of validity."]
    checked_on: Annotated[date | None, "Day staff checked it. Omitted or null: not checked yet."] = None


@dataclass(frozen=True, kw_only=True)
class IdentityForm:
    """The Certification of Identification Form of the model before August 2025."""

    created_on: Annotated[date, "Day the form was created; it must arrive within one year."]
    received_on: Annotated[date | None, "Day it arrived."] = None
    accepted_on: Annotated[date | None, "Day staff accepted it."] = None

    ORDER: ClassVar = (InOrder("created_on", "received_on"), InOrder("received_on", "accepted_on"))


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who the person is, and how that was established."""

    name: Annotated[str, "Name of record, as in the passport."]
    passport: Annotated[Passport | None, "Omitted: none on file."] = None
    identity_form: Annotated[IdentityForm | None, "Omitted: none."] = None
    checked_on: Annotated[
        date | None, "Day the identity was verified with the account (model since August 2025). Omitted: not yet."
    ] = None
    name_changed_on: Annotated[date | None, "Day of the last change of name; it invalidates an older form."] = None
    possible_duplicate: Annotated[bool, "May already have an identification number; staff look at it."] = False


class ApplicationState(StrEnum):
    """Where the Application for Certification stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PAID = "paid"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Application:
    """The Application for Certification."""

    state: Annotated[ApplicationState, "Only `accepted` satisfies the requirement."]
    submitted_on: Annotated[date | None, "Ignored before this day. Omitted: earlier."] = None
    accepted_on: Annotated[
        date | None, "Before this day an accepted application counts as in review. Omitted: accepted earlier."
    ] = None
    state_since: Annotated[date | None, "Day of the present state, for the days waited."] = None
    returned_reason: Annotated[str, "Why it was returned, in words for the applicant."] = ""

    ORDER: ClassVar = (InOrder("submitted_on", "accepted_on"),)

    def accepted(self, on: date) -> bool:
        """Tell whether it was accepted by that day."""
        return self.state is ApplicationState.ACCEPTED and (self.accepted_on is None or self.accepted_on <= on)

    def submitted(self, on: date) -> bool:
        """Tell whether it was submitted, paid or not, by that day and not taken back or refused."""
        out = (ApplicationState.DRAFT, ApplicationState.REJECTED, ApplicationState.WITHDRAWN)
        return self.state not in out and (self.submitted_on is None or self.submitted_on <= on)


class SanctionKind(StrEnum):
    """What the committee may impose; several may be combined."""

    BAR_FROM_EXAMS = "bar_from_exams"
    BAR_FROM_SERVICES = "bar_from_services"
    WITHHOLD_RESULTS = "withhold_results"
    WITHHOLD_CERTIFICATE = "withhold_certificate"
    REVOKE_CERTIFICATE = "revoke_certificate"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Sanction:
    """One sanction of a finding."""

    kind: Annotated[SanctionKind, "What it is."]
    from_date: Annotated[date, "First day."]
    until: Annotated[date | None, "Last day. Omitted or null: no end."] = None

    ORDER: ClassVar = (InOrder("from_date", "until"),)

    def runs(self, on: date) -> bool:
        """Tell whether it is in effect on that day."""
        return self.from_date <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, kw_only=True)
class IrregularCase:
    """A case of irregular behavior."""

    opened_on: Annotated[date, "Ignored before this day."]
    closed_on: Annotated[date | None, "Day of the decision. Omitted or null: still open."] = None
    finding: Annotated[bool, "The committee found irregular behavior: a permanent annotation."] = False
    sanctions: Annotated[tuple[Sanction, ...], "What the committee imposed."] = ()

    ORDER: ClassVar = (InOrder("opened_on", "closed_on"),)

    def is_open(self, on: date) -> bool:
        """Tell whether it is undecided on that day."""
        return self.opened_on <= on and (self.closed_on is None or on < self.closed_on)


class HoldKind(StrEnum):
    """Why services stop for a person."""

    DEBIT_BALANCE = "debit_balance"
    IRREGULAR_BEHAVIOR = "irregular_behavior"
    STAFF = "staff"


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A hold that staff placed."""

    kind: Annotated[HoldKind, "Why."]
    placed_on: Annotated[date, "First day."]
    lifted_on: Annotated[date | None, "Day it ended; from then on it is over. Omitted or null: open."] = None

    ORDER: ClassVar = (InOrder("placed_on", "lifted_on"),)

    def is_open(self, on: date) -> bool:
        """Tell whether it stops services on that day."""
        return self.placed_on <= on and (self.lifted_on is None or on < self.lifted_on)


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """An issued certificate. What was required for it is settled and not judged again."""

    issued_on: Annotated[date, "Certified from this day on; ignored before it."]
    valid_through: Annotated[date | None, "Last day of validity; null: no expiry. Must be given."]
    number: Annotated[str, "Certificate number."] = ""
    validation_requested_on: Annotated[date | None, "Day permanent validation was requested."] = None
    made_permanent_on: Annotated[date | None, "Day permanent validation was approved."] = None
    revoked_on: Annotated[date | None, "Day of the revocation."] = None

    ORDER: ClassVar = (
        InOrder("issued_on", "valid_through"),
        InOrder("issued_on", "validation_requested_on"),
        InOrder("issued_on", "made_permanent_on"),
        InOrder("issued_on", "revoked_on"),
    )


class TrainingKind(StrEnum):
    """What kind of program the clinical training was in."""

    ACGME = "acgme"
    ASSOCIATED_NON_STANDARD = "associated_non_standard"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Training:
    """One period of clinical training in the United States."""

    started_on: Annotated[date, "First day."]
    ended_on: Annotated[date | None, "Last day, inclusive. Omitted or null: still there."] = None
    program: Annotated[TrainingKind, "Only the first two count toward permanent validation."] = TrainingKind.ACGME
    j1_sponsored: Annotated[bool, "On a J-1 visa sponsored by the commission."] = False

    ORDER: ClassVar = (InOrder("started_on", "ended_on"),)


@dataclass(frozen=True, kw_only=True)
class UsLicence:
    """A license to practice in a US state or jurisdiction."""

    jurisdiction: Annotated[str, "State or jurisdiction."]
    issued_on: Annotated[date, "First day."]
    unrestricted: Annotated[bool, "Full and unrestricted."]
    ended_on: Annotated[date | None, "Last day. Omitted or null: still valid."] = None

    ORDER: ClassVar = (InOrder("issued_on", "ended_on"),)

    def counts(self, on: date) -> bool:
        """Tell whether it is full, unrestricted and valid on that day."""
        return self.unrestricted and self.issued_on <= on and (self.ended_on is None or on <= self.ended_on)
