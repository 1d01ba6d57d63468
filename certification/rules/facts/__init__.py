"""Everything the rules may know of a person, as frozen values: the input of the engine.

Each field carries its type, what it means and its limits; the reader and the JSON Schema are made from them. What is
omitted is not on record, and never counts as satisfied unless the field's description says so.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from certification.rules.facts.credentials import (
    Credential,
    CredentialState,
    NameProof,
    ProofKind,
    Reply,
    ReplySource,
    Translation,
    Translator,
)
from certification.rules.facts.education import (
    Award,
    Education,
    School,
    SponsorNote,
    TranscriptState,
    Transfer,
)
from certification.rules.facts.examinations import Exam, OetSitting, Result, Sitting, WindowException
from certification.rules.facts.marks import Between
from certification.rules.facts.skills import (
    CommitteeDecision,
    Encounter,
    Evaluator,
    Licence,
    PathwayApplication,
    PathwayState,
)
from certification.rules.facts.standing import (
    Application,
    ApplicationState,
    Certificate,
    Hold,
    HoldKind,
    Identity,
    IdentityForm,
    IrregularCase,
    Passport,
    Sanction,
    SanctionKind,
    Training,
    TrainingKind,
    UsLicence,
)

__all__ = [
    "Application",
    "ApplicationState",
    "Award",
    "Certificate",
    "CommitteeDecision",
    "Credential",
    "CredentialState",
    "Education",
    "Encounter",
    "Evaluator",
    "Exam",
    "Hold",
    "HoldKind",
    "Identity",
    "IdentityForm",
    "IrregularCase",
    "Licence",
    "NameProof",
    "OetSitting",
    "Passport",
    "PathwayApplication",
    "PathwayState",
    "PersonFacts",
    "ProofKind",
    "Reply",
    "ReplySource",
    "Result",
    "Sanction",
    "SanctionKind",
    "School",
    "Sitting",
    "SponsorNote",
    "Training",
    "TrainingKind",
    "TranscriptState",
    "Transfer",
    "Translation",
    "Translator",
    "UsLicence",
    "WindowException",
]


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    """A person on the day of evaluation. Entries dated after that day are ignored."""

    identity: Annotated[Identity | None, "Who the person is. Omitted: nothing on file, so pending."] = None
    application: Annotated[
        Application | None, "The Application for Certification. Omitted: none was made, so not met."
    ] = None
    education: Annotated[Education | None, "School and degree. Omitted: not known, so pending."] = None
    examinations: Annotated[
        tuple[Sitting, ...], "Every attempt at Step 1, Step 2 CK and Step 2 CS. Omitted: none."
    ] = ()
    first_registered_on: Annotated[
        date | None, "First registration for any Step. Omitted: the day of the first attempt, if any."
    ] = None
    window_exceptions: Annotated[tuple[WindowException, ...], "Longer time limits granted by staff."] = ()
    pathway_applications: Annotated[tuple[PathwayApplication, ...], "Applications for a Pathway, every season."] = ()
    oet_sittings: Annotated[tuple[OetSitting, ...], "Every administration of OET Medicine."] = ()
    diploma: Annotated[Credential | None, "The final medical diploma. Omitted or null: not received, so pending."] = (
        None
    )
    transcript: Annotated[Credential | None, "The final transcript. Omitted or null: not received, so pending."] = None
    balance: Annotated[
        Decimal, "Financial account in US dollars; negative when money is owed.", Between(-1_000_000, 1_000_000)
    ] = Decimal(0)
    irregular_cases: Annotated[tuple[IrregularCase, ...], "Cases of irregular behavior. Omitted: none."] = ()
    holds: Annotated[tuple[Hold, ...], "Holds placed by staff. Omitted: none."] = ()
    certificate: Annotated[Certificate | None, "The issued certificate. Omitted or null: not certified yet."] = None
    training: Annotated[tuple[Training, ...], "Clinical training in the United States. Omitted: none."] = ()
    us_licences: Annotated[tuple[UsLicence, ...], "US licenses. Omitted: none."] = ()
