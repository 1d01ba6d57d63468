"""What must never be false of money, asked of the whole database (numbers as in payments-and-dispatch)."""

from django.db import connection

QUESTIONS = {
    "1: each posting sums to zero in two or more entries": """
        SELECT t.id FROM payments_ledgertransaction t LEFT JOIN payments_ledgerentry e ON e.transaction_id = t.id
        GROUP BY t.id HAVING COALESCE(SUM(e.amount_cents), 0) <> 0 OR COUNT(e.id) < 2""",
    "2: each balance is the sum of its entries, and no wallet or hold is below zero": """
        SELECT a.name FROM payments_ledgeraccount a LEFT JOIN payments_ledgerentry e ON e.account_id = a.id
        GROUP BY a.id HAVING a.balance_cents <> COALESCE(SUM(e.amount_cents), 0)
        OR (a.balance_cents < 0 AND (a.name LIKE 'wallet:%' OR a.name LIKE 'hold:%'))""",
    "3: the ledger is append-only": """
        SELECT wanted.name FROM (VALUES ('payments_ledgertransaction_append_only'), ('payments_ledgerentry_append_only'),
            ('payments_ledgertransaction_no_truncate'), ('payments_ledgerentry_no_truncate'),
            ('payments_posting_balances'), ('payments_entries_balance'), ('payments_entry_moves_balance')) AS wanted (name)
        WHERE NOT EXISTS (SELECT 1 FROM pg_trigger g WHERE g.tgname = wanted.name AND g.tgenabled <> 'D')""",
    "4: credit and charge of a payment add up to its lines": """
        SELECT p.id FROM payments_payment p LEFT JOIN payments_paymentline l ON l.payment_id = p.id
        GROUP BY p.id HAVING p.credit_cents <> COALESCE(SUM(l.from_credit_cents), 0)
        OR p.due_cents <> COALESCE(SUM(l.from_stripe_cents), 0) OR p.total_cents <> p.credit_cents + p.due_cents""",
    "4: a paid line was paid at its price": """
        SELECT o.id FROM payments_orderline o
        JOIN payments_paymentline l ON l.order_line_id = o.id AND l.payment_id = o.paid_by_id
        WHERE o.price_cents <> l.from_credit_cents + l.from_stripe_cents""",
    "5: an order line has at most one live payment line": """
        SELECT order_line_id FROM payments_paymentline WHERE live GROUP BY order_line_id HAVING COUNT(*) > 1""",
    "6: a line counts as paid only by a paid payment": """
        SELECT o.id FROM payments_orderline o JOIN payments_payment p ON p.id = o.paid_by_id
        WHERE p.state NOT IN ('paid', 'review') OR p.settled_at IS NULL""",
    "6: a paid order has only paid lines, and the posting of its payment": """
        SELECT o.id FROM payments_order o JOIN payments_orderline l ON l.order_id = o.id AND l.removed_at IS NULL
        WHERE o.state = 'paid' AND (l.paid_by_id IS NULL OR NOT EXISTS (
            SELECT 1 FROM payments_ledgertransaction t WHERE t.key = 'pay:' || l.paid_by_id || ':paid'))""",
    "11: what went to Stripe carries the id of the payment": """
        SELECT id FROM payments_payment WHERE due_cents > 0 AND params ->> 'client_reference_id' IS DISTINCT FROM id::text""",
    "12: refunds of a payment are not above what was charged": """
        SELECT p.id FROM payments_payment p JOIN payments_refund r ON r.payment_id = p.id AND r.state <> 'failed'
        GROUP BY p.id HAVING SUM(r.amount_cents) > p.due_cents""",
    "12: each refund that Stripe took is in the ledger": """
        SELECT r.id FROM payments_refund r WHERE r.stripe_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM payments_ledgertransaction t JOIN payments_ledgerentry e ON e.transaction_id = t.id
            WHERE t.key = 'ref:' || r.id || ':done' AND e.amount_cents = r.amount_cents)""",
    "13: held credit is the credit part of payments under way": """
        SELECT a.name FROM payments_ledgeraccount a LEFT JOIN payments_payment p
            ON a.name = 'hold:' || p.applicant_id AND p.settled_at IS NULL
            AND p.state IN ('created', 'open', 'processing', 'review')
            AND EXISTS (SELECT 1 FROM payments_paymentline l WHERE l.payment_id = p.id AND l.live)
        WHERE a.name LIKE 'hold:%' GROUP BY a.id HAVING a.balance_cents <> COALESCE(SUM(p.credit_cents), 0)""",
}


def _ask(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id::text FROM ({sql}) AS broken (id) LIMIT 20")  # noqa: S608 (constants of this module)
        return [row[0] for row in cursor.fetchall()]


def check() -> list[str]:
    """Return one sentence for each invariant that is broken, with up to 20 ids; an empty list when all hold."""
    return [f"Invariant {name}: broken for {', '.join(ids)}" for name, sql in QUESTIONS.items() if (ids := _ask(sql))]
