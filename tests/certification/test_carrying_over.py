"""Records from before this portal: taken over whole, with their source, or not at all."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from applicants.models import Applicant
from applicants.permissions import NotAllowedError
from applicants.roles import Role
from certification.facts import CertificationAnswer
from certification.models import (
    Annotation,
    Certificate,
    Credential,
    CredentialStatusChange,
    MedicalEducation,
    MedicalSchool,
    PathwayAcceptance,
)
from certification.rules.credentials import DIPLOMA, TRANSCRIPT, CredentialRecord
from certification.rules.facts import Certificate as EarlierCertificate
from certification.services import facts_as_of
from certification.services.carrying_over import Acceptance, CarryOverError, Degree, EarlierRecord, Finding, carry_over
from certification.states import CertificateOrigin, CertificateState, CredentialState
from portal.audit import actor_label
from portal.models import AuditEvent, InboxMessage, OutgoingEmail
from tests.factories.certification import CertificateFactory, MedicalSchoolFactory
from tests.people import reviewer, senior, staff_in
from tests.support import unchanged

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 5, 15, tzinfo=UTC)
SOURCE = "Register of certificates, volume 7, compared by the registrar"
VERIFIED = ((date(2012, 9, 1), "In progress"), (date(2013, 1, 4), "Verified"))
CERTIFICATE = EarlierCertificate(number="0-123-456-7", issued_on=date(2014, 5, 6), valid_through=None)
PATHWAY = Acceptance(1, 2022, date(2022, 1, 20), date(2021, 9, 14), date(2023, 12, 31))
WATCHED = (
    MedicalEducation,
    Credential,
    CredentialStatusChange,
    PathwayAcceptance,
    Certificate,
    Annotation,
    AuditEvent,
    InboxMessage,
    OutgoingEmail,
)


@pytest.fixture
def record(db: None) -> EarlierRecord:
    school: MedicalSchool = MedicalSchoolFactory.create()
    return EarlierRecord(
        degree=Degree(school, "MB ChB", date(2012, 6, 30), date(2012, 7, 15)),
        credentials=tuple(CredentialRecord(kind, school.name, VERIFIED) for kind in (DIPLOMA, TRANSCRIPT)),
        acceptances=(PATHWAY,),
        certificate=CERTIFICATE,
        findings=(Finding("A finding of irregular behavior is on record.", "A letter was altered.", date(2024, 3, 1)),),
    )


def take_over(applicant: Applicant, record: EarlierRecord, *, source: str = SOURCE, actor: str = "") -> None:
    carry_over(applicant=applicant, record=record, source=source, at=AT, actor=actor or senior())


def test_an_earlier_record_is_on_file_with_its_source(applicant: Applicant, record: EarlierRecord):
    take_over(applicant, record)

    facts = facts_as_of(applicant_id=applicant.pk, as_of=AT.date())
    assert facts.answer is CertificationAnswer.YES
    assert [credential.status for credential in facts.credentials[:2]] == ["Verified", "Verified"]
    assert facts.annotations[0].decided_on == date(2024, 3, 1)
    certificate = Certificate.objects.get(applicant=applicant)
    assert (certificate.number, certificate.origin) == ("0-123-456-7", CertificateOrigin.CARRIED_OVER)
    assert set(Credential.objects.values_list("state", flat=True)) == {CredentialState.VERIFIED}
    event = AuditEvent.objects.get(event="certification.record_carried_over")
    assert (event.person, event.reason, event.actor) == (applicant.pk, SOURCE, senior())
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize(
    ("permanent", "revoked", "state"),
    [
        (None, None, CertificateState.ISSUED),
        (date(2023, 7, 15), None, CertificateState.MADE_PERMANENT),
        (date(2023, 7, 15), date(2024, 12, 2), CertificateState.REVOKED),
    ],
)
def test_a_certificate_is_in_the_state_that_its_days_tell(applicant, record, permanent, revoked, state):
    known = replace(CERTIFICATE, made_permanent_on=permanent, revoked_on=revoked)

    take_over(applicant, replace(record, certificate=known))

    assert Certificate.objects.get(applicant=applicant).state == state


def undecided(record: EarlierRecord) -> EarlierRecord:
    return replace(record, credentials=(CredentialRecord(DIPLOMA, "A school", VERIFIED[:1]),))


def shuffled(record: EarlierRecord) -> EarlierRecord:
    return replace(record, credentials=(CredentialRecord(DIPLOMA, "A school", VERIFIED[::-1]),))


FAULTS = {
    "no status": (lambda record: replace(record, credentials=(CredentialRecord(DIPLOMA, "A", ()),)), "not decided"),
    "at the school": (undecided, "not decided"),
    "statuses out of order": (shuffled, "out of order"),
    "unknown kind": (lambda r: replace(r, credentials=(CredentialRecord("Letter", "A", VERIFIED),)), "no kind"),
    "unknown status": (
        lambda r: replace(r, credentials=(CredentialRecord(DIPLOMA, "A", ((date(2013, 1, 4), "Fine"),)),)),
        "no status",
    ),
    "future": (lambda r: replace(r, degree=replace(r.degree, degree_on=date(2026, 1, 6))), "in the future"),
    "pathway": (lambda r: replace(r, acceptances=(replace(PATHWAY, oet_on=date(2022, 2, 1)),)), "out of order"),
    "end before issue": (
        lambda r: replace(r, certificate=replace(CERTIFICATE, valid_through=date(2014, 5, 5))),
        "before it was issued",
    ),
    "permanent after revoked": (
        lambda r: replace(
            r,
            certificate=replace(CERTIFICATE, made_permanent_on=date(2025, 1, 2), revoked_on=date(2025, 1, 1)),
        ),
        "after it was revoked",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_record_with_a_fault_is_refused_whole(applicant: Applicant, record, enqueued, fault: str):
    change, words = FAULTS[fault]
    faulty = change(record)
    actor = senior()

    with unchanged.nothing_happens(enqueued, *WATCHED), pytest.raises(CarryOverError, match=words):
        take_over(applicant, faulty, actor=actor)


def test_nothing_is_put_beside_what_is_on_record(applicant: Applicant, other_applicant: Applicant, record, enqueued):
    take_over(applicant, record)

    with unchanged.nothing_happens(enqueued, *WATCHED):
        with pytest.raises(CarryOverError, match="has a record here"):
            take_over(applicant, replace(record, certificate=None))
        with pytest.raises(CarryOverError, match="somebody’s already"):
            take_over(other_applicant, record)


def test_a_certificate_issued_here_stays_the_only_one(applicant: Applicant, record, enqueued):
    CertificateFactory.create(applicant=applicant)
    actor = senior()

    with (
        unchanged.nothing_happens(enqueued, *WATCHED),
        pytest.raises(CarryOverError, match="has a record here: certificate"),
    ):
        take_over(applicant, record, actor=actor)


def test_it_takes_a_source_and_somebody_who_may(applicant: Applicant, record, enqueued):
    actors = [reviewer(), actor_label(staff_in(Role.FINANCE)), "sample data"]
    allowed = senior()

    with unchanged.nothing_happens(enqueued, *WATCHED):
        with pytest.raises(CarryOverError, match="who vouches"):
            take_over(applicant, record, source=" ", actor=allowed)
        for actor in actors:
            with pytest.raises(NotAllowedError):
                take_over(applicant, record, actor=actor)
