"""Downloads of tables: no cell is a formula, every download has a reason, a limit and a line in the audit log."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from portal.admin import exports
from portal.csv_export import csv_lines, safe_cell
from portal.models import AuditEvent
from tests.factories.applicants import UserFactory
from tests.support.orders import make_authority, make_physician, pay_with_credit
from tests.support.sign_in import sign_in

LIST = "admin:cvs_reportrequest_changelist"
STARTERS = "=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20"


def read(lines) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(lines).removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "\u200b=1", "\uff1d1", "|cmd", "%0"],
)
def test_what_could_be_a_formula_is_shown_as_text(formula: str):
    assert safe_cell(formula) == f"'{formula}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("", ""),
        ("  ", "  "),
        (-5, "-5"),
        (1.5, "1.5"),
        (True, "True"),
        ("O'Neil", "O'Neil"),
        ("a=b", "a=b"),
    ],
)
def test_ordinary_values_stay_as_they_are(value, cell):
    assert safe_cell(value) == cell


@given(st.text())
def test_no_text_becomes_a_cell_that_a_spreadsheet_calculates(text: str):
    cell = safe_cell(text)

    assert cell.lstrip(" \u00a0\u200b\u200e\u200f\ufeff")[:1] not in set(STARTERS)
    assert "\x00" not in cell


@given(st.lists(st.lists(st.text(alphabet=st.characters(exclude_characters="\x00\r\n")), min_size=2, max_size=2)))
def test_cells_come_back_as_they_were_written(rows):
    assert read(csv_lines(["a", "b"], rows))[1:] == [[safe_cell(cell) for cell in row] for row in rows]


@pytest.fixture
def requests(db):
    person = make_physician(73_000_001, family_name='=HYPERLINK("https://evil.example")')
    return pay_with_credit(person, [make_authority(1), make_authority(2)])


def export(client: Client, requests, **values: str):
    chosen = {"action": "export_table", "_selected_action": [row.pk for row in requests]}
    return client.post(reverse(LIST), {**chosen, **values})


def test_a_list_is_downloaded_with_a_reason_and_noted(staff_client, staff_member, requests):
    answer = export(staff_client, requests, confirmed="1", reason="Monthly check")

    table = read(part.decode() for part in answer)
    event = AuditEvent.objects.get(event="portal.list_exported")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="reportrequest.csv"'
    assert "no-store" in answer["Cache-Control"]
    assert len(table) == 3
    assert (event.actor, event.reason) == (f"user:{staff_member.pk}", "Monthly check")
    assert event.facts == {"list": "cvs.reportrequest", "rows": 2}


@pytest.mark.parametrize("values", [{}, {"confirmed": "1"}, {"confirmed": "1", "reason": "  "}, {"reason": "x"}])
def test_without_a_reason_there_is_a_question_and_no_download(staff_client, requests, values):
    answer = export(staff_client, requests, **values)

    assert answer.status_code == 200
    assert "text/html" in answer["Content-Type"]
    assert 'name="reason"' in answer.content.decode()
    assert not AuditEvent.objects.filter(event="portal.list_exported").exists()


def test_the_whole_list_can_be_chosen_and_stays_chosen_while_the_reason_is_asked(staff_client, requests):
    asked = export(staff_client, requests[:1], select_across="1").content.decode()
    answer = export(staff_client, requests[:1], select_across="1", confirmed="1", reason="Check")

    assert 'name="select_across" value="1"' in asked
    assert "2 rows" in asked
    assert len(read(part.decode() for part in answer)) == 3


def test_a_list_that_is_too_long_is_refused(staff_client, requests, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 1)

    answer = export(staff_client, requests, confirmed="1", reason="Check")

    assert answer.status_code == 302
    assert "at most 1" in staff_client.get(reverse(LIST)).content.decode()
    assert not AuditEvent.objects.filter(event="portal.list_exported").exists()


def test_staff_without_rights_and_physicians_get_nothing(applicant_client, requests):
    trainee = Client()
    sign_in(trainee, UserFactory.create(is_staff=True, role="editor"))

    refused = [export(one, requests, confirmed="1", reason="Check") for one in (applicant_client, trainee, Client())]

    assert [answer.status_code for answer in refused] == [302, 403, 302]
    assert not AuditEvent.objects.filter(event="portal.list_exported").exists()


def test_a_download_takes_as_many_queries_for_many_rows_as_for_one(
    staff_client, requests, django_assert_max_num_queries
):
    with django_assert_max_num_queries(14):
        answer = export(staff_client, requests, confirmed="1", reason="Check")
        table = read(part.decode() for part in answer)

    assert table[1][0].endswith(("-01", "-02"))
