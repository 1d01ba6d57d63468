"""Dispatch attempts are evidence; issued reports keep their facts; what was issued is never deleted."""

from django.db import migrations

from portal.triggers import append_only

FROZEN_REPORT = """
CREATE FUNCTION cvs_freeze_issued_report() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'issued reports are never deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.request_id, NEW.version, NEW.number, NEW.snapshot, NEW.template_version, NEW.issued_at, NEW.report_on,
        NEW.url_code, NEW.short_code, NEW.acknowledge_code, NEW.stored_as, NEW.sha256, NEW.size_bytes)
       IS DISTINCT FROM
       (OLD.request_id, OLD.version, OLD.number, OLD.snapshot, OLD.template_version, OLD.issued_at, OLD.report_on,
        OLD.url_code, OLD.short_code, OLD.acknowledge_code, OLD.stored_as, OLD.sha256, OLD.size_bytes)
       OR (OLD.acknowledged_at IS NOT NULL AND NEW.acknowledged_at IS DISTINCT FROM OLD.acknowledged_at) THEN
        RAISE EXCEPTION 'issued reports are never edited' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cvs_issuedreport_frozen BEFORE UPDATE OR DELETE ON cvs_issuedreport
    FOR EACH ROW EXECUTE FUNCTION cvs_freeze_issued_report();
"""


class Migration(migrations.Migration):
    dependencies = [("cvs", "0001_initial"), ("portal", "0002_append_only_audit")]

    operations = [
        append_only("cvs_dispatchattempt"),
        migrations.RunSQL(
            FROZEN_REPORT,
            "DROP TRIGGER cvs_issuedreport_frozen ON cvs_issuedreport; DROP FUNCTION cvs_freeze_issued_report();",
        ),
    ]
