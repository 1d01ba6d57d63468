"""What physicians, schools and staff do in the histories of the sample data, step by step, through the services."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from applicants.models import User
from applicants.naming import comparable
from applicants.services import reviews
from certification.application_texts import CURRENT_BOOKLET, CURRENT_CONFIRMATION
from certification.models import Application, Credential, DegreeTitle, PathwayApplication, VerificationRequest
from certification.services.application import drafts as application_drafts
from certification.services.application import review as application_review
from certification.services.application import submitting as application_submitting
from certification.services.application.drafts import Attendance
from certification.services.application.drafts import Degree as SaidDegree
from certification.services.application.review import ApplicationJudgment
from certification.services.credentials import deciding, handing_in
from certification.services.credentials.deciding import CredentialReading
from certification.services.credentials.handing_in import Printed
from certification.services.pathways import deciding as pathway_deciding
from certification.services.pathways import drafts as pathway_drafts
from certification.services.pathways import licenses
from certification.services.pathways import submitting as pathway_submitting
from certification.services.pathways.drafts import LicenseAnswers, SchoolAnswers
from certification.services.verification import answers, questions
from certification.services.verification import review as verification_review
from certification.services.verification.answers import Reply
from certification.states import CredentialKind, CredentialPart, Verdict
from portal.audit import actor_label
from sandbox.sample_data.papers import pass_check, sheet
from sandbox.sample_data.story import Story, link_in_mail

_YEARS_OF_STUDY = 6
_CREDIT_YEARS = Decimal(5)
_MINUTES_OF_REVIEW = timedelta(minutes=12)

# --- The application ---


def apply(story: Story, *, at: datetime) -> Application:
    """Answer every topic of the application and pay for it."""
    person, degree = story.person, story.degree
    application_drafts.start(applicant=person, at=at, actor=story.actor)
    application_drafts.see_details(applicant=person, at=at)
    application_drafts.keep_attendance(applicant=person, said=_attendance(story), key=None, at=at)
    application_drafts.complete_history(applicant=person, at=at)
    said = SaidDegree(True, degree.title, degree.graduation_on, degree.graduation_on)
    application_drafts.keep_degree(applicant=person, said=said, at=at)
    application_drafts.read_booklet(applicant=person, version=CURRENT_BOOKLET.version, at=at)
    application_drafts.confirm(
        applicant=person,
        version=CURRENT_CONFIRMATION.version,
        signed_name=person.full_name,
        at=at,
        actor=story.actor,
    )
    application_submitting.submit(applicant=person, accepts_warnings=True, at=at, actor=story.actor)
    story.pay(application_submitting.FEE, at=at)
    return Application.objects.get(applicant=person)


def _attendance(story: Story) -> Attendance:
    degree = story.degree
    return Attendance(
        school=degree.school,
        school_name=degree.school.name,
        country=str(degree.school.country.code),
        attended_from=date(degree.graduation_on.year - _YEARS_OF_STUDY, 9, 1),
        attended_to=degree.graduation_on,
        credit_years=_CREDIT_YEARS,
        awarded_degree=True,
    )


def accept_application(story: Story, *, at: datetime) -> None:
    """A reviewer makes every check and accepts."""
    key = Application.objects.get(applicant=story.person).pk
    reviews.take(Application, key, reviewer=story.reviewer, at=at)
    judgment = ApplicationJudgment(checks=tuple(application_review.CHECKS))
    application_review.accept(key=key, judgment=judgment, reviewer=story.reviewer, at=at + _MINUTES_OF_REVIEW)


def return_application(story: Story, reason: str, *, at: datetime) -> None:
    """A reviewer returns the application with what the person reads."""
    key = Application.objects.get(applicant=story.person).pk
    reviews.take(Application, key, reviewer=story.reviewer, at=at)
    judgment = ApplicationJudgment(return_reason=reason)
    application_review.give_back(key=key, judgment=judgment, reviewer=story.reviewer, at=at + _MINUTES_OF_REVIEW)


# --- Documents ---


def credential_of(story: Story, kind: CredentialKind) -> Credential:
    """Return the person's one credential of a kind."""
    return Credential.objects.get(applicant=story.person, kind=kind)


def _picture(story: Story, title: str, at: datetime) -> SimpleUploadedFile:
    degree = story.degree
    lines = (degree.school.name, story.person.full_name, degree.title, f"{degree.graduation_on:%B %Y}")
    return sheet(title, *lines, f"Copy of {at:%Y-%m-%d}")


def hand_in(story: Story, kind: CredentialKind, *, at: datetime) -> Credential:
    """Upload a document, say what is printed on it, and send it for review; another picture on another day."""
    with transaction.atomic():
        document = handing_in.begin(
            applicant=story.person,
            kind=kind,
            part=CredentialPart.ORIGINAL,
            issuer=story.degree.school.name,
            file=_picture(story, str(kind.label), at),
            at=at,
            actor=story.actor,
        )
        pass_check(document.upload)
    key = document.credential_id
    printed = Printed(
        story.person.full_name, story.degree.school.name, "en", story.degree.graduation_on, story.degree.title
    )
    handing_in.say_what_is_printed(applicant=story.person, key=key, printed=printed, at=at, actor=story.actor)
    return handing_in.submit(applicant=story.person, key=key, at=at, actor=story.actor)


def replace_file(story: Story, kind: CredentialKind, *, at: datetime) -> None:
    """Put a better picture in the place of the one that was returned, and send the document again."""
    credential = credential_of(story, kind)
    (former,) = credential.current_documents()
    with transaction.atomic():
        document = handing_in.replace_file(
            applicant=story.person,
            key=credential.pk,
            document=former.pk,
            file=_picture(story, str(kind.label), at),
            at=at,
            actor=story.actor,
        )
        pass_check(document.upload)
    handing_in.submit(applicant=story.person, key=credential.pk, at=at, actor=story.actor)


def _reading(story: Story, credential: Credential) -> CredentialReading:
    return CredentialReading(
        checks=tuple(deciding.needed_checks(credential)),
        name=story.person.full_name,
        degree_title=story.degree.title,
        issued_on=story.degree.graduation_on,
        issuer=story.degree.school.name,
        school_id=story.degree.school.pk,
    )


def accept_document(story: Story, kind: CredentialKind, *, at: datetime) -> None:
    """A reviewer sends a document to its school; where the Reference Guide lacks the title, a senior one, who says why."""
    credential, by = credential_of(story, kind), story.reviewer
    reading = _reading(story, credential)
    if kind is CredentialKind.DIPLOMA and not _title_is_known(story):
        by, note = story.senior, "The school’s own list of awards has this title."
        reading = replace(reading, title_by_hand=True, internal_note=note)
    reviews.take(Credential, credential.pk, reviewer=by, at=at)
    deciding.accept(key=credential.pk, reading=reading, reviewer=by, at=at + _MINUTES_OF_REVIEW)


def _title_is_known(story: Story) -> bool:
    rows = DegreeTitle.objects.concerning(story.degree.school, story.degree.graduation_on.year)
    return comparable(story.degree.title) in {comparable(row.title) for row in rows}


def return_document(story: Story, kind: CredentialKind, reason: str, *, at: datetime) -> None:
    """A reviewer returns a document with what the person reads."""
    key = credential_of(story, kind).pk
    reviews.take(Credential, key, reviewer=story.reviewer, at=at)
    reading = CredentialReading(return_reason=reason)
    deciding.give_back(key=key, reading=reading, reviewer=story.reviewer, at=at + _MINUTES_OF_REVIEW)


def suspect_fraud(story: Story, kind: CredentialKind, note: str, *, at: datetime) -> None:
    """Two people hand a document over as a suspected fraud."""
    key = credential_of(story, kind).pk
    for by in (story.reviewer, story.senior):
        reviews.take(Credential, key, reviewer=by, at=at)
        deciding.suspect(key=key, reading=CredentialReading(internal_note=note), reviewer=by, at=at)
        at += _MINUTES_OF_REVIEW


# --- What the school says ---


def request_of(story: Story, kind: CredentialKind) -> VerificationRequest:
    """Return the request to the school about a document."""
    return VerificationRequest.objects.get(credential=credential_of(story, kind))


def answer(story: Story, request: VerificationRequest, *, at: datetime, comments: str = "") -> None:
    """The registrar opens the link of their mail and confirms, or says in `comments` why not."""
    official = story.registrar()
    token = link_in_mail(official.email, "/school/answer/", about=request.reference)
    confirms = not comments
    reply = Reply(
        verdict=Verdict.CONFIRMED if confirms else Verdict.NOT_CONFIRMED,
        signatory_name=official.name,
        signatory_title=official.title,
        checks=dict.fromkeys(questions.questions_of(request), True) if confirms else {},
        comments=comments,
    )
    answers.answer_by_link(token, reply, at=at)


def accept_answer(story: Story, request: VerificationRequest, *, at: datetime) -> None:
    """A reviewer takes the answer as the verification."""
    actor = actor_label(story.reviewer)
    verification_review.accept(request.pk, reason="Signatory and seal agree with the list", at=at, actor=actor)


def refute(story: Story, request: VerificationRequest, reason: str, *, at: datetime) -> None:
    """Two people take the answer as a refutation."""
    for by in (story.reviewer, story.senior):
        verification_review.refute(request.pk, reason=reason, at=at, actor=actor_label(by))


def verify(story: Story, kinds: Sequence[CredentialKind], *, at: datetime) -> None:
    """Have documents verified within two weeks: handed in, reviewed, answered by the school, accepted."""
    story.registrar()
    for kind in kinds:
        hand_in(story, kind, at=at)
        accept_document(story, kind, at=at + timedelta(days=2))
        request = request_of(story, kind)
        answer(story, request, at=at + timedelta(days=9))
        accept_answer(story, request, at=at + timedelta(days=11))


# --- Pathways ---


def begin_pathway_1(story: Story, *, at: datetime) -> PathwayApplication:
    """Apply for Pathway 1 on a license, and pay."""
    draft = pathway_drafts.start(applicant=story.person, holds_license=True, at=at, actor=story.actor)
    held = LicenseAnswers(
        authority="Medical and Dental Council",
        country=str(story.degree.school.country.code),
        number=f"MDC/{story.person.identification_number[-4:]}",
        kind="full",
        unsupervised=True,
        met_all_requirements=True,
        disciplined=False,
        valid_from=story.degree.graduation_on + timedelta(days=500),
        valid_until=None,
    )
    with transaction.atomic():
        file = _picture(story, "License", at)
        draft = pathway_drafts.save_license(key=draft.pk, answers=held, file=file, at=at, actor=story.actor)
        upload = draft.license.upload
        if upload is not None:
            pass_check(upload)
    return _send(story, draft, at=at)


def begin_by_school(story: Story, claim: int | None, *, at: datetime) -> PathwayApplication:
    """Apply by the school's accreditation, Pathway 2 to 5, or by encounters where `claim` is None, and pay."""
    draft = pathway_drafts.start(applicant=story.person, holds_license=False, at=at, actor=story.actor)
    draft = pathway_drafts.save_school(key=draft.pk, answers=SchoolAnswers(claim=claim), at=at)
    return _send(story, draft, at=at)


def _send(story: Story, draft: PathwayApplication, *, at: datetime) -> PathwayApplication:
    sent = pathway_submitting.submit(key=draft.pk, declared=True, at=at, actor=story.actor)
    story.pay(pathway_submitting.fee_code(sent), at=at)
    return PathwayApplication.objects.get(pk=draft.pk)


def ask_authority(story: Story, application: PathwayApplication, *, at: datetime) -> None:
    """Staff ask the licensing authority to confirm the license."""
    licenses.record_request(key=application.pk, at=at, actor=actor_label(story.reviewer))


def confirm_license(story: Story, application: PathwayApplication, *, at: datetime) -> None:
    """The authority confirms, and staff note it."""
    note = "Letter of the council, received directly"
    licenses.record_answer(key=application.pk, confirmed=True, note=note, at=at, actor=actor_label(story.reviewer))


def accept_pathway(story: Story, application: PathwayApplication, *, at: datetime) -> None:
    """A reviewer makes every check and accepts."""
    reviews.take(PathwayApplication, application.pk, reviewer=story.reviewer, at=at)
    checks = tuple(code for code, _ in pathway_deciding.checks_of(application))
    judgment = reviews.Judgment(checks=checks)
    pathway_deciding.accept(key=application.pk, judgment=judgment, reviewer=story.reviewer, at=at)


def two_of_staff(story: Story) -> tuple[User, User]:
    """Return who issues certificates: a reviewer proposes, a senior one decides."""
    return story.reviewer, story.senior
