"""Facts of a person, and holds."""

from datetime import UTC, date, datetime

import pytest

from certification.facts import CertificationAnswer, Name
from certification.models import Hold
from certification.services import HoldAlreadyLiftedError, facts_as_of, lift_hold, open_report_hold, place_hold
from certification.states import CredentialKind, Examination, HoldKind
from portal.models import AuditEvent
from tests.factories.applicants import VerifiedNameFactory
from tests.factories.certification import (
    AnnotationFactory,
    CertificateFactory,
    CredentialFactory,
    CredentialStatusChangeFactory,
    ExaminationResultFactory,
    HoldFactory,
    MedicalEducationFactory,
    PathwayAcceptanceFactory,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 1, 9, tzinfo=UTC)


def whole_record(applicant):
    """Everything of which there can be several, twice."""
    MedicalEducationFactory.create(applicant=applicant)
    CertificateFactory.create(applicant=applicant)
    PathwayAcceptanceFactory.create(applicant=applicant)
    for year in (2024, 2025):
        VerifiedNameFactory.create(applicant=applicant, family_name=f"Name {year}", verified_on=date(year, 6, 1))
        AnnotationFactory.create(applicant=applicant, decided_on=date(year, 11, 1))
    for examination in Examination:
        ExaminationResultFactory.create(applicant=applicant, examination=examination)
    for kind in CredentialKind:
        credential = CredentialFactory.create(applicant=applicant, kind=kind)
        CredentialStatusChangeFactory.create_batch(2, credential=credential)


def test_facts_of_an_empty_record_say_so(applicant):
    facts = facts_as_of(applicant_id=applicant.pk, as_of=date(2026, 1, 6))

    assert facts.answer is CertificationAnswer.NO
    assert (facts.certificate, facts.education) == (None, None)
    assert facts.name == Name("Mensah", "Kofi")
    assert facts.rules_version == "2026.1"
    assert [requirement.met for requirement in facts.requirements] == [False] * 4
    assert [credential.status for credential in facts.credentials] == ["Not received", "Not received", "Not applicable"]
    assert (facts.annotations, facts.other_verified_names) == ((), ())


def test_facts_of_a_whole_record(applicant):
    whole_record(applicant)

    facts = facts_as_of(applicant_id=applicant.pk, as_of=date(2026, 1, 6))

    assert facts.answer is CertificationAnswer.YES
    assert facts.education is not None
    assert (facts.education.country, facts.education.graduation_on) == ("Ghana", date(2015, 7, 10))
    assert [requirement.met for requirement in facts.requirements] == [True] * 4
    assert [credential.status for credential in facts.credentials] == ["Verified"] * 3
    assert [name.family_name for name in facts.other_verified_names] == ["Name 2024", "Name 2025"]
    assert [annotation.decided_on.year for annotation in facts.annotations] == [2024, 2025]


def test_facts_ignore_what_is_dated_later(applicant):
    whole_record(applicant)

    facts = facts_as_of(applicant_id=applicant.pk, as_of=date(2015, 7, 9))

    assert facts.answer is CertificationAnswer.NO
    assert facts.certificate is None
    assert facts.education is not None
    assert (facts.education.graduation_on, facts.education.degree_title) == (None, "")
    assert [requirement.met for requirement in facts.requirements] == [False] * 4
    assert [credential.on for credential in facts.credentials] == [None, None, None]
    assert (facts.annotations, facts.other_verified_names) == ((), ())


def test_facts_are_of_nobody_else(applicant, other_applicant):
    whole_record(other_applicant)

    facts = facts_as_of(applicant_id=applicant.pk, as_of=date(2026, 1, 6))

    assert facts.annotations == ()
    assert facts.certificate is None


def test_facts_take_eight_queries_whatever_the_record_holds(applicant, django_assert_num_queries):
    whole_record(applicant)

    with django_assert_num_queries(8):
        facts_as_of(applicant_id=applicant.pk, as_of=date(2026, 1, 6))


def test_oldest_open_hold_that_stops_reports_is_told(applicant, other_applicant):
    HoldFactory.create(applicant=other_applicant)
    HoldFactory.create(applicant=applicant, stops_reports=False)
    HoldFactory.create(applicant=applicant, lifted_at=AT, lifted_by="user:1")
    assert open_report_hold(applicant.pk) is None

    HoldFactory.create(applicant=applicant, placed_at=datetime(2026, 1, 9, tzinfo=UTC))
    older = HoldFactory.create(applicant=applicant, placed_at=datetime(2026, 1, 8, tzinfo=UTC))

    assert open_report_hold(applicant.pk) == older


def test_hold_is_placed_and_lifted_with_name_and_reason(applicant):
    kind = HoldKind.STAFF
    hold = place_hold(applicant=applicant, kind=kind, stops_reports=True, reason="Doubt", at=AT, actor="user:1")
    assert open_report_hold(applicant.pk) == hold

    lift_hold(hold_id=hold.pk, reason="Settled", at=AT, actor="user:2")

    hold.refresh_from_db()
    assert (hold.lifted_at, hold.lifted_by) == (AT, "user:2")
    assert open_report_hold(applicant.pk) is None
    events = AuditEvent.objects.order_by("id").values_list("event", "actor", "reason")
    assert list(events) == [
        ("certification.hold_placed", "user:1", "Doubt"),
        ("certification.hold_lifted", "user:2", "Settled"),
    ]


def test_hold_without_reason_is_refused(applicant):
    with pytest.raises(ValueError, match="reason"):
        place_hold(applicant=applicant, kind=HoldKind.STAFF, stops_reports=True, reason=" ", at=AT, actor="user:1")

    assert not Hold.objects.exists()
    assert not AuditEvent.objects.exists()


def test_lifted_hold_cannot_be_lifted_again(applicant):
    hold = HoldFactory.create(applicant=applicant, lifted_at=AT, lifted_by="user:1")

    with pytest.raises(HoldAlreadyLiftedError):
        lift_hold(hold_id=hold.pk, reason="Again", at=AT, actor="user:2")

    hold.refresh_from_db()
    assert hold.lifted_by == "user:1"
    assert not AuditEvent.objects.exists()
