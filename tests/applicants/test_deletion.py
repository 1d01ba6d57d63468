"""The end of an account: asked for, thought over, decided; the person is gone from every table, the evidence stays."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, User
from applicants.services import corrections, exports
from applicants.states import CorrectionTopic
from certification.models import Hold, IrregularBehaviorCase
from certification.states import CaseState
from cvs.models import DispatchJob, IssuedReport, ReportRequest
from cvs.services import dispatch, verification
from cvs.states import RequestState
from payments.models import Payment
from payments.services import receipts
from portal.models import AuditEvent, OutgoingEmail
from portal.personal_data import AfterDeletion, registry
from sandbox.mailbox.client import MailboxControl
from tests.applicants.deletion import (
    carry_out,
    confirm,
    everything_stored,
    fresh_counters,
    holders,
    propose,
    to_decide,
)
from tests.factories.applicants import (
    PASSWORD,
    ContactInformationFactory,
    RegistrationFactory,
    VerifiedNameFactory,
)
from tests.factories.certification import (
    AnnotationFactory,
    CertificateFactory,
    CredentialStatusChangeFactory,
    HoldFactory,
)
from tests.support.orders import make_authority, pay_with_credit
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

__all__ = ["fresh_counters"]

PAGE = "deletion"
STAFF_LIST = "admin:applicants_deletionrequest_changelist"


# --- The person gone ------------------------------------------------------------------------------------------------

UNUSUAL = {
    "family_name": "Quetzalcoatlus",
    "given_names": "Zbigniewa",
    "native_script_name": "Кецалькоатль",
}


@pytest.fixture
def known(applicant: Applicant) -> Applicant:
    """A person with something in every corner, under words that stand nowhere else."""
    for name, value in UNUSUAL.items():
        setattr(applicant, name, value)
    applicant.save()
    User.objects.filter(pk=applicant.user_id).update(email="zbigniewa@unusual.example", username="77777777")
    applicant.contacts.all().delete()
    ContactInformationFactory.create(
        applicant=applicant, email="zbigniewa@unusual.example", phone="+48 600 700 800", line1="9 Unusual Street"
    )
    ContactInformationFactory.create(
        applicant=applicant, email="former@unusual.example", line1="8 Unusual Street", superseded_at=timezone.now()
    )
    VerifiedNameFactory.create(applicant=applicant, family_name="Unusualmaiden")
    decided = {"decided_at": timezone.now(), "decided_by": "user:1", "finished_at": timezone.now()}
    RegistrationFactory.create(state="closed", same_as=applicant, family_name="Unusualtwice", password="", **decided)
    CredentialStatusChangeFactory.create(credential__applicant=applicant)
    CertificateFactory.create(applicant=applicant)
    AnnotationFactory.create(applicant=applicant)
    HoldFactory.create(applicant=applicant, lifted_at=timezone.now(), lifted_by="user:1", reason="Unusual reason")
    at = timezone.now()
    IrregularBehaviorCase.objects.create(
        applicant=applicant,
        state=CaseState.FINAL,
        hold=HoldFactory.create(applicant=applicant, lifted_at=at, lifted_by="user:1"),
        opened_at=at,
        notice="Notice",
        notice_sent_at=at,
        answer_by=at.date(),
        closed_at=at,
    )
    corrections.submit(
        applicant=applicant,
        topic=CorrectionTopic.OTHER,
        statement="My unusual statement",
        at=timezone.now(),
        actor="test",
    )
    applicant.refresh_from_db()
    return applicant


def test_no_word_of_the_person_stands_anywhere_but_where_it_says_so(known):
    words = ["quetzalcoatlus", "zbigniewa", "кецалькоатль", "unusual", "+48 600 700 800", "77777777"]
    assert holders("1990, 3, 14")
    pay_with_credit(known, [make_authority(1)])
    ReportRequest.objects.update(state=RequestState.DISPATCHED, dispatched_at=timezone.now())
    exports.request_export(user=known.user, at=timezone.now(), actor="test")
    request = to_decide(known)
    assert all(holders(word) for word in words)

    carry_out(request)

    # The last message, and those before it, which the outbox keeps for 90 days (retention rule sent-mail).
    assert set().union(*(holders(word) for word in words)) == {"portal.OutgoingEmail"}
    assert not holders("1990, 3, 14")


def test_what_is_declared_as_deleted_is_and_what_is_kept_stays(known):
    pay_with_credit(known, [make_authority(1)])
    ReportRequest.objects.update(state=RequestState.DISPATCHED, dispatched_at=timezone.now())
    request = to_decide(known)
    before = {label: holding.rows_of(known.user_id).count() for label, holding in registry.holdings.items()}

    carry_out(request)

    after = {label: holding.rows_of(known.user_id).count() for label, holding in registry.holdings.items()}
    for label, holding in registry.holdings.items():
        if holding.after_deletion is AfterDeletion.DELETED:
            assert after[label] == 0, label
        elif label not in {"portal.AuditEvent", Hold._meta.label}:
            assert after[label] == before[label], label
    # That of the case stays with it.
    assert (before[Hold._meta.label], after[Hold._meta.label]) == (2, 1)
    gone = {label for label, count in before.items() if count and not after[label]}
    assert {"applicants.VerifiedName", "certification.Credential", "applicants.CorrectionRequest"} <= gone


def test_nobody_else_is_touched(known, other_applicant):
    VerifiedNameFactory.create(applicant=other_applicant)
    request = to_decide(known)
    theirs = [label for label, holding in registry.holdings.items() if label != "portal.AuditEvent"]
    before = {label: list(registry.holdings[label].rows_of(other_applicant.user_id).values()) for label in theirs}

    carry_out(request)

    assert {
        label: list(registry.holdings[label].rows_of(other_applicant.user_id).values()) for label in theirs
    } == before


def test_the_account_is_closed_and_its_sessions_end(known, settings):
    browser = Client()
    sign_in(browser, known.user)
    assert browser.get(reverse("dashboard")).status_code == 200
    request = to_decide(known)

    carry_out(request)

    assert browser.get(reverse("dashboard"))["Location"].startswith(reverse("account_login"))
    user = User.objects.get(pk=known.user_id)
    assert (user.is_active, user.has_usable_password(), user.email) == (False, False, "")
    for login in ("77777777", known.identification_number, user.username):
        answer = Client().post(reverse("account_login"), {"login": login, "password": PASSWORD})
        assert answer.status_code == 200


def test_the_number_is_never_free_again(known):
    number = known.identification_number
    carry_out(to_decide(known))

    assert Applicant.objects.filter(identification_number=number).exists()


def test_the_act_is_in_the_audit_log_without_the_person(known):
    request = to_decide(known)

    carry_out(request)

    event = AuditEvent.objects.get(event="applicants.deletion_carried_out")
    assert (event.reason, event.subject_id) == ("Asked for", str(request.pk))
    assert event.facts["rows"] > 5
    assert AuditEvent.objects.filter(event="applicants.deletion_requested").exists()


def test_the_last_message_goes_to_the_address_that_is_then_forgotten(known):
    carry_out(to_decide(known))

    [message] = OutgoingEmail.objects.filter(template="account_deleted")
    assert message.to_email == "zbigniewa@unusual.example"


@pytest.mark.django_db(transaction=True)
def test_reports_stay_genuine_and_money_stays_booked(known, seal_keys, mailbox: MailboxControl):
    pay_with_credit(known, [make_authority(1)])
    dispatch.prepare(DispatchJob.objects.all())
    dispatch.send(DispatchJob.objects.all())
    report, payment = IssuedReport.objects.get(), Payment.objects.get()
    before = verification.look_up_link(code=report.url_code, client="c" * 32, at=timezone.now())

    carry_out(to_decide(known))

    after = verification.look_up_link(code=report.url_code, client="c" * 32, at=timezone.now())
    assert after.found
    assert (
        (after.initials, after.recipient) == (before.initials, before.recipient) == ("Z. Q.", "Medical Board of Test 1")
    )
    payment.refresh_from_db()
    assert payment.receipt_number
    assert receipts.receipt_of(payment.order).payer == "Deleted"


def test_a_deletion_that_fails_half_way_changes_nothing(known, monkeypatch):
    request = to_decide(known)
    propose(request)
    before = everything_stored()
    first = next(iter(registry.holdings))

    def broken(user_id, at):
        raise RuntimeError

    holding = registry.holdings[first]
    monkeypatch.setitem(registry.holdings, first, type(holding)(**{**vars(holding), "erase": broken}))
    with pytest.raises(RuntimeError):
        confirm(request)

    assert everything_stored() == before
