"""Rows and files of imports that are refused, each with its own sentence; nothing of them is written."""

import re
from datetime import date

import pytest
from django.utils import timezone

from applicants.roles import Role
from certification.models import (
    ExaminationResult,
    FileImport,
    FileImportRow,
)
from certification.services.imports import receiving, working
from certification.services.imports.receiving import FileRefusedError, NotNowError
from certification.states.imports import ImportKind, ImportState
from portal import audit
from portal.models import InboxMessage
from tests.certification.importing import (
    NOTES,
    OET,
    TITLES,
    USMLE,
    accepted,
    checked,
    reasons,
    row,
    stored,
    upload,
    written,
)
from tests.factories.applicants import ApplicantFactory
from tests.factories.certification import (
    ExaminationResultFactory,
    MedicalSchoolFactory,
)
from tests.people import staff_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return audit.actor_label(staff_in(Role.SENIOR_REVIEWER))


@pytest.fixture
def ada():
    return ApplicantFactory.create(identification_number="04821375")


# --- Rows that are refused, each with its own sentence; nothing of the file is written ---


@pytest.mark.parametrize(
    ("rows", "line", "sentence"),
    [
        (row(number="99999999"), 2, "The number “99999999” is not known."),
        (row(number="=1+1"), 2, "The number “=1+1” is not known."),
        (row(number=""), 2, "identification_number is empty."),
        (row(examination="step_3"), 2, "examination “step_3” is not one of step_1, step_2_ck, step_2_cs."),
        (row(taken_on="2022-02-30"), 2, "taken_on “2022-02-30” is no day; write it like 2024-05-31."),
        (row(taken_on="10/03/2022"), 2, "taken_on “10/03/2022” is no day; write it like 2024-05-31."),
        (row(taken_on="2099-01-01", reported_on="2099-02-01"), 2, "is before 1992 or in the future."),
        (row(taken_on="1950-01-01", reported_on="1950-02-01"), 2, "is before 1992 or in the future."),
        (row(reported_on="2022-03-09"), 2, "reported_on 2022-03-09 is before the sitting on 2022-03-10."),
        (row(result="passed"), 2, "result “passed” is not one of pass, fail, incomplete."),
        (row() + row(result="fail"), 3, "Line 2 is about the same, identification_number, examination, taken_on."),
        (row() + row(taken_on="2023-03-10", reported_on="2023-04-01"), 3, "time limit has run out (R-EXAM-6)"),
        ("04821375,step_1,2022-03-10\n", 2, "The row has 3 cells instead of 5."),
        (row(number="9" * 400), 2, "A cell has more than 300 characters."),
    ],
)
def test_wrong_row_is_refused_with_its_reason_and_nothing_is_written(actor, ada, rows, line, sentence):
    before = written()
    good = row(examination="step_2_ck", taken_on="2020-01-10", reported_on="2020-02-10")
    file_import = checked(USMLE + rows + good, actor)

    assert file_import.state == ImportState.FAULTY
    assert sentence in reasons(file_import)[line]
    assert file_import.rejected_rows == 1
    with pytest.raises(NotNowError):
        receiving.accept(
            import_id=file_import.pk, rows=file_import.rows, tells_people=True, actor=actor, at=timezone.now()
        )
    working.work(file_import.pk)
    assert written() == before
    assert not InboxMessage.objects.exists()


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [
        (OET + "04821375,2024-09-14,350,350,350,305,2024-10-01\n", ImportKind.OET_RESULTS, "in steps of 10"),
        (OET + "04821375,2024-09-14,350,350,350,510,2024-10-01\n", ImportKind.OET_RESULTS, "from 0 to 500"),
        (OET + "04821375,2024-09-14,350,350,-350,300,2024-10-01\n", ImportKind.OET_RESULTS, "speaking “-350” is no"),
        (NOTES + "S999999,1990,2001,x\n", ImportKind.SPONSOR_NOTES, "The school code “S999999” is not known."),
        (NOTES + "S000001,2001,1990,x\n", ImportKind.SPONSOR_NOTES, "to_year 1990 is before from_year 2001."),
        (NOTES + "S000001,1990,,x\n", ImportKind.SPONSOR_NOTES, "to_year is empty."),
        (NOTES + "S000001,٣١٤٥,current,x\n", ImportKind.SPONSOR_NOTES, "from_year “٣١٤٥” is no number"),
        (TITLES + "S000001,NG,MBBS,,,,x\n", ImportKind.DEGREE_TITLES, "The school is not in NG."),
        (TITLES + ",ZZ,MBBS,,,,x\n", ImportKind.DEGREE_TITLES, "country “ZZ” is not one of"),
        (TITLES + ",GH,,,,,x\n", ImportKind.DEGREE_TITLES, "title is empty."),
    ],
)
def test_wrong_row_of_other_kinds_is_refused(actor, ada, text, kind, sentence):
    MedicalSchoolFactory.create(code="S000001", country="GH")
    before = written()

    file_import = checked(text, actor, kind)

    assert file_import.state == ImportState.FAULTY
    assert sentence in reasons(file_import)[2]
    assert written() == before


def test_result_on_record_is_a_duplicate_and_another_one_a_change(actor, ada):
    ExaminationResultFactory.create(applicant=ada, taken_on=date(2022, 3, 10), reported_on=date(2022, 4, 6))

    same = checked(USMLE + row(), actor)
    other = checked(USMLE + row(result="fail"), actor)

    assert reasons(same)[2] == "This result is on record already."
    assert (other.state, other.changed_rows) == (ImportState.READY, 1)
    accepted(other, actor)
    assert ExaminationResult.objects.get().passed is False


@pytest.mark.parametrize(("again", "state"), [("2029-03-10", "faulty"), ("2029-03-11", "ready")])
def test_passed_examination_is_repeated_only_after_the_window_dropped_it(actor, ada, again, state, monkeypatch):
    ExaminationResultFactory.create(applicant=ada, taken_on=date(2022, 3, 10), reported_on=date(2022, 4, 6))
    monkeypatch.setattr(working, "eastern_date", lambda _: date(2029, 6, 1))

    file_import = checked(USMLE + row(taken_on=again, reported_on="2029-05-01"), actor)

    assert file_import.state == state


def test_rule_also_holds_between_chunks_and_whatever_the_order(actor, ada, monkeypatch):
    monkeypatch.setattr(working, "CHUNK", 1)

    late_first = checked(USMLE + row(taken_on="2023-03-10", reported_on="2023-04-01") + row(), actor)
    twice = checked(USMLE + row() + row(examination="step_2_ck") + row(), actor)

    assert "R-EXAM-6" in reasons(late_first)[3]
    assert "Line 2 is about the same" in reasons(twice)[4]


# --- Files that are refused as a whole ---


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf", "The file has no header"),
        (b" \n\n", "The file is empty."),
        (USMLE.encode(), "The file has a header and no rows."),
        (USMLE.encode() + b"\n\n", "The file has a header and no rows."),
        ((USMLE + row()).encode("utf-16"), "The file is UTF-16. Save it as CSV in UTF-8."),
        ((USMLE + row(number="Müller")).encode("latin-1"), "The file is not UTF-8"),
        ((USMLE + row()).replace(",", ";").encode(), "The columns are separated by semicolons."),
        ((USMLE + row()).replace(",", "\t").encode(), "The columns are separated by tabs."),
        ((USMLE + "04821375\x00,step_1,2022-03-10,2022-04-06,pass\n").encode(), "Line 2 has a null byte"),
        (b"number,exam\n1,2\n", "Columns are missing: identification_number, examination"),
        ((USMLE.strip() + ",score\n" + row()).encode(), "There are columns that do not belong here: score."),
        ((USMLE + '"04821375,step_1\n').encode(), "a quotation mark is not closed"),
        (b"PK\x03\x04 a spreadsheet", "The file is a spreadsheet."),
        ((USMLE + "x" * 10_001).encode(), "Line 2 is longer than 10,000 characters."),
    ],
)
def test_file_that_cannot_be_read_is_refused_at_once_and_kept_nowhere(actor, data, sentence):
    kept = stored()

    with pytest.raises(FileRefusedError, match=re.escape(sentence)):
        upload(data, actor)

    assert not FileImport.objects.exists()
    assert stored() == kept


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (b"\xff\xfe,step_1\n", "The file is not UTF-8"),
        (b"04821375\x00,step_1,2022-03-10,2022-04-06,pass\n", "has a null byte"),
        (b'"never closed\n', "a quotation mark is not closed"),
    ],
)
def test_fault_far_behind_the_beginning_ends_the_check(actor, ada, bad, sentence):
    filler = "".join(row(number=f"{number:08d}") for number in range(3_000)).encode()

    file_import = checked(USMLE.encode() + filler + bad, actor)

    assert file_import.state == ImportState.FAULTY
    assert sentence in file_import.fault
    assert not ExaminationResult.objects.exists()


def test_mark_at_the_beginning_quotes_and_foreign_line_ends_are_read(actor, ada):
    text = "\ufeff" + (USMLE + '"04821375","step_1","2022-03-10","2022-04-06","pass"\n\n').replace("\n", "\r\n")

    assert checked(text, actor).state == ImportState.READY


def test_too_many_rows_and_too_many_bytes_are_refused(actor, settings):
    settings.IMPORT_MOST_ROWS = 2
    file_import = checked(USMLE + row() + row() + row(), actor)
    settings.IMPORT_MOST_BYTES = 100

    assert file_import.fault == "The file has more than 2 rows. Split it into smaller ones."
    with pytest.raises(FileRefusedError, match="The file is larger than"):
        upload(USMLE + row() + row() + row() + row(), actor)
    assert FileImport.objects.count() == 1
    assert not ExaminationResult.objects.exists()


def test_same_file_twice_is_refused_until_the_first_is_discarded(actor, ada, django_capture_on_commit_callbacks):
    kept = stored()
    first = checked(USMLE + row(), actor)

    with pytest.raises(FileRefusedError, match="This file is here already"):
        upload(USMLE + row(), actor, name="other-name.csv")
    assert FileImport.objects.count() == 1

    with django_capture_on_commit_callbacks(execute=True):
        receiving.discard(import_id=first.pk, actor=actor, at=timezone.now())
    assert not FileImportRow.objects.exists()
    assert stored() == kept
    assert upload(USMLE + row(), actor).state == ImportState.UPLOADED
