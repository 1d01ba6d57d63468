"""What reviewers decide about a credential, on the page and past it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, User
from applicants.permissions import NotAllowedError
from applicants.roles import Role
from applicants.services import reviews
from applicants.services.reviews import DecisionError, HeldByAnotherError, NotYoursError
from certification.models import (
    Credential,
    CredentialSpecimen,
    DegreeTitle,
    MedicalEducation,
    MedicalSchool,
    VerificationRequest,
)
from certification.services.credentials import deciding, handing_in, moves, specimens
from certification.services.credentials.deciding import CHECKS, CredentialReading
from certification.states import CredentialKind, CredentialPart, CredentialState
from portal.audit import actor_label
from portal.four_eyes import SamePersonError
from portal.models import AuditEvent, InboxMessage, OutgoingEmail
from tests.applicants.identity_scenes import scan
from tests.certification.credential_scenes import (
    AT,
    ISSUER,
    TITLE,
    add,
    describe,
    nothing_happens,
    passes,
    submit,
    upload,
    waiting,
)
from tests.factories.applicants import StaffFactory
from tests.people import staff_in
from tests.support.sign_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]
C, P = CredentialState, CredentialPart


@pytest.fixture
def school(applicant: Applicant) -> MedicalSchool:
    """The applicant's school, of which one title is accepted from 2000 on and one never."""
    found = MedicalSchool.objects.create(
        code="GH0001", name=ISSUER, city="Accra", country="GH", search_text="example medical school accra"
    )
    MedicalEducation.objects.create(
        applicant=applicant,
        school=found,
        school_name=found.name,
        degree_title=TITLE,
        graduation_on=date(2018, 6, 1),
        degree_on=date(2018, 7, 1),
    )
    for title, reason in ((TITLE, ""), ("Doctor of Stomatology", "Stomatology only")):
        DegreeTitle.objects.create(
            school=found, country="GH", title=title, from_year=2000, excluded_reason=reason, basis="Test"
        )
    return found


@pytest.fixture
def reviewer(db: None) -> User:
    return staff_in(Role.CREDENTIAL_REVIEWER)


@pytest.fixture
def senior(db: None) -> User:
    return staff_in(Role.SENIOR_REVIEWER)


def reading(credential: Credential, **changes: object) -> CredentialReading:
    """What a careful reviewer reads in a good document."""
    good = CredentialReading(
        checks=tuple(CHECKS),
        name=credential.applicant.full_name,
        degree_title=TITLE,
        issued_on=date(2018, 7, 1),
        issuer=ISSUER,
        school_id=credential.school_id,
    )
    return replace(good, **changes)  # type: ignore[arg-type]  # names of its own fields


def taken(applicant: Applicant, who: User) -> Credential:
    credential = waiting(applicant)
    reviews.take(Credential, credential.pk, reviewer=who, at=AT)
    return Credential.objects.get(pk=credential.pk)


def state_of(credential: Credential) -> str:
    return Credential.objects.values_list("state", flat=True).get(pk=credential.pk)


def test_an_accepted_diploma_is_made_ready_for_its_school_and_the_person_told(
    applicant: Applicant, school: MedicalSchool, reviewer: User
):
    credential = taken(applicant, reviewer)

    deciding.accept(key=credential.pk, reading=reading(credential), reviewer=reviewer, at=AT)

    assert state_of(credential) == C.ACCEPTED_FOR_VERIFICATION
    request = VerificationRequest.objects.get()
    assert (request.credential_id, request.school) == (credential.pk, school)
    assert [message.kind for message in InboxMessage.objects.all()] == ["credential_accepted"]
    stored = Credential.objects.get()
    assert (stored.read_name, stored.decided_by, stored.reviewer) == ("Kofi Mensah", actor_label(reviewer), None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"checks": ("name",)}, "checks"),
        ({"name": "K. Mensah"}, "name"),
        ({"name": ""}, "name"),
        ({"degree_title": "Licentiate of Magic"}, "degree_title"),
        ({"degree_title": "Licentiate of Magic", "title_by_hand": True, "internal_note": ""}, None),
        ({"degree_title": "DOCTOR OF  STOMATOLOGY", "title_by_hand": True, "internal_note": "Yes"}, "degree_title"),
        ({"degree_title": ""}, "degree_title"),
        ({"school_id": None}, "school"),
        ({"issued_on": None}, "issued_on"),
    ],
)
def test_what_does_not_agree_is_never_silently_accepted(
    applicant: Applicant, school: MedicalSchool, reviewer: User, enqueued, changes, field
):
    credential = taken(applicant, reviewer)

    with nothing_happens(enqueued), pytest.raises((DecisionError, NotAllowedError)) as refused:
        deciding.accept(key=credential.pk, reading=reading(credential, **changes), reviewer=reviewer, at=AT)

    assert getattr(refused.value, "field", None) == field
    assert VerificationRequest.objects.count() == 0


def test_a_title_that_the_guide_does_not_have_is_decided_by_a_senior_with_a_reason(
    applicant: Applicant, school: MedicalSchool, senior: User, enqueued
):
    credential = taken(applicant, senior)
    entered = reading(credential, degree_title="Medicinae Universae Doctor", title_by_hand=True)

    with nothing_happens(enqueued), pytest.raises(DecisionError, match="Say why"):
        deciding.accept(key=credential.pk, reading=entered, reviewer=senior, at=AT)
    entered = replace(entered, internal_note="Confirmed by the ministry on paper")
    deciding.accept(key=credential.pk, reading=entered, reviewer=senior, at=AT)

    accepted = Credential.objects.get(pk=credential.pk, state=C.ACCEPTED_FOR_VERIFICATION)
    assert accepted.title_accepted_on == date(2026, 5, 4)


def test_case_and_blanks_of_a_title_do_not_matter_and_the_year_does(school: MedicalSchool):
    assert deciding.judge_title(TITLE.upper().replace(" ", "  "), school, 2018).answer.value == "accepted"
    assert {deciding.judge_title(TITLE, *one).answer.value for one in ((school, 1999), (None, 2018))} == {"unknown"}


def test_a_translation_has_checks_of_its_own(applicant: Applicant, school: MedicalSchool, reviewer: User, enqueued):
    credential = upload(applicant).credential
    add(credential, P.TRANSLATION, shade=99)
    passes()
    describe(credential, language="es")
    submit(credential)
    reviews.take(Credential, credential.pk, reviewer=reviewer, at=AT)
    credential.refresh_from_db()
    plain = tuple(check for check in CHECKS if check not in {"word_for_word", "translator", "certified"})

    with nothing_happens(enqueued), pytest.raises(DecisionError):
        deciding.accept(key=credential.pk, reading=reading(credential, checks=plain), reviewer=reviewer, at=AT)
    deciding.accept(key=credential.pk, reading=reading(credential), reviewer=reviewer, at=AT)


def test_a_letter_counts_for_examinations_and_never_as_a_diploma(
    applicant: Applicant, school: MedicalSchool, reviewer: User, enqueued
):
    credential = upload(applicant, part=P.SCHOOL_LETTER).credential
    passes()
    describe(credential, issued_on=None, degree_title="")
    submit(credential)
    reviews.take(Credential, credential.pk, reviewer=reviewer, at=AT)

    for act, checks in ((deciding.accept, tuple(CHECKS)), (deciding.accept_letter, (deciding.NAME, deciding.COMPLETE))):
        with nothing_happens(enqueued), pytest.raises(DecisionError, match=r"R-CRED-8|checks"):
            act(key=credential.pk, reading=reading(credential, checks=checks), reviewer=reviewer, at=AT)
    deciding.accept_letter(key=credential.pk, reading=reading(credential), reviewer=reviewer, at=AT)

    stored = Credential.objects.get()
    assert (stored.state, stored.letter_accepted_on) == (C.RETURNED_TO_APPLICANT, date(2026, 5, 4))
    assert InboxMessage.objects.get().kind == "credential_letter_accepted"
    with pytest.raises(handing_in.IncompleteError):
        submit(stored)


def test_a_return_needs_a_reason_which_stands_in_the_inbox_alone(
    applicant: Applicant, school: MedicalSchool, reviewer: User, enqueued
):
    credential = taken(applicant, reviewer)
    with nothing_happens(enqueued), pytest.raises(DecisionError):
        deciding.give_back(key=credential.pk, reading=reading(credential), reviewer=reviewer, at=AT)

    entered = reading(credential, return_reason="Page 2 is cut off", internal_note="Third time")
    deciding.give_back(key=credential.pk, reading=entered, reviewer=reviewer, at=AT)

    assert state_of(credential) == C.RETURNED_TO_APPLICANT
    message, mail = InboxMessage.objects.get(), OutgoingEmail.objects.get(template="credential_returned")
    assert "Page 2 is cut off" in message.text
    assert "Third time" not in message.text
    assert "Page 2" not in mail.text + mail.html + mail.subject


@pytest.mark.parametrize(
    ("act", "state", "told"),
    [(deciding.refuse, C.REFUSED, ["credential_refused"]), (deciding.suspect, C.SUSPECTED_FRAUD, [])],
)
def test_refusal_and_suspicion_take_two_people(
    applicant: Applicant, school: MedicalSchool, reviewer: User, senior: User, enqueued, act, state, told
):
    credential = taken(applicant, reviewer)
    entered = reading(credential, return_reason="Not eligible", internal_note="Seal is copied")

    assert act(key=credential.pk, reading=entered, reviewer=reviewer, at=AT) is False
    assert state_of(credential) == C.IN_REVIEW
    with nothing_happens(enqueued), pytest.raises(SamePersonError):
        act(key=credential.pk, reading=entered, reviewer=reviewer, at=AT)
    colleague = StaffFactory.create(is_superuser=False, role=Role.CREDENTIAL_REVIEWER)
    reviews.take(Credential, credential.pk, reviewer=colleague, at=AT)
    with nothing_happens(enqueued), pytest.raises(NotAllowedError):
        act(key=credential.pk, reading=entered, reviewer=colleague, at=AT)
    later = AT + reviews.REVIEW_HOLDS
    reviews.take(Credential, credential.pk, reviewer=senior, at=later)
    assert act(key=credential.pk, reading=entered, reviewer=senior, at=later) is True

    assert state_of(credential) == state
    assert [message.kind for message in InboxMessage.objects.all()] == told


def test_a_suspicion_ends_by_a_senior_and_keeps_the_place_in_the_queue(
    applicant: Applicant, school: MedicalSchool, reviewer: User, senior: User, enqueued
):
    credential = waiting(applicant)
    for state in (C.IN_REVIEW, C.SUSPECTED_FRAUD):
        moves.move(credential, state, at=AT, actor="test")
    later = AT + timedelta(days=3)
    reviews.take(Credential, credential.pk, reviewer=reviewer, at=later)
    entered = reading(credential, internal_note="The school confirmed the seal")
    with nothing_happens(enqueued), pytest.raises(NotAllowedError):
        deciding.clear(key=credential.pk, reading=entered, reviewer=reviewer, at=later)
    later += reviews.REVIEW_HOLDS
    reviews.take(Credential, credential.pk, reviewer=senior, at=later)
    deciding.clear(key=credential.pk, reading=entered, reviewer=senior, at=later)

    stored = Credential.objects.get()
    assert (stored.state, stored.submitted_at, stored.decided_by) == (C.SUBMITTED, AT, None)


def test_one_reviewer_at_a_time_and_the_late_one_is_refused(
    applicant: Applicant, school: MedicalSchool, reviewer: User, senior: User, enqueued
):
    credential = taken(applicant, reviewer)
    with nothing_happens(enqueued), pytest.raises(HeldByAnotherError, match=reviewer.username):
        reviews.take(Credential, credential.pk, reviewer=senior, at=AT + timedelta(minutes=19))
    reviews.take(Credential, credential.pk, reviewer=senior, at=AT + reviews.REVIEW_HOLDS)
    with nothing_happens(enqueued), pytest.raises(NotYoursError):
        deciding.accept(key=credential.pk, reading=reading(credential), reviewer=reviewer, at=AT + reviews.REVIEW_HOLDS)


# --- The page ---


def address(credential: Credential) -> str:
    return reverse("admin:certification_credential_change", args=[credential.pk])


def entered(act: str, credential: Credential, **changes: object) -> dict[str, object]:
    return {
        "act": act,
        "read_name": "Kofi Mensah",
        "read_degree_title": TITLE,
        "read_issued_on": "2018-07-01",
        "read_graduation_on": "2018-06-01",
        "read_issuer": ISSUER,
        "read_school": str(credential.school_id),
        "checks": list(deciding.needed_checks(credential)),
        **changes,
    }


def browser(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def test_a_reviewer_takes_compares_and_accepts_on_the_page(
    applicant: Applicant, school: MedicalSchool, reviewer: User, django_assert_max_num_queries
):
    credential, client = waiting(applicant, at=timezone.now()), browser(reviewer)
    listed = client.get(reverse("admin:certification_credential_changelist")).content.decode()
    assert "Kofi Mensah" in listed
    assert "Waiting for review" in listed
    client.post(address(credential), {"act": "take"})
    client.get(address(credential))
    with django_assert_max_num_queries(12):
        shown = client.get(address(credential)).content.decode()
    for words in (
        "Accept for verification with the school",
        "✓ same",
        "Among the titles",
        "Download original",
        "200 %",
    ):
        assert words in shown
    wrong = client.post(address(credential), entered("accept", credential, read_degree_title="Bachelor of Magic"))
    page = wrong.content.decode()
    assert "A senior reviewer decides" in page
    assert "≠ check" in page
    assert 'value="Bachelor of Magic"' in page

    answer = client.post(address(credential), entered("accept", credential), follow=True)

    assert "Accepted for verification." in answer.content.decode()
    assert state_of(credential) == C.ACCEPTED_FOR_VERIFICATION


def test_a_review_that_became_stale_shows_what_was_entered(
    applicant: Applicant, school: MedicalSchool, reviewer: User, enqueued
):
    credential, client = waiting(applicant, at=timezone.now()), browser(reviewer)
    client.post(address(credential), {"act": "take"})
    document = credential.current_documents()[0]
    handing_in.replace_file(
        applicant=applicant,
        key=credential.pk,
        document=document.pk,
        file=scan(180),
        knows_review_ends=True,
        at=timezone.now(),
        actor=actor_label(applicant.user),
    )

    with nothing_happens(enqueued):
        answer = client.post(address(credential), entered("accept", credential, internal_note="Seal is faint"))

    page = answer.content.decode()
    assert "waiting for review already" in page
    assert "What you had entered" in page
    assert "Seal is faint" in page


def test_roles_that_may_not_review_read_at_most(applicant: Applicant, school: MedicalSchool, enqueued):
    credential = waiting(applicant, at=timezone.now())

    with nothing_happens(enqueued):
        for role in (Role.FINANCE, Role.EDITOR, Role.AUDITOR, Role.COMMITTEE):
            assert browser(staff_in(role)).post(address(credential), {"act": "take"}).status_code == 403
    assert state_of(credential) == C.SUBMITTED


def test_a_specimen_is_chosen_by_a_senior_and_looking_at_it_is_noted(
    applicant: Applicant, other_applicant: Applicant, school: MedicalSchool, reviewer: User, senior: User, enqueued
):
    verified = waiting(other_applicant, shade=70, at=timezone.now())
    with nothing_happens(enqueued), pytest.raises(specimens.NoSpecimenError):
        specimens.choose(verified.pk, at=timezone.now(), actor=actor_label(senior))
    Credential.objects.filter(pk=verified.pk).update(state=C.VERIFIED)
    with nothing_happens(enqueued), pytest.raises(NotAllowedError):
        specimens.choose(verified.pk, at=timezone.now(), actor=actor_label(reviewer))
    specimens.choose(verified.pk, at=timezone.now(), actor=actor_label(senior))
    specimen = CredentialSpecimen.objects.get()
    credential, client = waiting(applicant, at=timezone.now()), browser(reviewer)

    assert f"?specimen={specimen.pk}" in client.get(address(credential)).content.decode()
    before = AuditEvent.objects.filter(event="portal.record_read", person=other_applicant.pk).count()
    shown = client.get(address(credential), {"specimen": specimen.pk}).content.decode()

    assert "Specimen of the same school" in shown
    assert AuditEvent.objects.filter(event="portal.record_read", person=other_applicant.pk).count() == before + 1
    specimens.drop(verified.pk, at=timezone.now(), actor=actor_label(senior))
    assert "There is no specimen of this school yet." in client.get(address(credential)).content.decode()


def test_another_kind_is_reviewed_without_a_title(applicant: Applicant, school: MedicalSchool, reviewer: User):
    credential = upload(applicant, kind=CredentialKind.TRANSCRIPT).credential
    passes()
    describe(credential, degree_title="")
    submit(credential)
    reviews.take(Credential, credential.pk, reviewer=reviewer, at=AT)
    credential.refresh_from_db()

    deciding.accept(key=credential.pk, reading=reading(credential, degree_title=""), reviewer=reviewer, at=AT)

    assert state_of(credential) == C.ACCEPTED_FOR_VERIFICATION
