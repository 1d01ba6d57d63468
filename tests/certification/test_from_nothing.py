"""From the first answer to a report that says "Certified: Yes", where each part hands its work to the next.

Everything goes through services: no row of the person's record is made by hand.
"""

from datetime import UTC, date, datetime

import pytest
import time_machine

from applicants.models import Applicant, User
from applicants.roles import Role
from applicants.services import reviews
from certification.facts import CertificationAnswer
from certification.models import (
    Application,
    Certificate,
    Credential,
    IssueCandidate,
    MedicalSchool,
    PathwayApplication,
    SchoolOfficial,
    VerificationRequest,
)
from certification.rules.trace import Overall
from certification.services import facts_as_of
from certification.services.application import review as application_review
from certification.services.application.review import ApplicationJudgment
from certification.services.certificates import candidates, issuing
from certification.services.credentials import deciding, handing_in
from certification.services.credentials.deciding import CredentialReading
from certification.services.credentials.handing_in import Printed
from certification.services.evaluation import evaluate_person
from certification.services.pathways import deciding as pathway_deciding
from certification.services.pathways import drafts, licenses, submitting
from certification.services.verification import answers, links
from certification.services.verification import review as verification_review
from certification.states import CredentialKind, CredentialPart, CredentialState, PathwayState, VerificationState
from certification.states.imports import ImportKind, ImportState
from payments.models import Fee
from payments.services import placing
from portal.audit import actor_label
from portal.eastern import eastern_date
from tests.applicants.identity_scenes import scan
from tests.certification import importing
from tests.certification.applications import attended, degree, eligible_school, give_credit, paid
from tests.certification.credential_scenes import passes
from tests.certification.pathway_scenes import license_answers
from tests.certification.school_scenes import reply_to, tokens_of
from tests.factories.certification import DegreeTitleFactory
from tests.factories.schools_portal import SchoolOfficialFactory
from tests.people import staff_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("uploads_dir")]
# Season 2027 is open from August 1, 2026 to January 31, 2027.
NOW = datetime(2026, 11, 2, 15, tzinfo=UTC)
TODAY = date(2026, 11, 2)
TITLE, GRADUATED, PRINTED_ON = "MB ChB", date(2015, 6, 30), date(2015, 9, 1)
PATHWAY_CENTS = 92500
SHADES = {CredentialKind.DIPLOMA: 10, CredentialKind.TRANSCRIPT: 60}


@pytest.fixture
def school(db: None) -> MedicalSchool:
    """A school with a sponsor note and a title in the Reference Guide: reference data, as an import brings it."""
    found = eligible_school(name="Example Medical School", country="GH")
    DegreeTitleFactory.create(school=found, country="GH", title=TITLE, from_year=2000)
    Fee.objects.create(
        code="PATHWAY_1_5",
        description="Pathways 1 to 5 application",
        amount_cents=PATHWAY_CENTS,
        effective_from=date(2024, 9, 1),
        basis="assumption",
    )
    return found


def test_each_part_hands_its_work_to_the_next_until_a_report_says_certified(
    applicant: Applicant, school: MedicalSchool, reviewer: User, senior: User
):
    official = SchoolOfficialFactory.create(school=school)
    with time_machine.travel(NOW, tick=False):
        assert evaluate_person(applicant, TODAY).outcome is not Overall.ELIGIBLE
        apply(applicant, school, reviewer)
        for kind in SHADES:
            hand_in(applicant, kind, school)
            accept_for_verification(applicant, kind, school, reviewer)
        for kind in SHADES:
            answer_for_school(applicant, kind, official)
            accept_answer(applicant, kind, reviewer)
        import_results(applicant)
        take_pathway(applicant, reviewer)

        verdict = evaluate_person(applicant, TODAY)
        assert [trace.rule_id for trace in verdict.open_traces] == []
        assert verdict.outcome is Overall.ELIGIBLE

        issue(applicant, reviewer, senior)
        facts = facts_as_of(applicant_id=applicant.pk, as_of=TODAY)

    assert facts.answer is CertificationAnswer.YES
    assert facts.certificate is not None
    assert (facts.certificate.issued_on, facts.certificate.valid_through) == (TODAY, date(2028, 12, 31))
    assert all(requirement.met for requirement in facts.requirements)
    assert [credential.status for credential in facts.credentials] == ["Verified", "Verified", "Not applicable"]
    assert facts.education is not None
    assert (facts.education.school, facts.education.degree_title) == (school.name, TITLE)


def apply(applicant: Applicant, school: MedicalSchool, reviewer: User) -> None:
    """The application, paid and accepted."""
    said = degree(title=TITLE, graduation_on=GRADUATED, degree_on=PRINTED_ON)
    application = paid(applicant, attended(school), said=said)
    reviews.take(Application, application.pk, reviewer=reviewer, at=NOW)
    judgment = ApplicationJudgment(checks=tuple(application_review.CHECKS))
    application_review.accept(key=application.pk, judgment=judgment, reviewer=reviewer, at=NOW)


def credential_of(applicant: Applicant, kind: CredentialKind) -> Credential:
    """The one credential of a kind: what the application began is what the person hands in."""
    return Credential.objects.get(applicant=applicant, kind=kind)


def hand_in(applicant: Applicant, kind: CredentialKind, school: MedicalSchool) -> None:
    """The physician uploads the document, says what is printed on it, and sends it."""
    actor = actor_label(applicant.user)
    document = handing_in.begin(
        applicant=applicant,
        kind=kind,
        part=CredentialPart.ORIGINAL,
        issuer=school.name,
        file=scan(SHADES[kind], f"{kind.value}.jpg"),
        at=NOW,
        actor=actor,
    )
    passes(document.upload)
    printed = Printed(applicant.full_name, school.name, "en", PRINTED_ON, TITLE)
    key = credential_of(applicant, kind).pk
    handing_in.say_what_is_printed(applicant=applicant, key=key, printed=printed, at=NOW, actor=actor)
    handing_in.submit(applicant=applicant, key=key, at=NOW, actor=actor)


def accept_for_verification(applicant: Applicant, kind: CredentialKind, school: MedicalSchool, reviewer: User) -> None:
    """A reviewer compares it and sends it to the school."""
    key = credential_of(applicant, kind).pk
    credential = reviews.take(Credential, key, reviewer=reviewer, at=NOW)
    reading = CredentialReading(
        checks=tuple(deciding.needed_checks(credential)),
        name=applicant.full_name,
        degree_title=TITLE,
        issued_on=PRINTED_ON,
        issuer=school.name,
        school_id=school.pk,
    )
    deciding.accept(key=key, reading=reading, reviewer=reviewer, at=NOW)
    assert credential_of(applicant, kind).state == CredentialState.SENT_TO_SCHOOL


def answer_for_school(applicant: Applicant, kind: CredentialKind, official: SchoolOfficial) -> None:
    """The official opens the link of the message about it and confirms."""
    request = VerificationRequest.objects.get(credential=credential_of(applicant, kind))
    reply = reply_to(request, transcript=scan(200, "transcript.jpg") if kind == CredentialKind.DIPLOMA else None)
    (token,) = (one for one in tokens_of(official) if links.find(one).request_id == request.pk)
    answers.answer_by_link(token, reply, at=NOW)
    passes()


def accept_answer(applicant: Applicant, kind: CredentialKind, reviewer: User) -> None:
    """A reviewer takes the answer as a verification."""
    request = VerificationRequest.objects.get(credential=credential_of(applicant, kind))
    verification_review.accept(request.pk, reason="Signatory and seal agree", at=NOW, actor=actor_label(reviewer))
    request.refresh_from_db()
    assert request.state == VerificationState.ACCEPTED
    assert credential_of(applicant, kind).state == CredentialState.VERIFIED


def import_results(applicant: Applicant) -> None:
    """Files of the examining bodies bring the results."""
    number = applicant.identification_number
    actor = actor_label(staff_in(Role.ADMINISTRATOR))
    steps = importing.USMLE + importing.row(number, "step_1", "2024-03-10", "2024-04-06")
    steps += importing.row(number, "step_2_ck", "2025-05-20", "2025-06-18")
    oet = f"{importing.OET}{number},2026-06-08,360,370,380,320,2026-06-25\n"
    for text, kind in ((steps, ImportKind.USMLE_RESULTS), (oet, ImportKind.OET_RESULTS)):
        file_import = importing.accepted(importing.checked(text, actor, kind), actor)
        assert file_import.state == ImportState.APPLIED


def take_pathway(applicant: Applicant, reviewer: User) -> None:
    """Pathway 1 on a license, paid, confirmed by the authority, and accepted."""
    actor = actor_label(applicant.user)
    draft = drafts.start(applicant=applicant, holds_license=True, at=NOW, actor=actor)
    draft = drafts.save_license(key=draft.pk, answers=license_answers(), file=scan(90), at=NOW, actor=actor)
    assert draft.license.upload is not None
    passes(draft.license.upload)
    submitting.submit(key=draft.pk, declared=True, at=NOW, actor=actor)
    give_credit(applicant, PATHWAY_CENTS)
    placing.place(
        applicant=applicant,
        shown_total_cents=PATHWAY_CENTS,
        use_credit=True,
        agreements={},
        at=NOW,
        actor=actor,
    )
    licenses.record_request(key=draft.pk, at=NOW, actor=actor_label(reviewer))
    licenses.record_answer(key=draft.pk, confirmed=True, note="Letter", at=NOW, actor=actor_label(reviewer))
    reviews.take(PathwayApplication, draft.pk, reviewer=reviewer, at=NOW)
    application = PathwayApplication.objects.get(pk=draft.pk)
    assert application.state == PathwayState.IN_REVIEW
    checks = tuple(name for name, _ in pathway_deciding.checks_of(application))
    pathway_deciding.accept(key=draft.pk, judgment=reviews.Judgment(checks=checks), reviewer=reviewer, at=NOW)


def issue(applicant: Applicant, reviewer: User, senior: User) -> None:
    """Two people issue the certificate to somebody whom the rules put on the list."""
    candidates.find(at=NOW)
    assert IssueCandidate.objects.filter(applicant=applicant).exists()
    for by in (reviewer, senior):
        issuing.issue(applicant_id=applicant.pk, reason="Compared with the record", actor=actor_label(by), at=NOW)
    assert eastern_date(NOW) == Certificate.objects.get(applicant=applicant).issued_on
