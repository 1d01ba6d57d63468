"""The checklist, the page of a requirement, and what would be if."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from certification.presenters.calendar import calendar_file
from certification.presenters.checklist import (
    BY_SLUG,
    REQUIREMENTS,
    TURNS,
    WAITING,
    Deadline,
    checklist_of,
    deadlines_of,
)
from certification.rules.registry import RULES
from certification.rules.trace import Bearing, Turn
from certification.services.application import drafts
from certification.services.credentials import moves
from certification.states import CredentialKind, CredentialState, Examination
from portal.models import AuditEvent
from tests.certification.applications import complete
from tests.certification.test_engine import LACKING
from tests.cvs.pages import physician
from tests.factories.certification import CredentialFactory, ExaminationResultFactory, MedicalEducationFactory
from tests.support.verdicts import DAY, judged, sitting

WHAT_IF = reverse("what_if")


def item(document, slug, as_of=DAY):
    """One requirement of the checklist."""
    return {one.slug: one for one in checklist_of(judged(document, as_of))}[slug]


def test_every_deciding_rule_stands_in_one_requirement():
    asked = [rule_id for requirement in REQUIREMENTS for rule_id in requirement.rules]
    deciding = {one.rule_id for one in RULES.values() if one.bearing in (Bearing.CERTIFICATE, Bearing.HOLD)}

    assert len(asked) == len(set(asked))
    assert deciding <= set(asked)
    assert set(TURNS) == set(WAITING) == set(Turn)


def test_everything_in_order_waits_for_the_certificate():
    items = checklist_of(judged({}))

    assert [one.tone for one in items[:-1]] == ["done"] * (len(items) - 1)
    assert (items[-1].label, items[-1].turn) == ("Waiting for us", "Our staff")
    assert (items[-1].address, items[-1].action) == (reverse("certificate"), "See what happens now")


@pytest.mark.parametrize(
    ("name", "slug", "label", "turn"),
    [
        ("application", "apply", "Waiting for us", "Our staff"),
        ("no application", "apply", "Not met", "You"),
        ("passport", "identity", "Action needed", "You"),
        ("note", "school", "Not met", "Nobody"),
        ("title", "education", "Under manual review", "Our staff"),
        ("name", "diploma", "Action needed", "You"),
        ("diploma", "diploma", "Waiting for your school", "Your school"),
        ("oet", "skills", "Not met", "You"),
        ("balance", "holds", "Not met", "You"),
        ("step 2 ck", "examinations", "Not met", "You"),
    ],
)
def test_requirement_says_what_is_lacking_and_whose_turn_it_is(name, slug, label, turn):
    lacking = item(LACKING[name], slug)

    assert (lacking.label, lacking.turn) == (label, turn)
    assert checklist_of(judged(LACKING[name]))[-1].label == "Cannot start yet"


@pytest.mark.parametrize("slug", ["school", "education"])
@pytest.mark.parametrize(
    ("application", "label", "turn"),
    [
        (None, "Cannot start yet", "Nobody"),
        ({"state": "draft"}, "Cannot start yet", "Nobody"),
        ({"state": "paid", "submitted_on": "2025-02-20"}, "Waiting for us", "Our staff"),
        ({"state": "returned", "submitted_on": "2025-02-20"}, "Cannot start yet", "Nobody"),
    ],
)
def test_nobody_is_asked_for_the_school_twice(application, label, turn, slug):
    said = item({"education": None, "application": application}, slug)

    assert (said.label, said.turn, said.address) == (label, turn, "")
    assert "application" in said.reason.lower()


def test_days_waited_are_counted_for_others_only():
    sent = item({"diploma": {"state": "sent_to_school", "sent_to_school_on": "2025-02-04"}}, "diploma")
    own = item({"application": {"state": "returned", "state_since": "2025-02-04"}}, "apply")

    assert sent.waited == 25
    assert sent.reason.endswith(
        "We sent your diploma to your school on February 4, 2025. Most schools answer within 90 days. Today is day 25."
    )
    assert own.waited is None


def test_deadlines_come_soonest_first():
    verdict = judged({"examinations": [sitting("step_1", "2023-01-10")], "pathway_applications": []})

    found = deadlines_of(verdict)

    assert [(one.on, one.title) for one in found] == [
        (date(2025, 5, 31), "Clinical and communication skills"),
        (date(2030, 1, 10), "Step 1 and Step 2 CK"),
    ]


def test_calendar_file_is_folded_and_escaped():
    on = date(2030, 1, 10)
    long = Deadline(on, "Steps, both", "Pass it; " + "é" * 60)

    text = calendar_file([long], person=1, at=timezone.now())

    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert "DTSTART;VALUE=DATE:20300110\r\n" in text
    assert "SUMMARY:Latest safe day: Steps\\, both\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "DESCRIPTION:Pass it\\; " + "é" * 60 in text.replace("\r\n ", "")


def events_in(text: str) -> dict[str, tuple[str, int]]:
    """The events of a calendar file by their name: the day, and the number of the version."""
    found = {}
    for event in text.split("BEGIN:VEVENT\r\n")[1:]:
        lines = dict(line.split(":", 1) for line in event.split("\r\n") if ":" in line)
        found[lines["UID"]] = (lines["DTSTART;VALUE=DATE"], int(lines["SEQUENCE"]))
    return found


def test_a_second_calendar_file_moves_the_events_of_the_first():
    now, both = datetime(2026, 5, 4, 15, tzinfo=UTC), ("Steps", "Skills", "Skills")
    before = [Deadline(date(2030, 1, day), title, "") for day, title in enumerate(both, start=1)]
    after = [replace(one, on=one.on + timedelta(days=40), reason="Changed") for one in before]

    first = events_in(calendar_file(before, person=7, at=now))
    second = events_in(calendar_file(after, person=7, at=now + timedelta(seconds=1)))

    assert list(first) == list(second)
    assert len(first) == len(both)
    assert [day for day, _ in second.values()] == ["20300210", "20300211", "20300212"]
    assert all(second[name][1] > first[name][1] for name in first)
    assert not set(first).intersection(events_in(calendar_file(before, person=8, at=now)))
    assert not set(first).intersection(events_in(calendar_file(before, person=7, at=now, supposed=True)))


@pytest.mark.django_db
@pytest.mark.parametrize("slug", BY_SLUG)
def test_page_of_a_requirement(client: Client, slug: str, django_assert_max_num_queries: DjangoAssertNumQueries):
    applicant = physician(client)
    ExaminationResultFactory(applicant=applicant, taken_on=date(2025, 11, 4), reported_on=date(2025, 12, 1))

    with django_assert_max_num_queries(12):
        page = client.get(reverse("requirement", args=[slug])).content.decode()

    assert f"<h1>{BY_SLUG[slug].title}</h1>" in page
    assert all(rule_id in page for rule_id in BY_SLUG[slug].rules)
    if slug == "examinations":
        assert "Step 1, passed" in page
        assert "Latest safe day: November 4, 2032" in page


@pytest.mark.django_db
def test_no_page_for_what_is_no_requirement(client: Client):
    physician(client)

    assert client.get("/certification/another/").status_code == 404


@pytest.mark.django_db
def test_waiting_days_stand_on_the_page(client: Client):
    applicant = physician(client)
    since = timezone.now() - timedelta(days=25)
    CredentialFactory(
        applicant=applicant, kind=CredentialKind.DIPLOMA, state=CredentialState.SENT_TO_SCHOOL, moved_at=since
    )

    page = client.get(reverse("requirement", args=["diploma"])).content.decode()

    assert "Today is day 25." in page
    assert "Sent to your school" in page


@pytest.mark.django_db
def test_history_tells_returns_and_questions_of_that_document_alone(client: Client):
    applicant = physician(client)
    applicant.education.delete()
    complete(applicant)
    drafts.withdraw(applicant=applicant, at=timezone.now(), actor="user:1")
    diploma = CredentialFactory.create(
        applicant=applicant, kind=CredentialKind.DIPLOMA, state=CredentialState.IN_REVIEW
    )
    moves.move(diploma, CredentialState.RETURNED_TO_APPLICANT, at=timezone.now(), actor="user:1", reason="For staff")
    CredentialFactory(applicant=physician(Client(), 3157426), kind=CredentialKind.DIPLOMA)

    def history(slug: str) -> str:
        page = client.get(reverse("requirement", args=[slug])).content.decode()
        return page.split('<h2 id="history">')[1].split("</section>")[0]

    assert "Application for Certification begun" in history("apply")
    assert "Application for Certification withdrawn" in history("apply")
    assert "Credential returned" in history("diploma")
    assert "For staff" not in history("diploma")
    assert "Credential returned" not in history("transcript")


def test_end_of_a_season_is_told_in_the_zone_of_the_person_too():
    skills = item({"pathway_applications": []}, "skills")
    examinations = item({"examinations": [sitting("step_1", "2023-01-10")]}, "examinations")
    said = [
        render_to_string("certification/_item.html", {"item": one, "zone": zone})
        for one, zone in ((skills, "Africa/Lagos"), (skills, ""), (examinations, "Africa/Lagos"))
    ]

    assert "Latest safe day: June 1, 2025, 4:59 AM in Lagos (May 31, 2025, 11:59 PM ET)" in said[0]
    assert "Latest safe day: May 31, 2025, 11:59 PM ET" in said[1]
    assert "Latest safe day: January 10, 2030<" in said[2]


@pytest.mark.django_db
def test_graduation_cannot_be_tried_before_a_school_is_known(client: Client):
    physician(client).education.delete()

    page = client.post(WHAT_IF, {"graduation_on": "2030-05-20"}).content.decode()

    assert "We do not know your medical school yet" in page
    assert 'value="2030-05-20"' in page
    assert "How you would stand" not in page
    assert "How you would stand" in client.post(WHAT_IF, {"step_1_on": "2030-05-20"}).content.decode()


@pytest.mark.django_db
def test_what_if_judges_days_to_come_and_keeps_nothing(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    applicant = physician(client)
    ExaminationResultFactory(
        applicant=applicant, examination=Examination.STEP_1, taken_on=date(2026, 1, 10), reported_on=date(2026, 2, 1)
    )
    events = AuditEvent.objects.count()

    before = client.get(WHAT_IF).content.decode()
    with django_assert_max_num_queries(12):
        after = client.post(WHAT_IF, {"step_2_ck_on": "2030-05-20"}).content.decode()

    assert "Missing: Step 2 CK. Pass by January 10, 2033." in before
    assert "How you would stand on May 20, 2030" in after
    assert "All examinations were passed within seven years" in after
    late = client.post(WHAT_IF, {"step_2_ck_on": "2033-01-11"}).content.decode()
    assert "Pass by January 11, 2040." in late
    assert AuditEvent.objects.count() == events
    assert applicant.examination_results.count() == 1


@pytest.mark.django_db
def test_what_if_gives_a_calendar_file(client: Client):
    applicant = physician(client)
    ExaminationResultFactory(applicant=applicant, taken_on=date(2026, 1, 10), reported_on=date(2026, 2, 1))

    answer = client.post(WHAT_IF, {"calendar": "1"})

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="deadlines.ics"'
    assert "DTSTART;VALUE=DATE:20330110" in answer.content.decode()
    assert "SUMMARY:Latest safe day:" in answer.content.decode()


@pytest.mark.django_db
def test_days_that_rest_on_a_supposition_say_so_and_move_nothing(client: Client):
    applicant = physician(client)
    ExaminationResultFactory(applicant=applicant, taken_on=date(2026, 1, 10), reported_on=date(2026, 2, 1))
    real = client.post(WHAT_IF, {"calendar": "1"}).content.decode()

    supposed = client.post(WHAT_IF, {"calendar": "1", "as_of": "2030-05-20"}).content.decode()

    assert events_in(supposed)
    assert not set(events_in(supposed)).intersection(events_in(real))
    assert "SUMMARY:If it comes so" in supposed
    assert "SUMMARY:Latest safe day" not in supposed


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["2030-02-30", "soon", "0202-05-20", "9999-01-01"])
def test_what_if_refuses_what_is_no_day(client: Client, typed: str):
    physician(client)

    page = client.post(WHAT_IF, {"step_2_ck_on": typed}).content.decode()

    assert "There is a problem" in page
    assert f'value="{typed}"' in page
    assert "How you would stand" not in page


@pytest.mark.django_db
def test_student_supposes_graduation_and_verification(client: Client):
    applicant = physician(client)
    applicant.education.delete()
    MedicalEducationFactory(applicant=applicant, graduation_on=None, degree_on=None, degree_title="")

    page = client.post(WHAT_IF, {"graduation_on": "2030-05-20", "verified_on": "2030-08-01"}).content.decode()

    assert "How you would stand on August 1, 2030" in page
    assert "Verified with your school on August 1, 2030." in page
