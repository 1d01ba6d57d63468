"""Extending certificates, one or many, and revoking one: always two people."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from applicants.models import Applicant, User
from applicants.permissions import NotAllowedError
from applicants.roles import Role
from certification import invariants
from certification.facts import CertificationAnswer
from certification.models import Certificate, CertificateChange, CertificateCopy, CertificateExtension
from certification.services import facts_as_of
from certification.services.certificates import extending, records, revoking
from certification.services.certificates.extending import Choice
from certification.states import CertificateChangeKind, ExtensionState
from portal.audit import actor_label
from portal.four_eyes import SamePersonError
from portal.models import AuditEvent, InboxMessage, Proposal, ProposalState
from portal.states import IllegalMoveError
from tests.certification.certificates import issued
from tests.factories.applicants import ApplicantFactory, StaffFactory
from tests.factories.certification import PathwayAcceptanceFactory
from tests.people import reviewer, senior, staff_in
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
END, NEW_END = date(2026, 12, 31), date(2027, 12, 31)
WORDS = "The season was reopened"


def members() -> tuple[str, str]:
    """Return two members of the committee as the audit log names them."""
    first = staff_in(Role.COMMITTEE)
    return actor_label(first), actor_label(StaffFactory.create(is_superuser=False, role=Role.COMMITTEE))


def propose(choice: Choice, *, new_end: date = NEW_END, actor: str = "") -> CertificateExtension:
    """Return an extension that waits for a second person."""
    return extending.propose(choice, new_end=new_end, reason=WORDS, actor=actor or reviewer(), at=AT)


def many(count: int, *, season: int = 2025) -> list[Certificate]:
    """Return certificates that rest on a Pathway and end together."""
    made = []
    for number in range(count):
        person = ApplicantFactory.create(family_name=f"Person {season} {number}")
        PathwayAcceptanceFactory.create(applicant=person, season=season)
        made.append(issued(person))
    return made


def nothing_changed() -> bool:
    """Tell whether no certificate was extended or revoked and nobody was told."""
    changed = CertificateChange.objects.exclude(kind=CertificateChangeKind.ISSUED).exists()
    return not changed and not CertificateCopy.objects.exists() and not InboxMessage.objects.exists()


def test_one_certificate_is_extended_by_two_people(applicant: Applicant):
    certificate = issued(applicant)
    extension = propose(Choice(number=certificate.number))
    assert (extension.found, extension.state) == (1, ExtensionState.PROPOSED)
    extending.sweep(at=AT)
    assert nothing_changed()

    assert extending.carry_out(extension_id=extension.pk, reason="Agreed", actor=senior(), at=AT)
    extending.sweep(at=AT)

    certificate.refresh_from_db()
    change = CertificateChange.objects.get(kind=CertificateChangeKind.EXTENDED)
    assert (certificate.valid_through, certificate.extended_on) == (NEW_END, AT.date())
    assert (change.valid_through_before, change.valid_through_after) == (END, NEW_END)
    assert (change.proposed_by, change.decided_by, change.reason) == (reviewer(), senior(), WORDS)
    assert CertificateCopy.objects.get().version == 1
    assert InboxMessage.objects.get().kind == "certificate_changed"
    assert AuditEvent.objects.filter(event="certification.certificate_extended", person=applicant.pk).count() == 1
    assert invariants.check(stored=False) == []


def test_nobody_extends_alone_or_without_the_role(applicant: Applicant):
    certificate = issued(applicant)
    with pytest.raises(NotAllowedError):
        propose(Choice(number=certificate.number), actor=actor_label(staff_in(Role.FINANCE)))
    assert not CertificateExtension.objects.exists()
    extension = propose(Choice(number=certificate.number), actor=senior())
    another = actor_label(StaffFactory.create(is_superuser=False, role=Role.CREDENTIAL_REVIEWER))

    with pytest.raises(SamePersonError):
        extending.carry_out(extension_id=extension.pk, reason="Again", actor=senior(), at=AT)
    with pytest.raises(NotAllowedError):
        extending.carry_out(extension_id=extension.pk, reason="Me too", actor=another, at=AT)

    extending.sweep(at=AT)
    assert nothing_changed()


def test_many_are_found_by_season_and_day_and_nothing_else_is_touched(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(extending, "BATCH", 2)
    monkeypatch.setattr(extending, "MOST_BATCHES", 1)
    wanted, other_season = many(5), many(1, season=2024)
    permanent, revoked = wanted[3], wanted[4]
    Certificate.objects.filter(pk=permanent.pk).update(state="made_permanent", made_permanent_on=AT.date())
    Certificate.objects.filter(pk=revoked.pk).update(state="revoked", revoked_on=AT.date())
    extension = propose(Choice(season=2025, ending_on=END))
    assert extension.found == 3
    extending.carry_out(extension_id=extension.pk, reason="Agreed", actor=senior(), at=AT)

    extending.sweep(at=AT)
    extension.refresh_from_db()
    first_run = (extension.state, extension.extended, extension.last_certificate)
    extending.sweep(at=AT)
    extending.sweep(at=AT)

    extension.refresh_from_db()
    assert first_run == (ExtensionState.RUNNING, 2, wanted[1].pk)
    assert (extension.state, extension.extended) == (ExtensionState.DONE, 3)
    ends = dict(Certificate.objects.values_list("pk", "valid_through"))
    assert [ends[one.pk] for one in (*wanted, *other_season)] == [NEW_END] * 3 + [END] * 3
    assert AuditEvent.objects.filter(event="certification.certificate_extended").count() == 3


def test_who_was_revoked_after_the_proposal_is_left_out():
    kept, revoked = many(2)
    extension = propose(Choice(season=2025))
    extending.carry_out(extension_id=extension.pk, reason="Agreed", actor=senior(), at=AT)
    Certificate.objects.filter(pk=revoked.pk).update(state="revoked", revoked_on=AT.date())

    extending.sweep(at=AT)

    extension.refresh_from_db()
    assert (extension.found, extension.extended) == (2, 1)
    assert Certificate.objects.get(pk=kept.pk).valid_through == NEW_END


@pytest.mark.parametrize(
    ("choice", "new_end", "field"),
    [
        (Choice(), NEW_END, "number"),
        (Choice(number="C-1", season=2025), NEW_END, "number"),
        (Choice(number="C-1"), NEW_END, "number"),
        (Choice(ending_on=END), END, "new_end"),
        (Choice(season=2025), date(2026, 3, 1), "new_end"),
        (Choice(season=2025), date(2040, 1, 1), "new_end"),
        (Choice(season=1999), NEW_END, "number"),
    ],
)
def test_what_cannot_be_extended_is_refused_and_nothing_is_kept(choice: Choice, new_end: date, field: str):
    many(1)

    with pytest.raises(extending.ExtensionRefusedError) as refusal:
        propose(choice, new_end=new_end)

    assert refusal.value.field == field
    assert not CertificateExtension.objects.exists()
    assert not Proposal.objects.exists()


def test_one_that_was_withdrawn_never_runs():
    many(1)
    extension = propose(Choice(season=2025))
    extending.withdraw(extension_id=extension.pk, reason="Wrong season", actor=reviewer(), at=AT)

    with pytest.raises(IllegalMoveError):
        extending.carry_out(extension_id=extension.pk, reason="Agreed", actor=senior(), at=AT)

    assert Proposal.objects.get().state == ProposalState.LAPSED
    assert nothing_changed()


def test_staff_propose_and_carry_out_in_the_admin(client: Client):
    (certificate,) = many(1)
    add, queue = (reverse(f"admin:certification_certificateextension_{page}") for page in ("add", "changelist"))
    values = {"number": certificate.number, "season": "", "ending_on": "", "new_end": "2027-12-31", "reason": WORDS}
    sign_in(client, staff_in(Role.CREDENTIAL_REVIEWER))

    wrong = client.post(add, {**values, "number": "C-0"}).content.decode()
    right = client.post(add, values, follow=True).content.decode()

    assert "There is no certificate that this would extend" in wrong
    assert "This would extend 1 certificates now" in right
    extension = CertificateExtension.objects.get()
    sign_in(client, staff_in(Role.SENIOR_REVIEWER))
    data = {"action": "carry_out", "_selected_action": str(extension.pk), "confirmed": "1", "words": "Agreed"}
    assert "Done for 1" in client.post(queue, data, follow=True).content.decode()
    extension.refresh_from_db()
    assert extension.state == ExtensionState.RUNNING


def test_two_members_of_the_committee_revoke(applicant: Applicant):
    certificate, (first, second) = issued(applicant), members()

    assert not revoking.revoke(certificate_id=certificate.pk, reason="Finding 7", actor=first, at=AT)
    assert facts_as_of(applicant_id=applicant.pk, as_of=AT.date()).answer is CertificationAnswer.YES
    assert revoking.revoke(certificate_id=certificate.pk, reason="Finding 7", actor=second, at=AT)

    certificate.refresh_from_db()
    facts = facts_as_of(applicant_id=applicant.pk, as_of=AT.date())
    assert certificate.revoked_on == AT.date()
    assert facts.answer is CertificationAnswer.REVOKED
    assert facts.certificate is not None
    assert InboxMessage.objects.get().kind == "certificate_revoked"
    event = AuditEvent.objects.get(event="certification.certificate_revoked")
    assert (event.actor, event.reason, event.facts["proposed_by"]) == (second, "Finding 7", first)
    with pytest.raises(IllegalMoveError):
        revoking.revoke(certificate_id=certificate.pk, reason="Again", actor=first, at=AT)
    assert invariants.check(stored=False) == []


@pytest.mark.parametrize(
    "role", [Role.CREDENTIAL_REVIEWER, Role.SENIOR_REVIEWER, Role.FINANCE, Role.ADMINISTRATOR, Role.AUDITOR]
)
def test_only_the_committee_revokes(applicant: Applicant, role: Role):
    certificate = issued(applicant)
    first, _ = members()
    revoking.revoke(certificate_id=certificate.pk, reason="Finding", actor=first, at=AT)

    with pytest.raises(NotAllowedError):
        revoking.revoke(certificate_id=certificate.pk, reason="Finding", actor=actor_label(staff_in(role)), at=AT)

    assert nothing_changed()


def test_one_member_twice_or_without_a_reason_revokes_nothing(applicant: Applicant):
    certificate, (first, _) = issued(applicant), members()
    with pytest.raises(revoking.ReasonMissingError):
        revoking.revoke(certificate_id=certificate.pk, reason=" ", actor=first, at=AT)
    revoking.revoke(certificate_id=certificate.pk, reason="Finding", actor=first, at=AT)

    with pytest.raises(SamePersonError):
        revoking.revoke(certificate_id=certificate.pk, reason="Finding", actor=first, at=AT)

    assert nothing_changed()


def test_revoked_stays_revoked_whatever_is_tried(applicant: Applicant):
    certificate = issued(applicant)
    two = records.Deciders(first="user:1", second="user:2")
    records.add_change(certificate, CertificateChangeKind.REVOKED, reason="Finding", deciders=two, at=AT)

    for kind in (CertificateChangeKind.MADE_PERMANENT, CertificateChangeKind.REVOKED):
        with pytest.raises(IllegalMoveError):
            records.add_change(certificate, kind, reason="No", deciders=two, at=AT + timedelta(days=1))


def test_the_committee_revokes_from_the_list(applicant: Applicant, client: Client):
    certificate = issued(applicant)
    queue = reverse("admin:certification_certificate_changelist")
    data = {"action": "revoke", "_selected_action": str(certificate.pk), "confirmed": "1", "words": "Finding 7"}

    def act(user: User) -> str:
        sign_in(client, user)
        return client.post(queue, data, follow=True).content.decode()

    assert "takes effect when a second person does the same" in act(staff_in(Role.COMMITTEE))
    assert "You asked for this yourself" in act(staff_in(Role.COMMITTEE))
    assert "Done for 1" in act(StaffFactory.create(is_superuser=False, role=Role.COMMITTEE))
