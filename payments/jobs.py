"""Background jobs of payments."""

from portal.jobs import Job

SYNC_PAYMENT = Job("payments.sync_payment", "payments")
PROCESS_EVENT = Job("payments.process_event", "payments")
SEND_REFUND = Job("payments.send_refund", "payments")
SWEEP_PAYMENTS = Job("payments.sweep_payments", "beat")
SWEEP_EVENTS = Job("payments.sweep_events", "beat")
SWEEP_REFUNDS = Job("payments.sweep_refunds", "beat")
FETCH_MISSED_EVENTS = Job("payments.fetch_missed_events", "beat")
