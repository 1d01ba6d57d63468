"""Files of rows: checked without writing, written as a whole or not at all, and where each record comes from."""

import io
from datetime import date

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from applicants.permissions import NotAllowedError
from applicants.roles import Role
from certification.models import (
    DegreeTitle,
    ExaminationResult,
    FileImport,
    FileImportRow,
    OetResult,
    SponsorNote,
)
from certification.services.imports import applying, receiving, working
from certification.services.imports.receiving import NotNowError
from certification.states.imports import ImportKind, ImportState
from portal import audit
from portal.models import AuditEvent, InboxMessage, OutgoingEmail
from tests.certification.importing import (
    NOTES,
    OET,
    TITLES,
    USMLE,
    accepted,
    checked,
    reasons,
    row,
    upload,
    written,
)
from tests.factories.applicants import ApplicantFactory
from tests.factories.certification import (
    ExaminationResultFactory,
    MedicalSchoolFactory,
    OetResultFactory,
    SponsorNoteFactory,
)
from tests.people import staff_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return audit.actor_label(staff_in(Role.SENIOR_REVIEWER))


@pytest.fixture
def ada():
    return ApplicantFactory.create(identification_number="04821375")


# --- A whole file, and where its records come from ---


def test_checked_file_writes_nothing_until_it_is_accepted_and_then_everything(actor, ada):
    text = (
        USMLE
        + row(result="fail")
        + row(taken_on="2022-09-10", reported_on="2022-10-06")
        + row(examination="step_2_ck", taken_on="2023-01-10", reported_on="2023-02-06", result="incomplete")
    )
    before = written()
    file_import = checked(text, actor)

    assert (file_import.state, file_import.rows, file_import.new_rows) == (ImportState.READY, 3, 3)
    assert written() == before

    accepted(file_import, actor)

    found = ExaminationResult.objects.order_by("taken_on").values_list("passed", "incomplete", "source_line")
    assert list(found) == [(False, False, 2), (True, False, 3), (False, True, 4)]
    assert set(ExaminationResult.objects.values_list("source_import", "applicant")) == {(file_import.pk, ada.pk)}
    assert file_import.state == ImportState.APPLIED
    assert AuditEvent.objects.filter(event="certification.import_applied", actor=actor).count() == 1


def test_people_are_told_once_and_the_mail_says_nothing_of_the_result(actor, ada):
    file_import = accepted(checked(USMLE + row() + row(taken_on="2021-03-10", result="fail"), actor), actor)
    while working.work(file_import.pk):
        pass

    message = InboxMessage.objects.get(user=ada.user)
    mail = OutgoingEmail.objects.get(template="result_arrived")
    assert message.kind == "result_arrived"
    told = (mail.text + mail.html + mail.subject).replace("password", "").lower()
    assert not any(word in told for word in ("pass", "fail", "step"))
    assert FileImport.objects.get(pk=file_import.pk).told_at is not None
    assert AuditEvent.objects.get(event="certification.result_arrived").person == ada.pk


def test_differences_are_found_and_written_for_reference_data(actor):
    school = MedicalSchoolFactory.create(code="S000001", country="GH")
    note = SponsorNoteFactory.create(school=school, from_year=1990)
    SponsorNoteFactory.create(school=school, from_year=1980, to_year=1985, basis="test")
    text = NOTES + "S000001,1990,2001,directory\ns000001,1980,1985,test\nS000001,2005,current,directory\n"

    file_import = checked(text, actor, ImportKind.SPONSOR_NOTES)

    assert (file_import.changed_rows, file_import.same_rows, file_import.new_rows) == (1, 1, 1)
    change = FileImportRow.objects.get(outcome="changed")
    assert (change.before["to_year"], change.values["to_year"]) == (None, 2001)
    accepted(file_import, actor)
    note.refresh_from_db()
    assert (note.to_year, note.basis, note.source_import_id, note.source_line) == (2001, "directory", file_import.pk, 2)
    assert SponsorNote.objects.filter(school=school).count() == 3
    assert not InboxMessage.objects.exists()


def test_titles_of_a_school_and_of_a_country_are_imported(actor):
    MedicalSchoolFactory.create(code="S000001", country="GH")
    text = TITLES + "S000001,GH,MB ChB,1970,,,guide\n,GH,Стоматолог,,,Only stomatology (R-CRED-5),guide\n"

    accepted(checked(text, actor, ImportKind.DEGREE_TITLES), actor)

    assert DegreeTitle.objects.get(title="MB ChB").from_year == 1970
    assert DegreeTitle.objects.get(school=None).is_excluded
    again = checked(text + ",GH,Other,,,,guide\n", actor, ImportKind.DEGREE_TITLES)
    assert (again.same_rows, again.new_rows) == (2, 1)


def test_oet_scores_are_imported_and_corrected(actor, ada):
    OetResultFactory.create(applicant=ada, taken_on=date(2024, 9, 14), released_on=date(2024, 10, 1))
    text = OET + "04821375,2024-09-14,350,350,350,310,2024-10-01\n04821375,2025-01-11,400,390,380,370,2025-01-28\n"

    accepted(checked(text, actor, ImportKind.OET_RESULTS), actor)

    assert list(OetResult.objects.order_by("taken_on").values_list("writing", flat=True)) == [310, 370]


# --- What changed between the check and the writing ---


def test_record_that_came_since_the_check_sends_the_file_back_and_nothing_is_written(actor, ada):
    file_import = checked(USMLE + row() + row(examination="step_2_ck"), actor)
    ExaminationResultFactory.create(applicant=ada, taken_on=date(2022, 3, 10), reported_on=date(2022, 4, 6))

    accepted(file_import, actor)

    assert ExaminationResult.objects.count() == 1
    assert file_import.state == ImportState.FAULTY
    assert file_import.notice == applying.STALE
    assert reasons(file_import)[2] == "This result is on record already."


def test_pass_that_came_since_the_check_forbids_another_one(actor, ada):
    file_import = checked(USMLE + row(taken_on="2023-03-10", reported_on="2023-04-01"), actor)
    ExaminationResultFactory.create(applicant=ada, taken_on=date(2022, 3, 10), reported_on=date(2022, 4, 6))

    accepted(file_import, actor)

    assert ExaminationResult.objects.count() == 1
    assert "R-EXAM-6" in reasons(file_import)[2]


def test_record_that_changed_since_the_check_is_not_overwritten_unseen(actor):
    note = SponsorNoteFactory.create(school=MedicalSchoolFactory.create(code="S000001"), from_year=1990)
    file_import = checked(NOTES + "S000001,1990,2001,directory\n", actor, ImportKind.SPONSOR_NOTES)
    SponsorNote.objects.update(to_year=1999)

    accepted(file_import, actor)

    note.refresh_from_db()
    assert (note.to_year, file_import.state) == (1999, ImportState.READY)
    assert FileImportRow.objects.get().before["to_year"] == 1999


def test_person_deleted_since_the_check_sends_the_file_back(actor, ada):
    file_import = checked(USMLE + row(), actor)
    FileImportRow.objects.all().delete()

    accepted(file_import, actor)

    assert not ExaminationResult.objects.exists()
    assert file_import.notice == applying.STALE


def test_acceptance_of_another_check_is_refused(actor, ada):
    file_import = checked(USMLE + row(), actor)

    with pytest.raises(NotNowError, match="checked again"):
        receiving.accept(import_id=file_import.pk, rows=7, tells_people=True, actor=actor, at=timezone.now())
    assert FileImport.objects.get().state == ImportState.READY


# --- Workers and people ---


def test_work_goes_on_where_a_lost_worker_stopped(actor, ada, monkeypatch):
    monkeypatch.setattr(working, "CHUNK", 1)
    monkeypatch.setattr(working, "SLICE_SECONDS", 0.0)
    file_import = upload(USMLE + row() + row(examination="step_2_ck"), actor)

    assert working.work(file_import.pk) is True
    assert FileImport.objects.get().rows == 1
    FileImport.objects.update(token="00000000-0000-4000-8000-000000000000", lease_until=timezone.now() + working.LEASE)
    assert working.work(file_import.pk) is False
    assert FileImport.objects.get().rows == 1
    FileImport.objects.update(lease_until=timezone.now() - working.LEASE)
    assert working.sweep(at=timezone.now()) == 1
    while working.work(file_import.pk):
        pass
    assert FileImport.objects.get().state == ImportState.READY
    assert FileImportRow.objects.count() == 2


def test_damaged_file_is_not_read_as_another_one(actor, ada):
    file_import, other = upload(USMLE + row(), actor), upload(USMLE + row(result="fail"), actor)
    storage = storages["imports"]
    names = [f"{one.storage_name[:2]}/{one.storage_name}" for one in (file_import, other)]
    with storage.open(names[1]) as file:
        data = file.read()
    storage.delete(names[0])
    storage.save(names[0], io.BytesIO(data))

    working.work(file_import.pk)

    assert "damaged" in FileImport.objects.get(pk=file_import.pk).fault


@pytest.mark.parametrize("role", [Role.CREDENTIAL_REVIEWER, Role.FINANCE, Role.COMMITTEE, Role.EDITOR, Role.AUDITOR])
def test_other_roles_import_nothing(role, actor, ada):
    other = audit.actor_label(staff_in(role))
    file_import = checked(USMLE + row(), actor)

    with pytest.raises(NotAllowedError):
        upload(USMLE + row(result="fail"), other)
    for act in (receiving.discard, receiving.check_again):
        with pytest.raises(NotAllowedError):
            act(import_id=file_import.pk, actor=other, at=timezone.now())
    with pytest.raises(NotAllowedError):
        receiving.accept(import_id=file_import.pk, rows=1, tells_people=True, actor=other, at=timezone.now())
    assert FileImport.objects.get().state == ImportState.READY
    assert not ExaminationResult.objects.exists()
