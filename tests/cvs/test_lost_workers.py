"""A row that takes its worker down each time, such as a document that eats all memory, stops after twelve of them."""

import pytest
from django.utils import timezone

from cvs.models import DispatchAttempt, DispatchJob, IssuedReport, ReportRequest
from cvs.services import dispatch, staff
from cvs.states import RequestState
from portal import mail
from portal.models import DeliveryState, OutgoingEmail
from sandbox.mailbox.client import MailboxControl
from tests.people import senior
from tests.support.orders import make_authority, make_physician, pay_with_credit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seal_keys", "enqueued")]

WORDS = "Workers were lost again and again at this row."


def funded() -> ReportRequest:
    return pay_with_credit(make_physician(1), [make_authority(1)])[0]


@pytest.mark.parametrize(("lost", "state"), [(11, DeliveryState.READY), (12, DeliveryState.DEAD)])
def test_a_report_that_kills_its_workers_is_not_prepared_for_ever(
    mailbox: MailboxControl, lost: int, state: DeliveryState
):
    request = funded()
    DispatchJob.objects.update(attempts=lost)

    dispatch.prepare(DispatchJob.objects.all())

    assert DispatchJob.objects.get().state == state
    stopped = state == DeliveryState.DEAD
    assert IssuedReport.objects.count() == (not stopped)
    assert OutgoingEmail.objects.filter(template="staff_alert").count() == stopped
    if stopped:
        staff.resend(request_id=request.pk, reason="Memory added", actor=senior(), at=timezone.now())
        dispatch.prepare(DispatchJob.objects.all())
        assert IssuedReport.objects.count() == 1


@pytest.mark.parametrize(("lost", "state"), [(11, DeliveryState.SENT), (12, DeliveryState.DEAD)])
def test_a_report_that_kills_its_workers_is_not_sent_for_ever(mailbox: MailboxControl, lost: int, state: DeliveryState):
    request = funded()
    dispatch.prepare(DispatchJob.objects.all())
    DispatchJob.objects.update(attempts=lost)

    dispatch.send(DispatchJob.objects.all())

    assert DispatchJob.objects.get().state == state
    request.refresh_from_db()
    sent = state == DeliveryState.SENT
    assert request.state == (RequestState.DISPATCHED if sent else RequestState.DELIVERY_PROBLEM)
    assert len(mailbox.messages()) == sent
    assert OutgoingEmail.objects.filter(template="staff_alert").count() == (not sent)
    assert DispatchAttempt.objects.filter(step="send", outcome=state).count() == 1


@pytest.mark.parametrize(("lost", "state"), [(11, DeliveryState.SENT), (12, DeliveryState.DEAD)])
def test_a_message_that_kills_its_workers_is_not_tried_for_ever(
    mailbox: MailboxControl, lost: int, state: DeliveryState
):
    mail.alert_staff(subject="Look", lines=["Here."], at=timezone.now())
    OutgoingEmail.objects.update(attempts=lost)

    mail.deliver(OutgoingEmail.objects.all())

    email = OutgoingEmail.objects.get()
    assert email.state == state
    assert email.last_error == (WORDS if state == DeliveryState.DEAD else "")
    assert len(mailbox.messages()) == (state == DeliveryState.SENT)
