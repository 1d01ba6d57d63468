"""What staff decide about an application: accept, return with reasons, reject by two people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from applicants import purchases
from applicants.models import User
from applicants.permissions import agreed_by_two, require
from applicants.services import reviews
from applicants.services.reviews import DecisionError, Judgment
from certification.models import Application, Credential, MedicalEducation, MedicalSchool, MedicalSchoolAttendance
from certification.services.application.messages import tell
from certification.services.application.moves import note
from certification.services.rule_tables import current_tables
from certification.states import ACCEPTED_CHECK, ApplicationState, CredentialKind
from portal import audit, four_eyes
from portal.audit import actor_label
from portal.models import FourEyesAct

REVIEW = "certification.review_applications"
# What a reviewer looks at before accepting: name → words.
CHECKS = {
    "identity": "The record is the person’s: name and birth date were checked with the identity",
    "school": "The school gives the degree, in the years entered, and its sponsor note covers the graduation",
    "title": "The title is one that this school gives",
    "history": "Schools, dates and credit years fit together without a gap that needs an explanation",
    "transfers": "Transferred credits are disclosed, or there are none",
}


OLDER_CREDITS = "A document of the school shows on which day the transferred credits were accepted (R-CRED-2g)"


def checks_of(application: Application) -> dict[str, str]:
    """Return what a reviewer looks at before accepting this application: name → words."""
    period = current_tables().period("R-CRED-2")
    older = application.attendances.filter(accepted_on__lt=period.effective_from) if period else None
    return CHECKS | ({ACCEPTED_CHECK: OLDER_CREDITS} if older is not None and older.exists() else {})


@dataclass(frozen=True)
class ApplicationJudgment(Judgment):
    """What a reviewer of applications enters; `read_school` is the code of the degree's school in the Directory."""

    read_school: str = ""

    def values(self) -> dict[str, object]:
        """Return the fields of the record with what was entered."""
        return {**super().values(), "read_school": self.read_school}


def degree_of(application: Application) -> MedicalSchoolAttendance | None:
    """Return the school that gives the degree."""
    return application.attendances.select_related("school").filter(awarded_degree=True).first()


def _begin(key: int, judgment: Judgment, reviewer: User) -> Application:
    require(actor_label(reviewer), REVIEW)
    return reviews.begin_decision(Application, key, judgment=judgment, reviewer=reviewer)


def _decide(application: Application, state: ApplicationState, *, actor: str, reason: str, at: datetime) -> None:
    application.moved_at = at
    reviews.decide(application, state.value, actor=actor, at=at)
    note(application, state.value, at=at, actor=actor, reason=reason)


@transaction.atomic
def accept(*, key: int, judgment: Judgment, reviewer: User, at: datetime) -> Application:
    """Accept: the degree goes on record and the credentials that are now expected are begun, in one transaction.

    Raises `ReviewError`, `NotAllowedError`; `DecisionError` while checks are missing, while the school is not found in the
    Directory, or when a degree is on record already.
    """
    actor = actor_label(reviewer)
    application = _begin(key, judgment, reviewer)
    reviews.require_checks(judgment, checks_of(application))
    school = _school_of(application)
    if MedicalEducation.objects.filter(applicant=application.applicant).exists():
        raise DecisionError("checks", "A medical degree of this person is on record already. Ask an administrator")
    MedicalEducation.objects.create(
        applicant=application.applicant,
        school=school,
        school_name=school.name,
        degree_title=application.degree_title,
        graduation_on=application.graduation_on if application.graduated else None,
        degree_on=application.degree_on,
    )
    _begin_credentials(application, school, at=at, actor=actor)
    four_eyes.lapse(FourEyesAct.REJECT_APPLICATION, subject=application, at=at)
    _decide(application, ApplicationState.ACCEPTED, actor=actor, reason="", at=at)
    if application.order_line is not None:
        purchases.till().earn(line_id=application.order_line, at=at, actor=actor)
    tell("application_accepted", application, at=at)
    return application


def _school_of(application: Application) -> MedicalSchool:
    """Return the degree's school: the one that the reviewer found, or that the person chose."""
    degree = degree_of(application)
    if application.read_school:
        found = MedicalSchool.objects.filter(code=application.read_school.upper()).first()
        if found is None:
            raise DecisionError("read_school", "No school in the Directory has this code")
        return found
    if degree is None or degree.school is None:
        raise DecisionError("read_school", "Enter the code of the school in the Directory, or return the application")
    return degree.school


def _begin_credentials(application: Application, school: MedicalSchool, *, at: datetime, actor: str) -> None:
    """Begin the credentials that the school must verify, unless the person has begun them (R-PSV-1 to R-PSV-3)."""
    begun = list(Credential.objects.filter(applicant=application.applicant).values_list("kind", "issuer"))
    kinds = {kind for kind, _ in begun}
    for kind, issuer, where in _expected(application, school):
        transfer = kind is CredentialKind.TRANSFER_TRANSCRIPT
        if (kind.value, issuer) in begun or (not transfer and kind.value in kinds):
            continue
        credential = Credential.objects.create(
            applicant=application.applicant,
            kind=kind,
            issuer=issuer,
            school=where,
            degree_title=application.degree_title if kind is CredentialKind.DIPLOMA else "",
            moved_at=at,
        )
        audit.record("certification.credential_expected", actor=actor, subject=credential, at=at)


def _expected(
    application: Application, school: MedicalSchool
) -> Iterator[tuple[CredentialKind, str, MedicalSchool | None]]:
    yield CredentialKind.DIPLOMA, school.name, school
    yield CredentialKind.TRANSCRIPT, school.name, school
    transfers = application.attendances.select_related("school").filter(awarded_degree=False).order_by("pk")
    for row in transfers:
        if row.credit_years:
            yield CredentialKind.TRANSFER_TRANSCRIPT, row.school_name, row.school


@transaction.atomic
def give_back(*, key: int, judgment: Judgment, reviewer: User, at: datetime) -> Application:
    """Return the application with reasons, for the person to correct; nothing is paid again. Raises as `accept`."""
    application = _begin(key, judgment, reviewer)
    reviews.require_reason(judgment)
    four_eyes.lapse(FourEyesAct.REJECT_APPLICATION, subject=application, at=at)
    _decide(application, ApplicationState.RETURNED, actor=actor_label(reviewer), reason="", at=at)
    # A return decides nothing: the next decision is about the next submission.
    application.warnings_accepted_at = None
    application.history_complete_at = None
    application.save(update_fields=["warnings_accepted_at", "history_complete_at"])
    tell("application_returned", application, at=at, reason=application.return_reason)
    return application


@transaction.atomic
def reject(*, key: int, judgment: Judgment, reviewer: User, at: datetime) -> bool:
    """Reject; takes two people, and False says that the second is awaited. The record is free for them then.

    Raises `ReviewError`, `NotAllowedError`, `SamePersonError`.
    """
    actor = actor_label(reviewer)
    application = _begin(key, judgment, reviewer)
    reviews.require_reason(judgment)
    act = FourEyesAct.REJECT_APPLICATION
    if not agreed_by_two(act, subject=application, reason=judgment.return_reason, actor=actor, at=at):
        application.reviewer_until = at
        application.save()
        return False
    _decide(application, ApplicationState.REJECTED, actor=actor, reason="", at=at)
    if application.order_line is not None:
        purchases.till().earn(line_id=application.order_line, at=at, actor=actor)
    tell("application_rejected", application, at=at, reason=application.return_reason)
    return True
