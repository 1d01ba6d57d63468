"""Physicians with orders, requests, payments and issued reports: in bulk for size, and through services for truth.

`python -m bench.people COUNT BUSIEST` adds them to the database of the environment and prints how long that took.
"""

import os
import sys
import time
from datetime import UTC, datetime

import django
from django.db import connection, transaction

from bench import launcher
from bench.reports import ONE_PAGE
from cvs.snapshot import to_json
from sandbox.sample_data import load_many

LOADED_AT = datetime(2026, 2, 3, 15, tzinfo=UTC)
# These have several orders, as people have who come back; the very first has as many as the deepest list needs.
REGULARS = 20
ORDERS_OF_A_REGULAR = 12

# Keys are drawn first, so that every table is filled by one statement that reads the list.
_PLAN = """
CREATE TEMPORARY TABLE made ON COMMIT DROP AS
SELECT a.id AS applicant_id, c.id AS contact_id, turn, gen_random_uuid() AS payment_id, gen_random_uuid() AS job_id,
       nextval(pg_get_serial_sequence('payments_order', 'id')) AS order_id,
       nextval(pg_get_serial_sequence('payments_orderline', 'id')) AS line_id,
       nextval(pg_get_serial_sequence('cvs_reportrequest', 'id')) AS request_id,
       nextval(pg_get_serial_sequence('cvs_issuedreport', 'id')) AS report_id,
       %(authorities)s::bigint[] AS authorities, %(at)s::timestamptz + turn * interval '1 minute' AS at
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM applicants_applicant a
      WHERE identification_number BETWEEN '50000000' AND '59999999'
        AND NOT EXISTS (SELECT 1 FROM payments_order o WHERE o.applicant_id = a.id)) AS a
JOIN applicants_contactinformation c ON c.applicant_id = a.id AND c.superseded_at IS NULL
CROSS JOIN LATERAL generate_series(
    1, CASE WHEN %(busiest)s = 0 THEN 1 WHEN place = 1 THEN %(busiest)s WHEN place <= %(regulars)s THEN %(several)s
       ELSE 1 END) AS turn
"""

_ORDERS = """
INSERT INTO payments_order (id, applicant_id, reference, state, created_at, touched_at, placed_at, paid_at)
SELECT order_id, applicant_id, 'BE-2026-' || order_id, 'paid', at, at, at, at FROM made
"""

_PAYMENTS = """
INSERT INTO payments_payment
    (id, order_id, applicant_id, state, total_cents, credit_cents, due_cents, tax_cents, currency, params, session_url,
     charge_id, method, method_detail, decline, refunded_cents, disputed, needs_attention, receipt_number, created_at,
     expires_at, settled_at, sync_attempts, last_error)
SELECT payment_id, order_id, applicant_id, 'paid', 6600, 0, 6600, 0, 'usd', '{}', '', '', 'card', 'Visa ending 4242',
       '', 0, false, '', 'BE-' || order_id, at, at + interval '1 hour', at, 0, ''
FROM made
"""

_LINES = """
INSERT INTO payments_orderline (id, order_id, fee_code, description, price_cents, paid_by_id)
SELECT line_id, order_id, 'CVS_STATUS_REPORT', 'Status report', 6600, payment_id FROM made
"""

_PAYMENT_LINES = """
INSERT INTO payments_paymentline (payment_id, order_line_id, from_credit_cents, from_stripe_cents, live)
SELECT payment_id, line_id, 0, 6600, true FROM made
"""

_REQUESTS = """
INSERT INTO cvs_reportrequest
    (id, order_line_id, applicant_id, authority_id, position, state, contact_id, contact_confirmed_at, consented_at,
     hold_reason, problem, created_at, funded_at, dispatched_at)
SELECT request_id, line_id, applicant_id, authorities[1 + request_id %% cardinality(authorities)], 1, 'dispatched',
       contact_id, at, at, '', '', at, at, at
FROM made
"""

# Hexadecimal digits are among the characters of a code, and a code of ours is never so low.
_REPORTS = """
INSERT INTO cvs_issuedreport
    (id, request_id, version, number, state, snapshot, template_version, issued_at, report_on, url_code, short_code,
     acknowledge_code, stored_as, sha256, size_bytes)
SELECT report_id, request_id, 1, 'BE-2026-' || order_id || '-01', 'issued', %(snapshot)s, 'v1', at, at::date,
       lpad(upper(to_hex(report_id)), 26, '0'), lpad(upper(to_hex(report_id)), 16, '0'),
       '1' || lpad(upper(to_hex(report_id)), 25, '0'), 'none', repeat('0', 64), 60000
FROM made
"""

_JOBS = """
INSERT INTO cvs_dispatchjob
    (id, request_id, version, step, report_id, state, not_before, attempts, resends, message_id, sent_at, server_reply,
     last_error, created_at)
SELECT job_id, request_id, 1, 'send', report_id, 'sent', at, 1, 0, '<bench-' || job_id || '@portal.example>', at, '250',
       '', at
FROM made
"""

_LOOKUPS = """
INSERT INTO cvs_verificationlookup (at, client, found, by_link, report_id)
SELECT at, md5(report_id::text), true, true, report_id FROM made
"""

_STATEMENTS = (_PLAN, _ORDERS, _PAYMENTS, _LINES, _PAYMENT_LINES, _REQUESTS, _REPORTS, _JOBS, _LOOKUPS)


@transaction.atomic
def add_orders(*, busiest: int) -> None:
    """Give every made-up physician without an order a paid one whose report was sent.

    With `busiest` the first of them gets as many orders, and a few others a dozen.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT array_agg(id ORDER BY id) FROM cvs_licensingauthority")
        values: dict[str, int | str | datetime | list[int]] = {
            "authorities": cursor.fetchone()[0],
            "at": LOADED_AT,
            "busiest": busiest,
            "regulars": REGULARS,
            "several": ORDERS_OF_A_REGULAR,
            "snapshot": to_json(ONE_PAGE),
        }
        for statement in _STATEMENTS:
            cursor.execute(statement, values)


def add_people(count: int, *, busiest: int = 0) -> float:
    """Add `count` physicians with their history; returns the seconds it took, fresh statistics included."""
    began = time.perf_counter()
    load_many(count)
    add_orders(busiest=busiest)
    return time.perf_counter() - began


def tidy() -> None:
    """Do now what the database's own housekeeping would do in the middle of a measurement."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def main() -> None:
    """Add people to the database of the environment."""
    count, busiest = map(int, sys.argv[1:])
    seconds = add_people(count, busiest=busiest)
    tidy()
    launcher.report({"seconds": seconds})


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    main()
