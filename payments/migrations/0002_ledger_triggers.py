"""The ledger's guarantees: each posting sums to zero, balances follow entries, nothing is ever changed."""

from django.db import migrations

from portal.triggers import append_only

# Deferred to the commit, because the entries of one posting arrive one after the other.
BALANCED = """
CREATE FUNCTION payments_check_posting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- The column that names the posting differs between the two tables.
    posting bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    total bigint;
    sides bigint;
BEGIN
    SELECT COALESCE(SUM(amount_cents), 0), COUNT(*) INTO total, sides
      FROM payments_ledgerentry WHERE transaction_id = posting;
    IF total <> 0 OR sides < 2 THEN
        RAISE EXCEPTION 'ledger posting % does not balance: % cents in % entries', posting, total, sides
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
TRIGGERS = """
CREATE CONSTRAINT TRIGGER payments_posting_balances AFTER INSERT ON payments_ledgertransaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_check_posting('id');
CREATE CONSTRAINT TRIGGER payments_entries_balance AFTER INSERT ON payments_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_check_posting('transaction_id');
CREATE FUNCTION payments_add_to_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE payments_ledgeraccount SET balance_cents = balance_cents + NEW.amount_cents WHERE id = NEW.account_id;
    RETURN NULL;
END $$;
CREATE TRIGGER payments_entry_moves_balance AFTER INSERT ON payments_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION payments_add_to_balance();
CREATE SEQUENCE payments_order_number;
CREATE SEQUENCE payments_receipt_number;
"""
UNDO = """
DROP TRIGGER payments_posting_balances ON payments_ledgertransaction;
DROP TRIGGER payments_entries_balance ON payments_ledgerentry;
DROP TRIGGER payments_entry_moves_balance ON payments_ledgerentry;
DROP FUNCTION payments_check_posting();
DROP FUNCTION payments_add_to_balance();
DROP SEQUENCE payments_order_number;
DROP SEQUENCE payments_receipt_number;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("portal", "0002_append_only_audit")]

    operations = [
        migrations.RunSQL(BALANCED + TRIGGERS, UNDO),
        append_only("payments_ledgertransaction"),
        append_only("payments_ledgerentry"),
    ]
