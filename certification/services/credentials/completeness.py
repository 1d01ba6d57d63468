"""What is still missing before a credential can be sent for review."""

from collections.abc import Iterable
from dataclasses import dataclass

from applicants.models import VerifiedName
from applicants.naming import comparable
from certification.languages import ENGLISH
from certification.models import Credential, CredentialDocument
from certification.states.credentials import CredentialKind, CredentialPart

# Words of the page for what is missing; each says what to do.
NO_FILE = "Upload the document itself"
NO_FACTS = "Say what is printed on the document"
NO_TRANSLATION = "Upload an English translation of the whole document (it is not in English)"
NO_NAME_EVIDENCE = (
    "Upload evidence that the name on the document is yours, or ask us to verify a former name: the document does not "
    "show your name of record exactly"
)
STILL_CHECKING = "Wait until our check of your files has ended; it takes a minute or two"
FILE_REFUSED = "Replace the file that was not accepted"
_EITHER = {CredentialPart.ORIGINAL, CredentialPart.SCHOOL_LETTER}
UPLOAD, DESCRIBE, WAIT = "upload", "describe", "wait"


@dataclass(frozen=True)
class Missing:
    """What is missing, and which way leads to it: upload, describe or wait; `part` is what to upload."""

    text: str
    way: str
    part: str = ""


def missing(credential: Credential, documents: Iterable[CredentialDocument] | None = None) -> list[Missing]:
    """Return what must be done before `credential` can be sent; an empty list when it is complete.

    R-CRED-8 to R-CRED-10. `documents` are its current files where they are known already.
    """
    files = list(documents) if documents is not None else credential.current_documents()
    parts = {CredentialPart(file.part) for file in files if not file.upload.refusal}
    found = [*_files(credential, files, parts)]
    if not _is_described(credential, parts):
        return [*found, Missing(NO_FACTS, DESCRIBE)]
    if credential.language != ENGLISH and CredentialPart.TRANSLATION not in parts:
        found.append(Missing(NO_TRANSLATION, UPLOAD, CredentialPart.TRANSLATION))
    if CredentialPart.NAME_EVIDENCE not in parts and not is_own_name(credential, credential.name_on_document):
        found.append(Missing(NO_NAME_EVIDENCE, UPLOAD, CredentialPart.NAME_EVIDENCE))
    return found


def _files(credential: Credential, files: list[CredentialDocument], parts: set[CredentialPart]) -> Iterable[Missing]:
    # A letter does once what a letter can do; what is missing after that is the diploma (R-CRED-8).
    enough = {CredentialPart.ORIGINAL} if credential.letter_accepted_on else _EITHER
    if not parts & enough:
        yield Missing(NO_FILE, UPLOAD, CredentialPart.ORIGINAL)
    if any(file.upload.refusal for file in files):
        yield Missing(FILE_REFUSED, WAIT)
    if any(file.upload.in_progress for file in files):
        yield Missing(STILL_CHECKING, WAIT)


def is_letter_only(parts: set[CredentialPart]) -> bool:
    """Tell whether the school's letter stands in for a diploma that is not issued yet (R-CRED-8)."""
    return CredentialPart.SCHOOL_LETTER in parts and CredentialPart.ORIGINAL not in parts


def _is_described(credential: Credential, parts: set[CredentialPart]) -> bool:
    needed = [credential.issuer, credential.name_on_document, credential.language]
    if not is_letter_only(parts):
        needed.append(str(credential.issued_on or ""))
        if credential.kind == CredentialKind.DIPLOMA:
            needed.append(credential.degree_title)
    return all(needed)


def is_own_name(credential: Credential, name: str) -> bool:
    """Tell whether `name` is the name of record or a verified one, exactly (R-CRED-9, R-NAME-4)."""
    applicant = credential.applicant
    verified = VerifiedName.objects.filter(applicant_id=applicant.pk)
    others = {comparable(f"{row.given_names} {row.family_name}") for row in verified}
    return comparable(name) in {comparable(applicant.full_name), *others}
