"""Suspected fraud opens a case for the committee, with the evidence and with a hold (R-IRR-1, R-HOLD-2)."""

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from applicants.models import Applicant
from applicants.roles import Role
from applicants.services import reviews
from certification import invariants
from certification.models import CaseAllegation, Credential, IrregularBehaviorCase, LastVerdict
from certification.models.cases import MOST_WORDS
from certification.presenters.credentials import history_of
from certification.presenters.history import events_of
from certification.rules.trace import Outcome
from certification.services.cases import steps
from certification.services.cases.steps import NO_EVIDENCE, CaseError, Evidence
from certification.services.credentials import deciding, handing_in, moves
from certification.services.credentials.deciding import CredentialReading
from certification.services.evaluation import evaluate_person
from certification.services.nightly import evaluate_everybody
from certification.services.verification import answers, review
from certification.states import CaseState, CredentialState, Verdict
from portal.audit import actor_label
from portal.models import AuditEvent, InboxMessage
from portal.own_data import build_zip, topic_of
from portal.personal_data import registry
from tests.applicants.identity_scenes import scan
from tests.certification.cases import FINDING, before_committee, committee, decided, notified, open_holds
from tests.certification.credential_scenes import AT, ISSUER, passes, waiting
from tests.certification.school_scenes import LATER, reply_to, sent_request, token_of
from tests.factories.schools_portal import VerificationRequestFactory
from tests.people import browser_of, reviewer, senior, staff_in
from tests.support.reading import open_record

__all__ = ["before_committee", "committee", "notified"]
pytestmark = pytest.mark.django_db


# What differs between two pages whatever they say: the time of the day, addresses, keys, tokens.
WHOSE = re.compile(
    r'\d+:\d\d [AP]M|(?:href|action|src|id|name|for|nonce|value|content|datetime|aria-[a-z]+|hx-[a-z]+|data-[a-z-]+)="[^"]*"'
)
ANSWERED = (
    CredentialState.IN_REVIEW,
    CredentialState.ACCEPTED_FOR_VERIFICATION,
    CredentialState.SENT_TO_SCHOOL,
    CredentialState.REPLY_RECEIVED,
)
KEYS = re.compile(r'"(?:id|replaced_by|upload|sha256|hash|subject_id)": (?:"[^"]*"|[^,}]*)')


def suspect(credential: Credential, words: str, *, turn: int = 0) -> None:
    """Two people suspect the document, one after the other."""
    for number, role in enumerate((Role.CREDENTIAL_REVIEWER, Role.SENIOR_REVIEWER)):
        at = AT + (2 * turn + number) * reviews.REVIEW_HOLDS
        reviews.take(Credential, credential.pk, reviewer=staff_in(role), at=at)
        entered = CredentialReading(internal_note=words)
        done = deciding.suspect(key=credential.pk, reading=entered, reviewer=staff_in(role), at=at)
        assert done is bool(number)
        assert IrregularBehaviorCase.objects.count() == min(turn + number, 1)


def refuted(verdict: Verdict) -> IrregularBehaviorCase | None:
    """Two people take the answer of a school as a refutation; returns the case that this opened."""
    request = sent_request()
    answers.answer_by_link(token_of(request.official), reply_to(request, verdict), at=LATER)
    for actor in (reviewer(), senior()):
        review.refute(request.pk, reason="No such person", at=LATER, actor=actor)
    case = IrregularBehaviorCase.objects.first()
    if case is not None:
        assert (case.applicant, case.credential, case.verification) == (request.applicant, request.credential, request)
    return case


def test_a_suspicion_opens_one_case_that_holds_the_certificate(applicant: Applicant):
    credential = waiting(applicant)
    suspect(credential, "Seal is copied")
    moves.move(credential, CredentialState.SUBMITTED, at=AT, actor="test")
    suspect(credential, "And so is the signature", turn=1)

    case = IrregularBehaviorCase.objects.get()
    assert (case.credential, case.verification) == (credential, None)
    assert "Seal is copied" in case.allegation
    assert "And so is the signature" in case.later_allegations.get().words
    # What is alleged is for the committee; who sees holds reads no word of it, and the person is told nothing yet.
    assert "copied" not in case.hold.reason
    assert not InboxMessage.objects.exists()
    assert evaluate_person(applicant, AT.date()).trace("R-HOLD-2").outcome is Outcome.NOT_MET
    assert AuditEvent.objects.filter(event="certification.case_evidence_added").count() == 1


def rows_of_copy(user_id: int) -> str:
    """Every row of the copy of somebody's data, as it is written."""
    with zipfile.ZipFile(io.BytesIO(build_zip(user_id, at=AT))) as archive:
        tables = [json.loads(archive.read(f"{topic}.json"))["tables"] for topic in ("certification", "history")]
    return json.dumps([table["rows"] for one in tables for table in one.values()])


def test_the_copy_of_ones_data_tells_of_no_suspicion(applicant: Applicant):
    credential = waiting(applicant)
    suspect(credential, "Seal is copied")

    copy = rows_of_copy(applicant.user_id)
    assert '"state": "in_review"' in copy
    assert "certification.credential_submitted" in copy
    assert not [word for word in ("fraud", "suspect", "irregular", "case_", "copied") if word in copy.lower()]
    moves.move(credential, CredentialState.SUBMITTED, at=AT, actor="test")
    assert "fraud" not in rows_of_copy(applicant.user_id)


def told_of(applicant: Applicant, client: Client, credential: Credential, *, at: datetime) -> dict[str, object]:
    """Everything that the physician can find out about a document, and about what keeps their certificate back."""
    LastVerdict.objects.all().delete()
    evaluate_everybody(at=at)
    topics = [one for one in registry.topics.values() if one.name in ("certification", "history")]
    copy = json.dumps([topic_of(one, applicant.user_id) for one in topics], default=str)
    upload_more = {"what": "diploma", "issuer": ISSUER, "file": scan(90)}
    document = credential.documents.filter(replaced_by=None).get()
    pages = {
        "document": client.get(reverse("credential", args=[credential.pk])),
        "documents": client.get(reverse("credentials")),
        "checklist": client.get(reverse("dashboard")),
        "certificate": client.get(reverse("certificate")),
        "hold": client.get(reverse("requirement", args=["holds"])),
        "diploma": client.get(reverse("requirement", args=["diploma"])),
        "what if": client.get(reverse("what_if"), {"verified_on_0": "1"}),
        "replace": client.get(reverse("credential_replace", args=[credential.pk, document.pk])),
        "not confirmed": client.post(
            reverse("credential_replace", args=[credential.pk, document.pk]), {"file": scan(91)}
        ),
        "another": client.post(reverse("credential_upload"), upload_more),
        "change": client.post(reverse("credential_printed", args=[credential.pk]), follow=True),
        "send": client.post(reverse("credential_send", args=[credential.pk]), follow=True),
        "remove": client.post(reverse("credential_remove", args=[credential.pk, document.pk]), follow=True),
        "discard": client.post(reverse("credential_discard", args=[credential.pk]), follow=True),
    }
    words = {name: WHOSE.sub("", page.content.decode()) for name, page in pages.items()}
    known = LastVerdict.objects.values_list("outcome", "open_rules").get()
    return {
        **words,
        "verdict": known,
        "copy": KEYS.sub("", copy),
        "deletion": registry.obstacles_for(applicant.user_id),
    }


@pytest.mark.usefixtures("uploads_dir")
@pytest.mark.parametrize(("answered", "replaced"), [(False, 0), (False, 1), (False, 2), (True, 0)])
def test_a_suspected_document_reads_like_one_in_review(
    applicant: Applicant, applicant_client: Client, answered: bool, replaced: int
):
    credential, told = waiting(applicant), []
    if answered:
        # Its translation was accepted before the school was asked.
        Credential.objects.filter(pk=credential.pk).update(language="fr")
        for state in ANSWERED:
            moves.move(credential, state, at=AT, actor="test")
    reviews.take(Credential, credential.pk, reviewer=staff_in(Role.CREDENTIAL_REVIEWER), at=AT)
    for suspected in (False, True):
        savepoint = transaction.savepoint()
        credential.refresh_from_db()
        if suspected:
            at = AT + timedelta(days=9)
            moves.move(credential, CredentialState.SUSPECTED_FRAUD, at=at, actor="test")
            steps.open_case(
                applicant=applicant, allegation="Copied", evidence=Evidence(credential), at=at, actor="test"
            )
        for number in range(replaced):
            handing_in.replace_file(
                applicant=applicant,
                key=credential.pk,
                document=credential.documents.get(replaced_by=None).pk,
                file=scan(50 + number),
                knows_review_ends=True,
                at=AT + timedelta(days=12 + 2 * number),
                actor=actor_label(applicant.user),
            )
            passes()
        told.append(told_of(applicant, applicant_client, credential, at=AT + timedelta(days=20)))
        transaction.savepoint_rollback(savepoint)

    reviewed, suspected_ = told
    for what, words in reviewed.items():
        assert suspected_[what] == words, what
    assert ("Replace this file" in str(reviewed["document"])) is not answered
    assert ("Your school answered" in str(reviewed["document"])) is answered
    assert "We have this document from you already" in str(reviewed["another"])
    assert reviewed["deletion"] == ["A review of your record is under way. Our staff must finish it first."]


def test_the_hold_of_a_case_is_told_with_its_notice(applicant: Applicant, applicant_client: Client):
    member = actor_label(staff_in(Role.COMMITTEE))
    case = steps.open_case(applicant=applicant, allegation="Copied", at=AT, actor=member)
    held = [evaluate_person(applicant, AT.date(), as_told=True).trace("R-HOLD-2").outcome]
    steps.start_review(case_id=case.pk, at=AT, actor=member)
    steps.send_notice(case_id=case.pk, notice="What is alleged", at=AT, actor=member)
    held.append(evaluate_person(applicant, AT.date(), as_told=True).trace("R-HOLD-2").outcome)

    assert held == [Outcome.MET, Outcome.NOT_MET]
    assert "Hold placed" in applicant_client.get(reverse("requirement", args=["holds"])).content.decode()
    assert "on hold" in registry.obstacles_for(applicant.user_id)[0]


def test_a_cleared_suspicion_is_no_act_of_the_person(applicant: Applicant, applicant_client: Client):
    credential = waiting(applicant)
    for state in (CredentialState.IN_REVIEW, CredentialState.SUSPECTED_FRAUD, CredentialState.SUBMITTED):
        moves.move(credential, state, at=AT, actor="test")

    steps_told = [step.title for step in history_of(credential)]
    assert steps_told.count("Credential sent for review") == 1
    assert [words for _, words in events_of("diploma", applicant)].count("Credential sent for review") == 1
    activity = applicant_client.get(reverse("account_activity"), {"show": "changes"}).content.decode()
    assert activity.count("Credential sent for review") == 1


def test_nothing_that_is_alleged_later_is_lost_or_told_to_the_person(applicant: Applicant, applicant_client: Client):
    first, second = sent_request(applicant=applicant), VerificationRequestFactory.create(applicant=applicant)
    document, member = first.credential, actor_label(staff_in(Role.COMMITTEE))
    long = "The seal is copied. " * 400
    for words, asked in ((long, first), (f"{long}Last words of the second", second), ("A third time", None)):
        steps.open_case(applicant=applicant, allegation=words, evidence=Evidence(document, asked), at=AT, actor=member)

    case = IrregularBehaviorCase.objects.get()
    later = list(case.later_allegations.order_by("pk").values_list("words", "verification", "made_by"))
    assert (case.allegation, case.verification) == (long, first)
    assert later == [
        (f"{long}Last words of the second", second.pk, member),
        ("A third time", None, member),
    ]
    address = reverse("admin:certification_irregularbehaviorcase_change", args=[case.pk])
    page = open_record(browser_of(Role.COMMITTEE), address).content.decode()
    assert "Last words of the second" in page
    assert staff_in(Role.COMMITTEE).email in page
    assert "user:" not in page
    assert reverse("admin:certification_verificationrequest_change", args=[second.pk]) in page
    for question in ("", "?show=changes"):
        told = applicant_client.get(reverse("account_activity") + question).content.decode()
        assert not [word for word in ("copied", "alleged", "Case", "Last words") if word in told]


def alleged_later(applicant: Applicant) -> CaseAllegation:
    """Something that was alleged of a document whose case was open already, after an answer of the school."""
    asked, member = sent_request(applicant=applicant), actor_label(staff_in(Role.COMMITTEE))
    evidence = Evidence(asked.credential, asked)
    for words in ("The seal is copied", "The signature too"):
        steps.open_case(applicant=applicant, allegation=words, evidence=evidence, at=AT, actor=member)
    return CaseAllegation.objects.get()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {} SET words = 'Less'",
        "UPDATE {} SET made_by = 'somebody', verification_id = NULL",
        "UPDATE {} SET made_at = made_at + interval '1 day'",
        "DELETE FROM {}",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {}",
    ],
)
def test_what_is_alleged_is_written_once(applicant: Applicant, change: str):
    table = alleged_later(applicant)._meta.db_table

    refused = pytest.raises(IntegrityError, match="written once")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))

    assert CaseAllegation.objects.get().words == "The signature too"
    assert not [line for line in invariants.check(stored=False) if "alleged" in line]


def test_what_is_alleged_outlives_the_question_to_the_school(applicant: Applicant):
    row = alleged_later(applicant)
    before = CaseAllegation.objects.filter(verification__isnull=False)
    assert before.update(verification=None) == 1

    row.refresh_from_db()
    assert (row.words, row.verification) == ("The signature too", None)


def test_nobody_alleges_more_than_can_be_kept(applicant: Applicant):
    first = alleged_later(applicant)
    document, too_long = first.case.credential, "x" * (MOST_WORDS + 1)
    before = AuditEvent.objects.count()

    for evidence in (Evidence(document), NO_EVIDENCE):
        with pytest.raises(CaseError, match="Use at most 10,000 characters"):
            steps.open_case(applicant=applicant, allegation=too_long, evidence=evidence, at=AT, actor="test")
    with pytest.raises(IntegrityError, match="case_allegation_not_too_long"), transaction.atomic():
        CaseAllegation.objects.create(case=first.case, words=too_long, made_at=AT, made_by="test")

    assert (IrregularBehaviorCase.objects.count(), CaseAllegation.objects.count()) == (1, 1)
    assert (len(open_holds(applicant)), AuditEvent.objects.count()) == (1, before)


def test_a_school_that_says_not_ours_opens_a_case():
    case = refuted(Verdict.NOT_OURS)

    assert case is not None
    assert case.hold.lifted_at is None
    address = reverse("admin:certification_irregularbehaviorcase_change", args=[case.pk])
    page = open_record(browser_of(Role.COMMITTEE), address).content.decode()
    assert reverse("admin:certification_credential_change", args=[case.credential_id]) in page
    assert reverse("admin:certification_verificationrequest_change", args=[case.verification_id]) in page


def test_a_school_that_cannot_confirm_alleges_nothing():
    assert refuted(Verdict.NOT_CONFIRMED) is None


@pytest.mark.parametrize("state", [CaseState.WITH_COMMITTEE, CaseState.DECIDED])
def test_what_is_alleged_after_the_notice_is_a_case_of_its_own(
    before_committee: IrregularBehaviorCase, committee: list[str], state: CaseState
):
    applicant, document = before_committee.applicant, waiting(before_committee.applicant)
    IrregularBehaviorCase.objects.update(credential=document)
    if state == CaseState.DECIDED:
        decided(before_committee, replace(FINDING, sanctions=()), committee[1], committee[2])
        assert not open_holds(applicant)

    new = steps.open_case(
        applicant=applicant, allegation="Another seal", evidence=Evidence(document), at=AT, actor=committee[0]
    )

    before_committee.refresh_from_db()
    assert (before_committee.state, before_committee.later_allegations.count()) == (state, 0)
    assert (new.state, new.allegation, new.credential) == (CaseState.ALLEGATION, "Another seal", document)
    assert new.hold in open_holds(applicant)
    assert new.hold_id != before_committee.hold_id
