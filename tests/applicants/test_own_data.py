"""A copy of one's own data: complete, one's own only, encrypted on disk, given out after confirming, gone after a week."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, DataExport
from applicants.services import exports
from applicants.states import ExportState
from cvs.models import DispatchJob, IssuedReport
from cvs.services import dispatch
from portal import own_data, retention
from portal.models import AuditEvent, OutgoingEmail
from portal.personal_data import FileSource, registry
from tests.applicants.own_data import ask, built, exports_folder, fresh_counters, opened, ready, unpacked
from tests.factories.applicants import VerifiedNameFactory
from tests.support.orders import make_authority, make_physician, pay_with_credit
from tests.support.wake_ups import WakeUp

__all__ = ["exports_folder", "fresh_counters"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enqueued", "exports_folder")]

PAGE = "own_data"
# Told of the copy itself once it is ready.
LATER = {"portal.AuditEvent", "portal.InboxMessage"}


# --- What is inside -------------------------------------------------------------------------------------------------


def test_the_file_holds_every_topic_described_and_versioned(applicant):
    files = opened(ready(applicant))

    manifest = json.loads(files["manifest.json"])
    assert (manifest["format"], manifest["version"]) == ("own-data", 1)
    assert {topic["file"] for topic in manifest["topics"]} == {f"{name}.json" for name in registry.topics}
    for topic in registry.topics.values():
        content = json.loads(files[f"{topic.name}.json"])
        assert (content["topic"], content["version"]) == (topic.name, topic.version)
        for label, table in content["tables"].items():
            assert table["what"]
            columns = {column.name for column in registry.holdings[label].exported_fields()}
            assert set(table["columns"]) == columns
            assert all(set(row) == columns for row in table["rows"])
    assert b"Your data at" in files["README.txt"]


def test_the_file_says_what_was_left_out_and_why(applicant):
    files = opened(ready(applicant))

    left_out = {entry["what"]: entry["why"] for entry in json.loads(files["manifest.json"])["left_out"]}
    account = json.loads(files["account.json"])["tables"]["applicants.User"]
    assert set(left_out) == set(registry.exclusions)
    assert "password" in account["left_out"]
    assert "argon2" not in files["account.json"].decode()


def test_every_row_of_the_person_is_inside_and_none_of_anybody_else(applicant, other_applicant):
    for person, name in ((applicant, "Boateng"), (other_applicant, "Pereira")):
        VerifiedNameFactory.create(applicant=person, family_name=name)
        pay_with_credit(person, [make_authority(1)])

    files = opened(ready(applicant))

    everything = b"".join(files.values()).decode(errors="replace")
    assert all(word in everything for word in ("Mensah", "Boateng", "20 Example Road", "Accra"))
    assert not any(word in everything for word in ("Souza", "Pereira", "Recife"))
    for holding in registry.holdings.values():
        rows = json.loads(files[f"{holding.topic}.json"])["tables"][holding.model]["rows"]
        assert len(rows) == holding.rows_of(applicant.user_id).count() or holding.model in LATER


def test_names_in_any_script_are_kept_as_they_are(applicant):
    Applicant.objects.filter(pk=applicant.pk).update(native_script_name="Кофи 科菲 كوفي")

    assert "Кофи 科菲 كوفي" in opened(ready(applicant))["personal-details.json"].decode()


def test_paid_orders_come_with_their_receipts(applicant):
    [request] = pay_with_credit(applicant, [make_authority(1)])

    files = opened(ready(applicant))

    reference = request.order_line.order.reference
    assert files[f"receipts/{reference}.pdf"].startswith(b"%PDF-")
    listed = [entry["file"] for entry in json.loads(files["manifest.json"])["files"]]
    assert listed == [f"receipts/{reference}.pdf"]


@pytest.mark.django_db(transaction=True)
def test_no_part_of_a_report_is_inside(seal_keys):
    person = make_physician(74_000_001)
    pay_with_credit(person, [make_authority(1)])
    dispatch.prepare(DispatchJob.objects.all())
    report = IssuedReport.objects.get()

    files = opened(ready(person))

    everything = b"".join(files.values()).decode(errors="replace")
    row = json.loads(files["status-reports.json"])["tables"]["cvs.IssuedReport"]["rows"][0]
    assert row["number"] == report.number
    for secret in (report.snapshot, report.url_code, report.short_code, report.acknowledge_code, report.stored_as):
        assert secret not in everything
    assert [name for name in files if name.endswith(".pdf") and not name.startswith("receipts/")] == []


def test_documents_beyond_the_limit_are_named_instead(applicant, monkeypatch):
    big = FileSource("scans", "Big files", lambda user_id: iter([("one.png", b"x" * 100), ("two.png", b"y" * 10**6)]))
    monkeypatch.setattr(registry, "file_sources", [big])

    files = unpacked(own_data.build_zip(applicant.user_id, at=timezone.now(), most_bytes=500_000))

    manifest = json.loads(files["manifest.json"])
    assert "scans/one.png" in files
    assert [entry["file"] for entry in manifest["files_left_out"]] == ["scans/two.png"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..", "a\\..\\b", "\x00", ".hidden"])
def test_no_name_leads_out_of_its_folder(applicant, monkeypatch, name):
    monkeypatch.setattr(registry, "file_sources", [FileSource("scans", "x", lambda user_id: iter([(name, b"x")]))])

    files = unpacked(own_data.build_zip(applicant.user_id, at=timezone.now()))

    [added] = [one for one in files if one.startswith("scans")]
    assert Path("/base", added).resolve().parent == Path("/base/scans")


# --- Asking and making ----------------------------------------------------------------------------------------------


def test_asking_wakes_a_worker_and_the_person_is_told_without_content(
    applicant, enqueued: list[WakeUp], django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        export = ask(applicant)
    exports.build(export.pk)

    [message] = OutgoingEmail.objects.filter(template="own_data_ready")
    assert [(one.name, one.ids) for one in enqueued] == [("applicants.build_export", {"export_id": str(export.pk)})]
    assert message.to_email == applicant.user.email
    assert applicant.family_name not in message.text + message.subject
    assert reverse(PAGE) in message.text
    events = AuditEvent.objects.filter(subject_id=str(export.pk)).order_by("pk").values_list("event", flat=True)
    assert [event.removeprefix("applicants.export_") for event in events] == ["requested", "building", "ready"]


def test_one_at_a_time(applicant, other_applicant):
    ask(applicant)

    with pytest.raises(exports.ExportUnderWayError):
        ask(applicant)

    ask(other_applicant)
    assert DataExport.objects.filter(user=applicant.user).count() == 1


def test_the_database_knows_one_at_a_time_too(applicant):
    ask(applicant)

    with pytest.raises(IntegrityError), transaction.atomic():
        DataExport.objects.create(user=applicant.user, requested_at=timezone.now())


def test_three_a_day(applicant):
    first = ready(applicant)
    ready(applicant)
    ready(applicant)

    with pytest.raises(exports.TooManyExportsError) as refused:
        ask(applicant)

    assert refused.value.retry_at == first.requested_at + timedelta(days=1)
    assert DataExport.objects.count() == 3
    exports.request_export(user=applicant.user, at=refused.value.retry_at, actor="test")


def test_the_newest_copy_is_the_only_one_kept(applicant, exports_folder, django_capture_on_commit_callbacks):
    first = ready(applicant)
    with django_capture_on_commit_callbacks(execute=True):
        second = ready(applicant)

    first.refresh_from_db()
    assert (first.state, first.stored_as, first.file_key) == (ExportState.EXPIRED, "", "")
    assert [file.name for file in exports_folder.iterdir()] == [second.stored_as]


def test_what_lies_on_disk_can_be_read_only_with_the_key_in_the_row(applicant, exports_folder):
    export = ready(applicant)

    [file] = list(exports_folder.iterdir())
    stored = file.read_bytes()
    assert b"PK\x03\x04" not in stored
    assert b"Mensah" not in stored
    assert file.stat().st_mode & 0o077 == 0
    assert str(applicant.identification_number) not in file.name
    assert export.file_key


def broken(*args, **kwargs):
    raise RuntimeError("Kofi Mensah")


def test_a_copy_that_cannot_be_made_is_tried_three_times_then_is_ours_to_mend(applicant, monkeypatch, caplog):
    monkeypatch.setattr(exports, "build_zip", broken)
    export = ask(applicant)

    states = []
    for _ in range(4):
        exports.build(export.pk)
        export.refresh_from_db()
        states.append(export.state)

    assert states == ["requested", "requested", "failed", "failed"]
    alert = OutgoingEmail.objects.get(template="staff_alert")
    assert str(export.pk) in alert.text
    assert "Mensah" not in alert.text + caplog.text
    assert "export_failed" in caplog.text


def test_a_lost_worker_is_found_by_the_sweep(applicant, enqueued: list[WakeUp]):
    export = ask(applicant)
    DataExport.objects.filter(pk=export.pk).update(
        state=ExportState.BUILDING, attempts=1, lease_until=timezone.now() - timedelta(seconds=1)
    )

    assert exports.sweep(at=timezone.now()) == 1

    export.refresh_from_db()
    assert (export.state, export.attempts) == (ExportState.REQUESTED, 1)
    assert enqueued[-1].ids == {"export_id": str(export.pk)}
    assert exports.build(export.pk) is True


def test_a_worker_that_lost_its_claim_leaves_nothing_behind(applicant, monkeypatch, exports_folder):
    export = ask(applicant)

    def taken_over(*args, **kwargs):
        DataExport.objects.filter(pk=export.pk).update(attempts=9)
        return b"late"

    monkeypatch.setattr(exports, "build_zip", taken_over)

    assert exports.build(export.pk) is False

    export.refresh_from_db()
    assert (export.state, export.stored_as) == (ExportState.BUILDING, "")
    assert list(exports_folder.iterdir()) == []
    assert not OutgoingEmail.objects.exists()


def test_after_a_week_file_and_key_are_gone(applicant, exports_folder, django_capture_on_commit_callbacks):
    export = ready(applicant)
    rule = retention.table.rules["data-copies"]
    with django_capture_on_commit_callbacks(execute=True):
        early = retention.purge([rule], at=built(export) + timedelta(days=6.9))
        late = retention.purge([rule], at=built(export) + timedelta(days=7.1))

    export.refresh_from_db()
    assert (early["data-copies"], late["data-copies"]) == (0, 1)
    assert (export.state, export.file_key, export.stored_as) == (ExportState.EXPIRED, "", "")
    assert list(exports_folder.iterdir()) == []


def test_it_is_not_given_out_after_its_time_even_if_nobody_swept(applicant):
    export = ready(applicant)

    with pytest.raises(exports.ExportGoneError):
        exports.open_export(export, at=built(export) + exports.KEPT, actor="test")

    assert not AuditEvent.objects.filter(event="applicants.export_downloaded").exists()
