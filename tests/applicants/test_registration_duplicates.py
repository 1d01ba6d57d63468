"""Suspected duplicates: who is found, who is not, that nobody gets a second number, and the decision of staff."""

import threading
from datetime import date, timedelta
from typing import Any  # values of any column

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, Registration, SuspectedDuplicate
from applicants.permissions import NotAllowedError
from applicants.services.registration.deciding import (
    PROMISED_DAYS,
    DecisionNotPossibleError,
    close_as_same_person,
    open_as_other_person,
    usual_days,
)
from applicants.services.registration.duplicates import find_suspects
from applicants.services.registration.finishing import finish
from portal.legal import version_of
from portal.models import AuditEvent, OutgoingEmail
from sandbox.process import PATIENCE_SECONDS
from tests.applicants.registering import AGREED, EARLIER, EMAIL, answer, nothing_happens, up_to_check
from tests.factories.applicants import ApplicantFactory, VerifiedNameFactory
from tests.factories.certification import MedicalEducationFactory
from tests.people import reviewer, senior

pytestmark = pytest.mark.django_db
BORN = date(1994, 3, 7)
SCHOOL = "University of Accra Medical School"


def registration(**values):
    """Return a complete draft."""
    at = timezone.now()
    complete = {
        "had_number": "no",
        "family_name": "Mensah",
        "given_names": "Kofi Kwame",
        "birth_date": BORN,
        "school_name": SCHOOL,
        "email": EMAIL,
        "email_confirmed_at": at,
        "password": "a hash",
        "created_at": at,
        "changed_at": at,
    }
    return Registration.objects.create(**complete | values)


def on_record(school="", **values):
    applicant = ApplicantFactory.create(
        **{"family_name": "Mensah", "given_names": "Kofi Kwame", "birth_date": BORN} | values
    )
    if school:
        MedicalEducationFactory.create(applicant=applicant, school_name=school)
    return applicant


# What is told by the new person, and what is on record, where they differ from `registration` and `on_record`.
SAME_PEOPLE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "the same": ({}, {}),
    "case": ({"family_name": "MENSAH", "given_names": "KOFI KWAME"}, {}),
    "accents": ({"family_name": "Nuñez", "given_names": "José"}, {"family_name": "Nunez", "given_names": "Jose"}),
    "combining marks": (
        {"family_name": "Nun\u0303ez", "given_names": "José"},
        {"family_name": "Nuñez", "given_names": "José"},
    ),
    "letters that do not come apart": (
        {"family_name": "Łoś", "given_names": "Søren"},
        {"family_name": "Los", "given_names": "Soren"},
    ),
    "order of parts": ({"family_name": "Kofi Kwame", "given_names": "Mensah"}, {}),
    "middle name left out": ({"given_names": "Kofi"}, {}),
    "one name": ({"family_name": "Kofi", "given_names": ""}, {}),
    "hyphen": (
        {"family_name": "Addo-Mensah", "given_names": "Kofi"},
        {"family_name": "Addo Mensah", "given_names": "Kofi"},
    ),
    "other spelling": (
        {"family_name": "Hussain", "given_names": "Mohammed"},
        {"family_name": "Hussein", "given_names": "Muhammad"},
    ),
    "own script": (
        {"family_name": "Wang", "given_names": "Xiaoming", "native_script_name": "王小明"},
        {"family_name": "Ong", "given_names": "Siew Beng", "native_script_name": "王小明"},
    ),
    "name of former times": ({"family_name": "Boateng", "given_names": "Ama", "earlier_name": "Kofi Mensah"}, {}),
    "day and month swapped": ({"birth_date": date(1994, 7, 3)}, {}),
}


@pytest.mark.parametrize("case", SAME_PEOPLE)
def test_the_same_person_is_suspected(case):
    told, known = SAME_PEOPLE[case]
    applicant = on_record(**known)

    suspects = find_suspects(registration(**told))

    assert [suspect.applicant_id for suspect in suspects] == [applicant.pk]
    assert "name" in suspects[0].reasons


def test_a_verified_other_name_is_compared_too():
    applicant = on_record(family_name="Osei", given_names="Abena")
    VerifiedNameFactory.create(applicant=applicant, family_name="Mensah", given_names="Kofi Kwame")

    assert [suspect.applicant_id for suspect in find_suspects(registration())] == [applicant.pk]


def test_marriage_is_found_by_given_names_birth_date_and_school():
    applicant = on_record(SCHOOL, family_name="Quartey-Papafio", given_names="Efua")

    told = registration(
        family_name="Zimmermann", given_names="Efua Irmgard Theodora", school_name="Univ. of Accra Medical School"
    )

    suspects = find_suspects(told)
    assert [suspect.applicant_id for suspect in suspects] == [applicant.pk]
    assert "school" in suspects[0].reasons


def test_a_wrong_year_is_found_by_name_and_school():
    applicant = on_record(SCHOOL, birth_date=date(1993, 3, 7))

    suspects = find_suspects(registration())

    assert [(suspect.applicant_id, suspect.reasons) for suspect in suspects] == [
        (applicant.pk, ("birth_date_near", "name", "school"))
    ]


def test_strangers_are_not_suspected():
    on_record(family_name="Ferreira Lima", given_names="Daniela")
    on_record(birth_date=date(1980, 11, 30))
    on_record("Somewhere Else Institute", birth_date=date(1993, 3, 7))
    on_record(family_name="Okonkwo", given_names="Amara", birth_date=date(1994, 7, 3))

    assert find_suspects(registration()) == []


def test_number_and_address_that_were_named_are_suspected():
    by_number = ApplicantFactory.create(family_name="Unlike", given_names="Any", birth_date=date(1970, 1, 2))
    by_email = ApplicantFactory.create(
        family_name="Other", given_names="One", birth_date=date(1971, 1, 2), user__email=EMAIL.upper()
    )

    suspects = find_suspects(registration(earlier_number=by_number.identification_number))

    assert {(suspect.applicant_id, suspect.reasons) for suspect in suspects} == {
        (by_number.pk, ("number",)),
        (by_email.pk, ("email",)),
    }


def test_a_suspected_duplicate_waits_and_is_told_nothing_of_the_other(client):
    other = on_record(family_name="Diallo", given_names="Amina", birth_date=date(1994, 3, 27))
    up_to_check(client)

    page = client.get(answer(client, "check", AGREED)["Location"]).content.decode()

    told = Registration.objects.get()
    assert (told.state, told.applicant, Applicant.objects.count()) == ("under_review", None, 1)
    assert [suspicion.applicant for suspicion in SuspectedDuplicate.objects.all()] == [other]
    assert "We are looking at your registration" in page
    assert f"within {PROMISED_DAYS} business days" in page
    assert other.identification_number not in page
    assert set(OutgoingEmail.objects.values_list("template", flat=True)) == {
        "registration_confirm",
        "registration_under_review",
        "staff_alert",
    }
    assert AuditEvent.objects.latest("id").event == "applicants.registration_held"


def test_who_had_a_number_waits_even_when_nobody_is_found(client):
    up_to_check(client)
    ways = answer(client, "earlier", EARLIER | {"had_number": "yes"})

    answer(client, "check", AGREED)

    assert ways["Location"] == reverse("register_ways_in")
    assert Registration.objects.get().state == "under_review"
    assert SuspectedDuplicate.objects.get().reasons == ["said_so"]
    assert Applicant.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_equal_registrations_sent_together_give_one_account_and_one_suspected_duplicate():
    drafts = [registration(email=f"kofi{number}@example.org") for number in (1, 2)]
    together = threading.Barrier(2)
    errors = []

    def send(draft):
        try:
            together.wait(PATIENCE_SECONDS)
            finish(draft.pk, at=timezone.now())
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(draft,)) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert errors == []
    assert sorted(Registration.objects.values_list("state", flat=True)) == ["completed", "under_review"]
    applicant = Applicant.objects.get()
    assert SuspectedDuplicate.objects.get().applicant == applicant


def waiting(**values):
    """Return a registration under review, suspected to be Kofi on record, and Kofi."""
    kofi = on_record()
    told = registration(**values)
    finish(told.pk, at=timezone.now())
    told.refresh_from_db()
    assert told.state == "under_review"
    return told, kofi


def test_another_person_gets_an_account_and_a_message():
    told, _ = waiting()

    applicant = open_as_other_person(told.pk, reason="Other passport, other face", actor=senior(), at=timezone.now())

    told.refresh_from_db()
    assert (told.state, told.applicant, told.decided_by) == ("completed", applicant, senior())
    assert Applicant.objects.count() == 2
    event = AuditEvent.objects.get(event="applicants.account_opened")
    assert (event.actor, event.reason) == (senior(), "Other passport, other face")
    assert OutgoingEmail.objects.latest("created_at").template == "registration_opened"


def test_the_same_person_is_told_at_both_addresses():
    told, kofi = waiting()

    close_as_same_person(told.pk, same_as_id=kofi.pk, reason="Same passport", actor=senior(), at=timezone.now())

    told.refresh_from_db()
    assert (told.state, told.same_as, told.applicant, told.password) == ("closed", kofi, None, "")
    assert Applicant.objects.count() == 1
    sent = dict(OutgoingEmail.objects.values_list("template", "to_email"))
    assert sent["registration_on_file"] == kofi.user.email
    assert sent["registration_closed"] == EMAIL
    to_new = OutgoingEmail.objects.get(template="registration_closed")
    assert not [fact for fact in (kofi.user.email, kofi.identification_number, kofi.given_names) if fact in to_new.text]
    event = AuditEvent.objects.get(event="applicants.registration_closed")
    assert (event.actor, event.reason, event.person) == (senior(), "Same passport", kofi.pk)


def test_a_decision_needs_a_reason_and_comes_once(enqueued):
    told, kofi = waiting()
    at, by = timezone.now(), senior()
    with nothing_happens(enqueued), pytest.raises(DecisionNotPossibleError):
        open_as_other_person(told.pk, reason="  ", actor=by, at=at)
    with nothing_happens(enqueued), pytest.raises(DecisionNotPossibleError):
        close_as_same_person(told.pk, same_as_id=0, reason="Same", actor=by, at=at)
    close_as_same_person(told.pk, same_as_id=kofi.pk, reason="Same", actor=by, at=at)

    with nothing_happens(enqueued), pytest.raises(DecisionNotPossibleError):
        open_as_other_person(told.pk, reason="Changed my mind", actor=by, at=at)


@pytest.mark.parametrize("actor", ["user:0", "system"])
def test_a_decision_needs_the_role_for_it(enqueued, actor):
    told, kofi = waiting()
    for who in (actor, reviewer()):
        with nothing_happens(enqueued), pytest.raises(NotAllowedError):
            open_as_other_person(told.pk, reason="Other face", actor=who, at=timezone.now())
        with nothing_happens(enqueued), pytest.raises(NotAllowedError):
            close_as_same_person(told.pk, same_as_id=kofi.pk, reason="Same", actor=who, at=timezone.now())


def test_the_promise_is_what_decisions_took():
    at = timezone.now()
    assert usual_days(at=at) == PROMISED_DAYS
    kofi = on_record()
    for _ in range(5):
        registration(
            state="closed",
            same_as=kofi,
            password="",
            agreed_at=at,
            terms_version=version_of("terms"),
            submitted_at=at - timedelta(days=6, hours=1),
            finished_at=at,
            decided_at=at,
            decided_by="user:1",
        )

    assert usual_days(at=at) == 7


def decide(client, told, **values):
    return client.post(reverse("admin:applicants_registration_change", args=[told.pk]), values)


def test_staff_compare_side_by_side_and_reading_is_noted(staff_client):
    told, kofi = waiting(given_names="Kofi")

    address = reverse("admin:applicants_registration_change", args=[told.pk])

    before = staff_client.get(address).content.decode()
    assert kofi.given_names not in before
    assert not AuditEvent.objects.filter(event="portal.record_read").exists()
    page = staff_client.post(address, {"open": "1"}, follow=True).content.decode()

    assert "(different)" in page
    assert "(same)" in page
    assert "The names are alike" in page
    read = AuditEvent.objects.get(event="portal.record_read")
    assert (read.person, read.subject_id) == (kofi.pk, str(kofi.pk))


def test_staff_open_and_close_on_the_page(staff_client):
    first, kofi = waiting()
    second = registration(email="second@example.org")
    finish(second.pk, at=timezone.now())

    closed = decide(staff_client, first, decision="same", same_as=str(kofi.pk), reason="Same passport")
    opened = decide(staff_client, second, decision="other", reason="Twin, other passport")

    assert closed.status_code == opened.status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("closed", "completed")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"decision": "earlier", "reason": "Paper"}, "Enter the number that the person has"),
        ({"decision": "earlier", "reason": "Paper", "earlier_number": "123"}, "Enter the eight digits"),
        ({"decision": "other", "reason": ""}, "Say why; the reason is kept in the history"),
        ({"decision": "same", "reason": "Same"}, "Choose which person on record this is, or enter their number"),
        ({"decision": "same", "reason": "Same", "number": "99999999"}, "Nobody has this number. Check the digits"),
        ({"reason": "Same"}, "Press one of the buttons"),
    ],
)
def test_incomplete_decisions_are_refused(staff_client, values, message, enqueued):
    told, _ = waiting()
    decide(staff_client, told, open="1")

    with nothing_happens(enqueued):
        page = decide(staff_client, told, **values).content.decode()

    assert message in page


def test_staff_name_somebody_who_was_not_found(staff_client):
    told, _ = waiting()
    somebody = ApplicantFactory.create(family_name="Quite", given_names="Different", birth_date=date(1970, 1, 2))

    decide(staff_client, told, decision="same", number=somebody.identification_number, reason="Paper file")

    told.refresh_from_db()
    assert told.same_as == somebody


def test_drafts_and_strangers_have_no_page(staff_client, applicant_client):
    draft = registration()
    told, _ = waiting(email="other@example.org")

    assert staff_client.get(reverse("admin:applicants_registration_change", args=[draft.pk])).status_code == 404
    assert staff_client.get(reverse("admin:applicants_registration_change", args=["nonsense"])).status_code == 404
    assert applicant_client.get(reverse("admin:applicants_registration_change", args=[told.pk])).status_code != 200
    assert Client().post(reverse("admin:applicants_registration_change", args=[told.pk])).status_code == 302
    told.refresh_from_db()
    assert told.state == "under_review"
