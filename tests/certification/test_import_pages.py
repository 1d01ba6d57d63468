"""The staff pages of file imports."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applicants.roles import Role
from certification.models import ExaminationResult, FileImport
from certification.services.imports import working
from certification.states.imports import ImportState
from portal.models import AuditEvent
from tests.factories.applicants import ApplicantFactory
from tests.people import staff_in
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

USMLE = "identification_number,examination,taken_on,reported_on,result\n"
ROW = "04821375,step_1,2022-03-10,2022-04-06,pass\n"
ADD = "admin:certification_fileimport_add"


@pytest.fixture
def senior(client):
    sign_in(client, staff_in(Role.SENIOR_REVIEWER))
    return client


@pytest.fixture
def ada():
    return ApplicantFactory.create(identification_number="04821375")


def send(client, text, kind="usmle_results"):
    file = SimpleUploadedFile("results.csv", text.encode(), content_type="text/csv")
    return client.post(reverse(ADD), {"kind": kind, "file": file})


def sent_and_checked(client, text):
    assert send(client, text).status_code == 302
    file_import = FileImport.objects.latest("pk")
    while working.work(file_import.pk):
        pass
    return reverse("admin:certification_fileimport_change", args=[file_import.pk])


def test_upload_report_and_acceptance(senior, ada, django_assert_max_num_queries):
    page = sent_and_checked(senior, USMLE + ROW)
    with django_assert_max_num_queries(14):
        report = senior.get(page).content.decode()

    assert "Ready to be accepted" in report
    assert "0-482-137-5" in report
    assert AuditEvent.objects.filter(event="certification.import_read").count() == 1
    senior.post(page, {"act": "accept", "rows": "1"})
    file_import = FileImport.objects.get()
    assert (file_import.state, file_import.tells_people) == (ImportState.ACCEPTED, False)
    assert not ExaminationResult.objects.exists()
    working.work(file_import.pk)
    assert ExaminationResult.objects.get().applicant == ada
    assert "Written" in senior.get(page).content.decode()


def test_the_page_names_the_columns_of_each_kind_and_those_that_may_be_left_out(senior):
    page = senior.get(reverse(ADD)).content.decode()

    assert "school, from_year, to_year, basis; may be left out: withdrawn_on</li>" in page
    assert "identification_number, examination, taken_on, reported_on, result" in page


def test_rejected_rows_are_a_table_without_formulas(senior, ada):
    # As the file has them, which may be another order than that of the documentation.
    header = "examination,identification_number,taken_on,reported_on,result"
    page = sent_and_checked(senior, header + "\n=HYPERLINK(1),@x,+1,-2,fail\n")

    response = senior.get(page, {"rejected": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))

    assert rows[0] == ["line", "reasons", *header.split(",")]
    assert rows[1][0] == "2"
    assert "is not known" in rows[1][1]
    assert rows[1][2:] == ["'=HYPERLINK(1)", "'@x", "'+1", "'-2", "fail"]
    assert len(rows) == 2


def test_rejected_rows_of_a_file_without_its_head_line_get_no_guessed_names(senior, ada):
    page = sent_and_checked(
        senior, "examination,identification_number,taken_on,reported_on,result\nstep_1,@x,1,2,fail\n"
    )
    FileImport.objects.update(header=[])

    response = senior.get(page, {"rejected": "csv"})
    head, row = csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig")))

    assert head == ["line", "reasons", "cell 1", "cell 2", "cell 3", "cell 4", "cell 5"]
    assert row[2] == "step_1"


def test_faults_are_shown_page_by_page(senior):
    page = sent_and_checked(senior, USMLE + "".join(f"{number:08d},step_1,,,\n" for number in range(60)))

    first = senior.get(page).content.decode()
    second = senior.get(page, {"show": "rejected", "after": "51"}).content.decode()

    assert "Has faults" in first
    assert (first.count('<th scope="row">') - 4, second.count('<th scope="row">') - 4) == (50, 10)
    assert "after=51" in first
    assert "Accept the whole file" not in first
    for strange in ("x", "9" * 30, "-1", "\x00"):
        assert senior.get(page, {"show": strange, "after": strange}).status_code == 200


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [("", "usmle_results", "The file is empty."), (USMLE + ROW, "", "Choose what is in the file."),
     (USMLE.replace(",", ";") + ROW, "usmle_results", "separated by semicolons")],
)  # fmt: skip
def test_refused_file_is_explained_and_kept_nowhere(senior, text, kind, sentence):
    response = send(senior, text, kind)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not FileImport.objects.exists()


def test_senior_may_send_more_than_a_document_and_others_may_not(senior, ada, settings):
    filler = "\n" * 10_500_000
    page = sent_and_checked(senior, USMLE + ROW + filler)

    assert FileImport.objects.get().size > 10_400_000
    assert "Ready to be accepted" in senior.get(page).content.decode()


@pytest.mark.parametrize("act", ["accept", "discard", "check_again", "nonsense"])
def test_act_that_is_not_possible_now_says_so(senior, ada, act):
    page = sent_and_checked(senior, USMLE + ROW)
    senior.post(page, {"act": "discard"})

    answer = senior.post(page, {"act": act, "rows": "1"}, follow=True).content.decode()

    assert "cannot be done now" in answer or act == "nonsense"
    assert FileImport.objects.get().state == ImportState.DISCARDED
    assert not ExaminationResult.objects.exists()


def test_auditor_sees_counts_and_no_rows(client, senior, ada):
    page = sent_and_checked(senior, USMLE + ROW)
    sign_in(client, staff_in(Role.AUDITOR))

    report = client.get(page).content.decode()

    assert "Ready to be accepted" in report
    assert "0-482-137-5" not in report
    assert client.post(page, {"act": "accept", "rows": "1"}).status_code == 403
    assert client.post(reverse(ADD)).status_code == 403
    assert FileImport.objects.get().state == ImportState.READY
