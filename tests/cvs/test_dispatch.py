"""From a funded request to the authority's mail server, with the real mailbox; what fails, and what is left behind."""

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.utils import timezone

from applicants.models import Applicant
from cvs.models import DispatchAttempt, DispatchJob, IssuedReport, LicensingAuthority, ReportRequest
from cvs.services import dispatch, preparing, sending, staff
from cvs.states import JobStep, RequestState
from payments.models import LedgerAccount, Payment
from portal import mail
from portal.models import DeliveryState, OutgoingEmail
from sandbox.mailbox.faults import Fault
from tests.people import reviewer, senior
from tests.support.orders import make_authority, make_physician, pay_with_credit, place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seal_keys", "enqueued")]


def jobs_of(request: ReportRequest) -> list[DispatchJob]:
    return list(DispatchJob.objects.filter(request=request).order_by("version"))


def funded() -> ReportRequest:
    return pay_with_credit(make_physician(1), [make_authority(1)])[0]


def run_all() -> None:
    while dispatch.prepare(DispatchJob.objects.all()) or dispatch.send(DispatchJob.objects.all()):
        pass


def state_of(request: ReportRequest) -> str:
    request.refresh_from_db()
    return request.state


def reports_in(mailbox: Any) -> list[Any]:
    return [one for one in mailbox.messages() if one.attachments]


def test_a_funded_request_reaches_the_authority_and_nobody_else(mailbox: Any):
    request = funded()

    run_all()

    [received] = reports_in(mailbox)
    report = IssuedReport.objects.get(request=request)
    assert received.envelope_to == ("board1@boards.example",)
    assert [one.sha256 for one in received.attachments] == [report.sha256]
    assert state_of(request) == RequestState.DISPATCHED
    assert request.dispatched_at is not None
    [job] = jobs_of(request)
    assert job.state == DeliveryState.SENT
    assert received.message_id == job.message_id
    assert list(DispatchAttempt.objects.values_list("step", "outcome").order_by("id")) == [
        ("prepare", "prepared"),
        ("send", "sent"),
    ]
    assert LedgerAccount.objects.get(name="revenue").balance_cents == 6600
    call_command("check_invariants")


def test_the_message_names_the_hash_and_how_to_check_and_no_person(mailbox: Any):
    request = funded()

    run_all()

    [received] = reports_in(mailbox)
    message = message_from_bytes(mailbox.raw(received.key), policy=policy.default)
    report = IssuedReport.objects.get(request=request)
    text = message.get_body(("plain",)).get_content()
    assert message["X-SHA256"] == report.sha256
    assert report.sha256 in text
    assert f"/v/{report.url_code}/" in text or "/verify/" in text
    assert f"/acknowledge/{report.acknowledge_code}/" in text
    assert "Testperson" not in str(message["Subject"])
    assert message["Subject"] == f"Certification status report {report.number}"


def test_the_physician_is_told_without_authority_and_without_report(mailbox: Any):
    funded()

    run_all()

    told = OutgoingEmail.objects.get(template="report_sent")
    assert told.to_email == "physician1@applicants.example"
    assert "Medical Board" not in told.text + told.html + told.subject
    mail.deliver(OutgoingEmail.objects.filter(pk=told.pk))
    [plain] = [one for one in mailbox.messages() if not one.attachments]
    assert plain.envelope_to == ("physician1@applicants.example",)


def test_an_unpaid_request_is_never_prepared_or_sent(mailbox: Any):
    applicant = make_physician(1)
    place(applicant, [make_authority(1)], use_credit=False)

    run_all()

    assert Payment.objects.get().state == "created"
    assert DispatchJob.objects.count() == 0
    assert IssuedReport.objects.count() == 0
    assert mailbox.messages() == []


def test_a_busy_server_delays_the_report_and_the_same_bytes_go_later(mailbox: Any):
    request = funded()
    mailbox.fail(Fault.RCPT_451)

    run_all()

    [job] = jobs_of(request)
    assert job.state == DeliveryState.READY
    assert job.not_before > timezone.now()
    assert job.server_reply.startswith("451")
    assert state_of(request) == RequestState.FUNDED
    first = job.report.sha256
    DispatchJob.objects.update(not_before=timezone.now())
    run_all()
    [received] = reports_in(mailbox)
    assert received.attachments[0].sha256 == first
    assert IssuedReport.objects.count() == 1


def test_a_server_that_is_down_is_asked_again(mailbox: Any):
    request = funded()
    mailbox.refuse_connections()

    run_all()

    [job] = jobs_of(request)
    assert job.state == DeliveryState.READY
    assert job.handoff_at is None
    mailbox.accept_connections()
    DispatchJob.objects.update(not_before=timezone.now())
    run_all()
    assert len(reports_in(mailbox)) == 1
    assert state_of(request) == RequestState.DISPATCHED


def test_a_refused_address_becomes_a_problem_that_staff_mend_with_a_new_version(mailbox: Any):
    request = funded()
    mailbox.fail(Fault.RCPT_550)

    run_all()

    assert state_of(request) == RequestState.DELIVERY_PROBLEM
    [job] = jobs_of(request)
    assert job.state == DeliveryState.DEAD
    assert OutgoingEmail.objects.filter(template="staff_alert").count() == 1
    assert OutgoingEmail.objects.filter(template="delivery_problem").count() == 1
    LicensingAuthority.objects.update(email="new@boards.example")
    staff.resend(request_id=request.pk, reason="Address corrected", actor=senior(), at=timezone.now())
    run_all()
    [received] = reports_in(mailbox)
    assert received.envelope_to == ("new@boards.example",)
    assert [one.version for one in jobs_of(request)] == [1, 2]
    assert state_of(request) == RequestState.DISPATCHED
    assert IssuedReport.objects.count() == 1
    assert LedgerAccount.objects.get(name="revenue").balance_cents == 6600
    call_command("check_invariants")


def test_an_unknown_outcome_is_repeated_once_with_the_same_message_id(mailbox: Any):
    request = funded()
    mailbox.fail(Fault.DROP_STORED)

    run_all()

    [job] = jobs_of(request)
    assert job.state == DeliveryState.UNCERTAIN
    assert len(reports_in(mailbox)) == 1
    dispatch.sweep(at=timezone.now())
    assert jobs_of(request)[0].state == DeliveryState.UNCERTAIN
    dispatch.sweep(at=timezone.now() + timedelta(minutes=16))
    DispatchJob.objects.update(not_before=timezone.now())
    run_all()
    received = reports_in(mailbox)
    assert [one.message_id for one in received] == [job.message_id, job.message_id]
    assert len({one.attachments[0].sha256 for one in received}) == 1
    assert state_of(request) == RequestState.DISPATCHED


def test_a_second_unknown_outcome_waits_for_staff(mailbox: Any):
    request = funded()
    mailbox.fail(Fault.DROP_NOT_STORED, count=None)

    run_all()
    dispatch.sweep(at=timezone.now() + timedelta(minutes=16))
    DispatchJob.objects.update(not_before=timezone.now())
    run_all()
    dispatch.sweep(at=timezone.now() + timedelta(minutes=16))

    [job] = jobs_of(request)
    assert job.state == DeliveryState.UNCERTAIN
    assert OutgoingEmail.objects.filter(template="staff_alert").count() == 1
    staff.mark_sent(request_id=request.pk, reason="Archive copy found", actor=senior(), at=timezone.now())
    assert state_of(request) == RequestState.DISPATCHED


def test_one_poison_report_among_fifty_stops_alone(mailbox: Any):
    authorities = [make_authority(number) for number in range(7)]
    poisoned = make_physician(8, family_name=" ")
    good = [one for number in range(1, 8) for one in pay_with_credit(make_physician(number), authorities)]
    [poison] = pay_with_credit(poisoned, [make_authority(9)])

    for _ in range(6):
        run_all()
        DispatchJob.objects.filter(state=DeliveryState.READY).update(not_before=timezone.now())

    [dead] = DispatchJob.objects.filter(state=DeliveryState.DEAD)
    assert (dead.request_id, dead.attempts) == (poison.pk, 5)
    assert state_of(poison) == RequestState.FUNDED
    assert len(reports_in(mailbox)) == len(good) == 49
    assert OutgoingEmail.objects.filter(template="staff_alert").count() == 1
    Applicant.objects.filter(pk=poisoned.pk).update(family_name="Mended")
    staff.resend(request_id=poison.pk, reason="Name corrected", actor=senior(), at=timezone.now())
    run_all()
    assert len(reports_in(mailbox)) == 50
    assert state_of(poison) == RequestState.DISPATCHED


def test_damaged_bytes_are_not_sent(mailbox: Any):
    request = funded()
    dispatch.prepare(DispatchJob.objects.all())
    report = IssuedReport.objects.get()
    path = preparing.report_storage().path(report.stored_as)
    with Path(path).open("r+b") as file:
        file.seek(1000)
        file.write(b"\x00\xff")

    run_all()

    assert mailbox.messages() == []
    [job] = jobs_of(request)
    assert job.state == DeliveryState.DEAD
    assert state_of(request) == RequestState.DELIVERY_PROBLEM


def test_hold_stops_a_report_before_it_leaves_and_release_lets_it_go(mailbox: Any):
    request = funded()
    dispatch.prepare(DispatchJob.objects.all())
    staff.hold(request_id=request.pk, reason="Open case", actor=senior(), at=timezone.now())

    run_all()

    assert mailbox.messages() == []
    assert state_of(request) == RequestState.ON_HOLD
    assert jobs_of(request)[0].state == DeliveryState.HELD
    staff.release(request_id=request.pk, reason="Case closed", actor=reviewer(), at=timezone.now())
    run_all()
    assert mailbox.messages() == []
    staff.release(request_id=request.pk, reason="Case closed", actor=senior(), at=timezone.now())
    run_all()
    assert len(reports_in(mailbox)) == 1


def test_a_hold_placed_while_a_worker_has_the_job_wins(mailbox: Any, monkeypatch: pytest.MonkeyPatch):
    request = funded()
    dispatch.prepare(DispatchJob.objects.all())
    original = preparing.stored_bytes

    def hold_meanwhile(report: IssuedReport) -> bytes:
        staff.hold(request_id=request.pk, reason="Open case", actor=senior(), at=timezone.now())
        return original(report)

    monkeypatch.setattr(sending, "stored_bytes", hold_meanwhile)

    dispatch.send(DispatchJob.objects.all())

    assert mailbox.messages() == []
    assert state_of(request) == RequestState.ON_HOLD
    assert jobs_of(request)[0].state == DeliveryState.HELD
    assert jobs_of(request)[0].handoff_at is None


def test_a_payment_under_review_holds_the_report(mailbox: Any):
    request = funded()
    Payment.objects.update(state="review")

    run_all()

    assert mailbox.messages() == []
    assert IssuedReport.objects.count() == 0
    assert state_of(request) == RequestState.ON_HOLD
    assert request.hold_reason == "The payment is being checked"
    with pytest.raises(staff.NotPossibleError, match="being checked"):
        staff.release(request_id=request.pk, reason="Impatience", actor=senior(), at=timezone.now())
    assert state_of(request) == RequestState.ON_HOLD


@pytest.mark.parametrize("act", [staff.hold, staff.release, staff.resend, staff.mark_sent])
def test_an_act_of_staff_without_a_reason_changes_nothing(act: Any, mailbox: Any):
    request = funded()

    with pytest.raises(staff.ReasonMissingError):
        act(request_id=request.pk, reason="  ", actor=senior(), at=timezone.now())

    assert state_of(request) == RequestState.FUNDED
    assert len(jobs_of(request)) == 1


def test_resend_while_on_its_way_is_refused(mailbox: Any):
    request = funded()

    with pytest.raises(staff.NotPossibleError, match="on its way"):
        staff.resend(request_id=request.pk, reason="Impatience", actor=senior(), at=timezone.now())

    assert len(jobs_of(request)) == 1


def test_a_revised_report_replaces_the_first_and_both_stay_on_record(mailbox: Any):
    request = funded()
    run_all()
    Applicant.objects.update(given_names="Corrected")

    staff.reissue(request_id=request.pk, reason="Name corrected", actor=senior(), at=timezone.now())
    run_all()

    first, second = IssuedReport.objects.order_by("version")
    assert (first.state, second.state) == ("superseded", "issued")
    assert second.number == f"{first.number}-R2"
    assert second.replaces == first
    assert [one.attachments[0].sha256 for one in reports_in(mailbox)] == [first.sha256, second.sha256]
    assert LedgerAccount.objects.get(name="revenue").balance_cents == 6600
    assert state_of(request) == RequestState.DISPATCHED
    call_command("check_invariants")


def test_nothing_is_revised_before_there_is_a_report(mailbox: Any):
    request = funded()

    with pytest.raises(staff.NotPossibleError, match="no report to revise"):
        staff.reissue(request_id=request.pk, reason="Impatience", actor=senior(), at=timezone.now())

    assert len(jobs_of(request)) == 1


def test_an_authority_that_closed_after_payment_gets_nothing_and_staff_hear_of_it(mailbox: Any):
    request = funded()
    LicensingAuthority.objects.update(closed_on=timezone.now().date())

    run_all()

    assert mailbox.messages() == []
    assert state_of(request) == RequestState.DELIVERY_PROBLEM
    assert OutgoingEmail.objects.filter(template="staff_alert").count() == 1


def test_the_sweep_wakes_what_nobody_woke(mailbox: Any, enqueued: list[Any]):
    request = funded()
    enqueued.clear()

    dispatch.sweep(at=timezone.now())

    [job] = jobs_of(request)
    assert [(one.name, one.ids) for one in enqueued] == [("cvs.prepare_report", {"job_id": str(job.pk)})]
    assert job.step == JobStep.PREPARE


def test_drain_does_everything_without_a_broker(mailbox: Any, capsys: pytest.CaptureFixture[str]):
    request = funded()

    call_command("drain")

    assert state_of(request) == RequestState.DISPATCHED
    assert len(reports_in(mailbox)) == 1
    assert "prepared 1, certificates 0, sent 1" in capsys.readouterr().out


def test_issued_reports_are_never_edited_or_deleted(mailbox: Any):
    funded()
    run_all()

    for sql in (
        "UPDATE cvs_issuedreport SET sha256 = repeat('0', 64)",
        "DELETE FROM cvs_issuedreport",
        "UPDATE cvs_dispatchattempt SET outcome = 'nothing'",
        "DELETE FROM cvs_dispatchattempt",
    ):
        with pytest.raises(IntegrityError), connection.cursor() as cursor:
            cursor.execute(sql)
    assert IssuedReport.objects.get().sha256 != "0" * 64
    assert Applicant.objects.count() == 1
