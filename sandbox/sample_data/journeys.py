"""Histories that took place in this portal, so that every queue of staff and every state of a checklist has somebody.

A dozen physicians took the whole way through the services, each up to another state of the work. Everybody else was
decided about before the portal and is taken over with `certification.services.carrying_over`. What waits is counted in
days before now, so that the queues look alike whenever the sample data is loaded; Pathways, in days before the end of a
season that is over.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from applicants.models import Applicant, User
from certification.models import (
    Certificate,
    IrregularBehaviorCase,
    MedicalSchool,
    PathwayApplication,
    SchoolOfficial,
    VerificationRequest,
)
from certification.services.cases import steps as case_steps
from certification.services.certificates import candidates, issuing, requests, revoking
from certification.services.certificates.requests import Ground
from certification.services.pathways import evaluators
from certification.services.pathways.evaluators import Declaration, Invitation
from certification.services.verification import accounts, reminders
from certification.services.verification import review as verification_review
from certification.states import CertificateRequestKind, CredentialKind, Pathway, VerificationPurpose
from portal.audit import actor_label
from portal.eastern import eastern_date
from sandbox.sample_data import SCHOOL_EMAIL, STAFF, steps
from sandbox.sample_data.papers import pass_check, sheet
from sandbox.sample_data.sign_in import add_authenticators
from sandbox.sample_data.story import Degree, Story, link_in_mail, season_for
from sandbox.sample_data.tables import rows

DIPLOMA, TRANSCRIPT = CredentialKind.DIPLOMA, CredentialKind.TRANSCRIPT
# One who was certified here had everything done in January 2026, within season 2026.
_CERTIFIED_ON = datetime(2026, 2, 2, 15, tzinfo=UTC)
_REVOKED_AT = datetime(2026, 9, 14, 15, tzinfo=UTC)


def _accepted(story: Story, *, at: datetime) -> None:
    story.registrar()
    steps.apply(story, at=at)
    steps.accept_application(story, at=at + timedelta(days=3))


def application_waiting(story: Story) -> None:
    """Applied and paid; a reviewer is next."""
    steps.apply(story, at=story.ago(2))


def application_returned(story: Story) -> None:
    """The application came back with a question."""
    steps.apply(story, at=story.ago(12))
    reason = "There is a gap of a year in your history. Say what you did between the two schools."
    steps.return_application(story, reason, at=story.ago(9))


def transcript_at_school(story: Story) -> None:
    """Diploma verified; the transcript was returned once, and the school was reminded of the better copy."""
    _accepted(story, at=story.ago(150))
    steps.hand_in(story, TRANSCRIPT, at=story.ago(145))
    steps.return_document(story, TRANSCRIPT, "The last page is cut off. Scan every page whole.", at=story.ago(142))
    steps.verify(story, [DIPLOMA], at=story.ago(140))
    steps.replace_file(story, TRANSCRIPT, at=story.ago(50))
    steps.accept_document(story, TRANSCRIPT, at=story.ago(48))
    reminders.remind(steps.request_of(story, TRANSCRIPT).pk, at=story.ago(17))


def under_suspicion(story: Story) -> None:
    """Diploma verified, and a transcript in which a reviewer sees an alteration; the committee looks into it."""
    _accepted(story, at=story.ago(120))
    steps.verify(story, [DIPLOMA], at=story.ago(110))
    steps.hand_in(story, TRANSCRIPT, at=story.ago(20))
    steps.suspect_fraud(story, TRANSCRIPT, "Two grades are in another typeface.", at=story.ago(15))
    member = actor_label(story.committee[0])
    case = IrregularBehaviorCase.objects.get(applicant=story.person)
    case_steps.start_review(case_id=case.pk, at=story.ago(13), actor=member)


def school_silent(story: Story) -> None:
    """The school has nobody on its list and was asked on paper; the transcript came back; evaluators are being found."""
    _, base = season_for(story.now)
    told = replace(story, now=base)
    steps.apply(told, at=told.ago(130))
    steps.accept_application(told, at=told.ago(127))
    steps.hand_in(told, DIPLOMA, at=told.ago(120))
    steps.accept_document(told, DIPLOMA, at=told.ago(118))
    letter = steps.request_of(told, DIPLOMA)
    verification_review.note_letter(letter.pk, at=told.ago(117), actor=actor_label(told.reviewer))
    steps.hand_in(told, TRANSCRIPT, at=told.ago(116))
    steps.return_document(told, TRANSCRIPT, "This is a list of courses, not the final transcript.", at=told.ago(112))
    reminders.remind(letter.pk, at=told.ago(86))
    application = steps.begin_by_school(told, None, at=told.ago(40))
    _find_evaluators(told, application)


def _find_evaluators(story: Story, application: PathwayApplication) -> None:
    for number, name in enumerate(("Kwame Mensah", "Ama Boateng"), start=1):
        address = f"evaluator{number}@hospital.example"
        invitation = Invitation(name, address, "Medical and Dental Council", "GH")
        evaluators.invite(key=application.pk, invitation=invitation, at=story.ago(35), actor=story.actor)
    declaration = Declaration(
        license_authority="Medical and Dental Council",
        license_country="GH",
        license_number="MDC/77",
        licensed_since=date(2008, 2, 1),
        unrestricted=True,
        not_a_relative=True,
        not_paid=True,
        shares_contact=True,
    )
    secret = link_in_mail("evaluator1@hospital.example", "/evaluate/")
    evaluators.agree(secret=secret, declaration=declaration, at=story.ago(33))


def answer_arrived(story: Story) -> None:
    """The school's answer about the diploma waits for a reviewer, and so does the transcript."""
    _accepted(story, at=story.ago(60))
    steps.hand_in(story, DIPLOMA, at=story.ago(40))
    steps.accept_document(story, DIPLOMA, at=story.ago(38))
    steps.answer(story, steps.request_of(story, DIPLOMA), at=story.ago(4))
    steps.hand_in(story, TRANSCRIPT, at=story.ago(3))


def refused(story: Story) -> None:
    """The school confirmed the transcript and did not find the diploma in its register; two people refused it."""
    _accepted(story, at=story.ago(200))
    steps.verify(story, [TRANSCRIPT], at=story.ago(190))
    steps.hand_in(story, DIPLOMA, at=story.ago(189))
    steps.accept_document(story, DIPLOMA, at=story.ago(187))
    request = steps.request_of(story, DIPLOMA)
    steps.answer(story, request, at=story.ago(170), comments="The number of this diploma is not in our register.")
    steps.refute(story, request, "The school has no such diploma", at=story.ago(166))


def awaiting_authority(story: Story) -> None:
    """Both documents verified; the licensing authority has yet to confirm the license for Pathway 1."""
    _, base = season_for(story.now)
    told = replace(story, now=base)
    _accepted(told, at=told.ago(100))
    steps.verify(told, [DIPLOMA, TRANSCRIPT], at=told.ago(95))
    application = steps.begin_pathway_1(told, at=told.ago(25))
    steps.ask_authority(told, application, at=told.ago(22))


def pathway_in_review(story: Story) -> None:
    """Everything of others has arrived for Pathway 1; a reviewer decides."""
    _, base = season_for(story.now)
    _through_pathway_1(replace(story, now=base))


def _through_pathway_1(story: Story) -> PathwayApplication:
    _accepted(story, at=story.ago(100))
    steps.verify(story, [DIPLOMA, TRANSCRIPT], at=story.ago(95))
    application = steps.begin_pathway_1(story, at=story.ago(30))
    steps.ask_authority(story, application, at=story.ago(28))
    steps.confirm_license(story, application, at=story.ago(6))
    application.refresh_from_db()
    return application


def waits_for_certificate(story: Story) -> None:
    """Everything is met, and the first of two people wants the certificate issued."""
    _, base = season_for(story.now)
    told = replace(story, now=base)
    application = _through_pathway_1(told)
    steps.accept_pathway(told, application, at=told.ago(3))
    candidates.look_again([story.person.pk], at=told.ago(2))
    by, _ = steps.two_of_staff(told)
    issuing.issue(
        applicant_id=story.person.pk, reason="Compared with the record", actor=actor_label(by), at=told.ago(1)
    )


def certified_here(story: Story) -> None:
    """Certified by Pathway 4 in this portal: everything verified, attested, accepted, and issued by two people."""
    told = replace(story, now=_CERTIFIED_ON)
    _accepted(told, at=told.ago(27))
    steps.verify(told, [DIPLOMA, TRANSCRIPT], at=told.ago(23))
    application = steps.begin_by_school(told, Pathway.NCFMEA, at=told.ago(23))
    asked = VerificationRequest.objects.get(applicant=story.person, purpose=VerificationPurpose.ATTESTATION)
    steps.answer(told, asked, at=told.ago(16))
    steps.accept_answer(told, asked, at=told.ago(14))
    application.refresh_from_db()
    steps.accept_pathway(told, application, at=told.ago(13))
    candidates.look_again([story.person.pk], at=told.ago(10))
    for by in steps.two_of_staff(told):
        issuing.issue(
            applicant_id=story.person.pk, reason="Compared with the record", actor=actor_label(by), at=told.now
        )


def asks_for_permanent(story: Story) -> None:
    """Certified before the portal by a Pathway, in training, and asks for permanent validation."""
    at = story.ago(5)
    begun = eastern_date(at) - timedelta(days=400)
    with transaction.atomic():
        request = requests.submit(
            applicant=story.person,
            kind=CertificateRequestKind.TRAINING,
            ground=Ground(program="Example General Hospital, internal medicine", started_on=begun),
            file=sheet("Letter of the program", story.person.full_name, f"in training since {begun:%B %Y}"),
            at=at,
            actor=story.actor,
        )
        if request.upload is not None:
            pass_check(request.upload)


def revoked_here(story: Story) -> None:
    """Certified before the portal; two members of the committee revoked the certificate here."""
    certificate = Certificate.objects.get(applicant=story.person)
    for by in story.committee:
        reason = "The committee found that the license had been altered"
        revoking.revoke(certificate_id=certificate.pk, reason=reason, actor=actor_label(by), at=_REVOKED_AT)


_BEGUN_HERE = (
    application_waiting,
    application_returned,
    transcript_at_school,
    under_suspicion,
    school_silent,
    answer_arrived,
    refused,
    awaiting_authority,
    pathway_in_review,
    waits_for_certificate,
    certified_here,
)
# Of these nothing was decided before the portal.
BEGUN_HERE = frozenset(journey.__name__ for journey in _BEGUN_HERE)
JOURNEYS: Mapping[str, Callable[[Story], None]] = {
    journey.__name__: journey for journey in (*_BEGUN_HERE, asks_for_permanent, revoked_here)
}


def load(numbers: Collection[str], *, at: datetime, password: str) -> None:
    """Let those among `numbers` who have a history in the portal go through it, and open an account for one school."""
    people = {row["number"]: row for row in rows("physicians") if row["history"] in JOURNEYS}
    for number in people.keys() & set(numbers):
        row = people[number]
        person = Applicant.objects.select_related("user").get(identification_number=number)
        school = MedicalSchool.objects.get(name=row["school"])
        degree = Degree(school, row["degree_title"], date.fromisoformat(row["graduation_on"]))
        JOURNEYS[row["history"]](Story(person, degree, at))
    if numbers:
        _open_school_account(at=at, password=password)


def _open_school_account(*, at: datetime, password: str) -> None:
    """Let one registrar sign in, instead of choosing a password by the link of the message."""
    official = SchoolOfficial.objects.filter(email=SCHOOL_EMAIL, user=None).first()
    if official is None:
        return
    staff = User.objects.get(username=STAFF["credential_reviewer"])
    user = accounts.invite(official.pk, by=staff, at=at, reason="Account of the sample data").user
    if user is not None:
        user.set_password(password)
        user.save(update_fields=["password"])
        add_authenticators([user])
