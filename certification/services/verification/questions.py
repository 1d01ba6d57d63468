"""The questions that a school answers with yes or no, for each kind of request."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certification.models import VerificationRequest
from certification.states import CredentialKind, VerificationPurpose

Questions = Mapping[str, str | Promise]

_GENUINE: Questions = {
    "genuine": _("Is the document shown here a true copy of a document that your school issued?"),
    "signatures": _("Are the signatures and the seal those that your school used at that time?"),
}
OF_DIPLOMA: Questions = {
    "graduated": _("Did this person complete all requirements for the degree at your school?"),
    **_GENUINE,
    "details": _("Are the name, the title of the degree and the dates in the document right?"),
}
OF_COURSES: Questions = {
    "attended": _("Was this person a student of your school?"),
    **_GENUINE,
    "details": _("Are the name, the courses, the results and the dates in the document right?"),
}
OF_TRANSCRIPT: Questions = {
    "attended": _("Was this person a student of your school?"),
    "complete": _("Does the transcript that you send cover all years of study at your school?"),
}
OF_ATTESTATION: Questions = {
    "status": _("Is this person a graduate of your school, or a student who will graduate this year?"),
    "interviewing": _("Has your school seen that this person can take a medical history from a patient?"),
    "examination": _("Has your school seen that this person can examine a patient?"),
    "communication": _("Has your school seen that this person can communicate with patients and colleagues?"),
}


def questions_of(request: VerificationRequest) -> Questions:
    """Return the questions of `request`, by key."""
    if request.purpose == VerificationPurpose.TRANSCRIPT:
        return OF_TRANSCRIPT
    if request.purpose == VerificationPurpose.ATTESTATION:
        return OF_ATTESTATION
    diploma = request.credential is not None and request.credential.kind == CredentialKind.DIPLOMA
    return OF_DIPLOMA if diploma else OF_COURSES


def takes_transcript(request: VerificationRequest) -> bool:
    """Tell whether the school may send the final transcript along (R-PSV-2)."""
    return request.purpose == VerificationPurpose.TRANSCRIPT or (
        request.credential is not None and request.credential.kind == CredentialKind.DIPLOMA
    )


def needs_transcript(request: VerificationRequest) -> bool:
    """Tell whether a confirmation without the transcript would be none."""
    return request.purpose == VerificationPurpose.TRANSCRIPT
