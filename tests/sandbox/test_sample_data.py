"""The sample data: complete, harmless, repeatable, and every state of a report among it."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import models, transaction
from pytest_django.plugin import DjangoDbBlocker

from applicants.models import Applicant, ContactInformation, IdentityCheck, NameRequest, User
from certification.facts import CertificationAnswer, CertificationFacts
from certification.models import (
    Annotation,
    Application,
    Certificate,
    CertificateRequest,
    Credential,
    DegreeTitle,
    Evaluator,
    ExaminationResult,
    FileImport,
    IrregularBehaviorCase,
    IssueCandidate,
    MedicalEducation,
    MedicalSchool,
    OetResult,
    PathwayAcceptance,
    PathwayApplication,
    SponsorNote,
    VerificationRequest,
)
from certification.rules.trace import Overall
from certification.services import facts_as_of, open_report_hold
from certification.services.evaluation import evaluate_person
from cvs.models import LicensingAuthority
from payments.models import Fee
from payments.services.ledger import credit_balance
from portal.eastern import eastern_date
from portal.models import AuditEvent, InboxMessage, OutgoingEmail, Proposal, Upload
from sandbox.sample_data import DEMO_PASSWORD, SIGN_INS, load_many, load_people, load_reference_data
from sandbox.sample_data.journeys import JOURNEYS
from sandbox.sample_data.tables import rows

pytestmark = pytest.mark.django_db
RESERVED = (".example", "@example.org", ".test")
TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Load everything once for this module; each test undoes only what it did itself."""
    outer = transaction.atomic()
    # As Django marks the transactions of its own tests, so that durable ones may begin inside.
    outer._from_testcase = True  # type: ignore[attr-defined]  # not in the stubs
    with django_db_blocker.unblock(), outer:
        load_reference_data()
        load_people()
        with django_db_blocker.block():
            yield
        transaction.set_rollback(True)


@pytest.fixture
def loaded(once: None, db: None) -> None:
    """The sample data, and a transaction of this test inside its own."""


def facts_of(number: str) -> CertificationFacts:
    applicant = Applicant.objects.get(identification_number=number)
    return facts_as_of(applicant_id=applicant.pk, as_of=TODAY)


def all_facts() -> list[CertificationFacts]:
    return [facts_as_of(applicant_id=pk, as_of=TODAY) for pk in Applicant.objects.values_list("pk", flat=True)]


def test_reference_data_is_complete():
    load_reference_data()

    assert LicensingAuthority.objects.open_for_orders().count() == 95
    assert MedicalSchool.objects.count() == 295
    assert SponsorNote.objects.count() == 295
    assert DegreeTitle.objects.count() == 138
    price = Fee.objects.filter(code="CVS_STATUS_REPORT", effective_from__lte=TODAY).latest("effective_from")
    assert price.amount_cents == 6600


def test_loading_twice_changes_nothing(loaded):
    counts = [model.objects.count() for model in (LicensingAuthority, Fee, SponsorNote, User, ContactInformation)]
    amara = Applicant.objects.get(identification_number="04821375")

    load_reference_data()
    load_people()

    again = [model.objects.count() for model in (LicensingAuthority, Fee, SponsorNote, User, ContactInformation)]
    assert again == counts
    assert credit_balance(amara.pk) == 2000


def test_amara_is_as_on_the_pictures(loaded):
    amara = Applicant.objects.get(identification_number="04821375")
    contact = ContactInformation.objects.get(applicant=amara)

    facts = facts_of("04821375")

    assert amara.full_name == "Amara Chidinma Okonkwo"
    assert amara.birth_date == date(1997, 2, 14)
    assert (contact.line1, contact.line2, contact.city, contact.postal_code) == (
        "14 Example Street",
        "Yaba",
        "Lagos",
        "101245",
    )
    assert contact.country.code == "NG"
    assert facts.education is not None
    assert facts.education.school == "College of Medicine of the University of Lagos"
    assert facts.education.degree_title == "MB BS"
    assert facts.education.graduation_on == date(2021, 11, 12)
    assert facts.answer is CertificationAnswer.NO
    assert credit_balance(amara.pk) == 2000


def test_every_state_of_a_report_is_there(loaded):
    every = all_facts()

    assert {facts.answer for facts in every} == set(CertificationAnswer)
    assert {credential.status for facts in every for credential in facts.credentials} == {
        "Not received",
        "In progress",
        "Verified",
        "Refused",
        "Not applicable",
    }
    assert any(len(facts.other_verified_names) == 2 for facts in every)
    assert any(facts.annotations for facts in every)
    assert any(facts.name.given_names == "" for facts in every)
    assert any(len(f"{facts.name.given_names} {facts.name.family_name}") == 90 for facts in every)
    certificates = [facts.certificate for facts in every if facts.answer is CertificationAnswer.YES]
    assert {certificate.valid_through is None for certificate in certificates if certificate} == {True, False}


def test_names_come_in_many_scripts(loaded):
    native = "".join(Applicant.objects.values_list("native_script_name", flat=True))

    for first, last in ("ΑΩ", "АЯ", "את", "ءي", "अह", "กฮ", "一鿿", "가힣"):
        assert any(first <= letter <= last for letter in native), (first, last)


def test_canadian_graduate_of_the_first_day_is_certified(loaded):
    facts = facts_of("10264871")

    assert facts.education is not None
    assert facts.education.country == "Canada"
    assert facts.education.graduation_on == date(2025, 7, 1)
    assert facts.answer is CertificationAnswer.YES


def test_somebody_has_an_open_report_hold(loaded):
    held = Applicant.objects.get(identification_number="10265175")

    hold = open_report_hold(held.pk)

    assert hold is not None
    assert hold.reason == "Identity is being checked"


def test_no_address_reaches_a_real_person(loaded):
    addresses = [
        *User.objects.values_list("email", flat=True),
        *ContactInformation.objects.values_list("email", flat=True),
        *LicensingAuthority.objects.values_list("email", flat=True),
        *OutgoingEmail.objects.values_list("to_email", flat=True),
    ]

    # Accounts that nobody signs in to, which own what schools sent, have none.
    assert [address for address in addresses if address and not address.endswith(RESERVED)] == []


def test_printed_sign_ins_work(loaded):
    for sign_in in SIGN_INS:
        user = User.objects.get(username=sign_in.username)
        assert user.check_password(DEMO_PASSWORD), sign_in.username

    assert User.objects.get(username="staff@portal.example").is_staff


def test_many_physicians_are_whole_people(loaded):
    before = Applicant.objects.count()

    load_many(8)
    load_many(4)

    made = Applicant.objects.filter(identification_number__gte="50000000")
    assert Applicant.objects.count() == before + 12
    assert ContactInformation.objects.filter(applicant__in=made).count() == 12
    assert MedicalEducation.objects.filter(applicant__in=made).count() == made.count()
    assert ExaminationResult.objects.filter(applicant__in=made).count() == 5 * made.count()
    assert Certificate.objects.filter(applicant__in=made).exists()
    assert facts_of("50000003").identification_number == "50000003"


def test_more_physicians_than_numbers_are_refused(loaded):
    before = Applicant.objects.count()

    with pytest.raises(ValueError, match="can be made up"):
        load_many(10_000_000)

    assert Applicant.objects.count() == before


def test_one_passport_waits_one_was_returned_and_one_name_is_to_change(loaded):
    waiting, returned = (IdentityCheck.objects.get(state=state) for state in ("submitted", "returned"))

    assert {waiting.applicant.identity_checked_on, returned.applicant.identity_checked_on} == {None}
    assert waiting.upload.owner == waiting.applicant.user
    assert returned.return_reason
    assert NameRequest.objects.get().state == "requested"
    assert Applicant.objects.filter(identity_checked_on=None).count() == 2


def test_results_came_by_import_and_say_so(loaded):
    files = FileImport.objects.order_by("kind")

    assert [(one.kind, one.state, one.rejected_rows) for one in files] == [
        ("oet_results", "applied", 0),
        ("usmle_results", "applied", 0),
    ]
    assert not ExaminationResult.objects.filter(source_import=None).exists()
    assert not OetResult.objects.filter(source_import=None).exists()
    accepted = set(PathwayAcceptance.objects.values_list("applicant", flat=True))
    assert accepted
    assert accepted <= set(OetResult.objects.values_list("applicant", flat=True))
    assert not InboxMessage.objects.filter(kind="result_arrived").exists()


def states_of(model: type[models.Model], field: str = "state") -> set[str]:
    return set(model._default_manager.values_list(field, flat=True))


def test_every_queue_of_staff_has_somebody(loaded):
    assert {"paid", "returned", "accepted"} <= states_of(Application)
    assert {"submitted", "reply_received", "reminded", "returned_to_applicant"} <= states_of(Credential)
    assert {"verified", "refused", "suspected_fraud"} <= states_of(Credential)
    assert {"sent", "answered", "accepted", "refuted"} <= states_of(VerificationRequest)
    assert {"awaiting_third_party", "in_review", "accepted"} <= states_of(PathwayApplication)
    assert {"invited", "agreed"} <= states_of(Evaluator)
    assert states_of(CertificateRequest) == {"submitted"}
    assert states_of(IrregularBehaviorCase) == {"staff_review"}
    assert Proposal.objects.get(state="open").act == "certification.issue_certificate"
    waiting = IssueCandidate.objects.get().applicant
    assert evaluate_person(waiting, eastern_date(IssueCandidate.objects.get().noted_at)).outcome is Overall.ELIGIBLE


def test_every_certificate_is_in_each_of_its_states(loaded):
    assert states_of(Certificate) == {"issued", "made_permanent", "revoked"}
    assert states_of(Certificate, "origin") == {"decided_here", "carried_over"}
    assert states_of(Certificate, "valid_through") >= {None, date(2027, 12, 31)}
    assert Certificate.objects.filter(changes__kind="revoked").count() == 1


def test_no_record_was_written_by_hand(loaded):
    taken_over = set(
        AuditEvent.objects.filter(event="certification.record_carried_over").values_list("person", flat=True)
    )
    applied = set(Application.objects.filter(state="accepted").values_list("applicant", flat=True))
    confirmed = VerificationRequest.objects.filter(state__in=("accepted", "refuted")).values("credential")

    assert not taken_over & set(Application.objects.values_list("applicant", flat=True))
    assert set(MedicalEducation.objects.values_list("applicant", flat=True)) == taken_over | applied
    assert len(applied) + len(taken_over) == 38
    decided = Credential.objects.filter(state__in=("verified", "refused")).exclude(pk__in=confirmed)
    assert set(decided.values_list("applicant", flat=True)) <= taken_over
    accepted = PathwayApplication.objects.exclude(acceptance=None).values("acceptance")
    carried = PathwayAcceptance.objects.exclude(pk__in=accepted)
    assert set(carried.values_list("applicant", flat=True)) <= taken_over
    assert set(Annotation.objects.values_list("applicant", flat=True)) <= taken_over
    undecided = Certificate.objects.filter(decision=None)
    assert set(undecided.values_list("applicant", flat=True)) <= taken_over
    assert states_of(Upload) == {"clean", "received"}


def test_personas_end_where_they_should(loaded):
    yes, no = CertificationAnswer.YES, CertificationAnswer.NO
    ends = {
        "04821375": (no, None),
        "03157426": (yes, None),
        "10264831": (yes, date(2027, 12, 31)),
        "10264856": (yes, date(2027, 12, 31)),
        "10264863": (no, None),
    }

    for number, (answer, valid_through) in ends.items():
        facts = facts_of(number)
        assert facts.answer is answer, number
        assert (facts.certificate.valid_through if facts.certificate else None) == valid_through, number
    bilal = facts_of("10264849").certificate
    assert bilal is not None
    assert bilal.valid_through == date(2023, 12, 31)
    chloe = Certificate.objects.get(applicant__identification_number="10264856")
    assert chloe.decision is not None
    assert chloe.decision.proposed_by != chloe.decision.decided_by
    amara = {credential.kind: credential.status for credential in facts_of("04821375").credentials}
    assert amara["Final medical diploma"] == "Verified"
    assert amara["Final transcript"] == "In progress"


def test_every_history_is_somebodys(loaded):
    assert set(JOURNEYS) <= {row["history"] for row in rows("physicians")}
