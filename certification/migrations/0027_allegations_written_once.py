"""What is alleged in a case is written once, and no longer than a reader can be asked to read."""

import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

# A deletion takes requests to the school away (SET NULL); nothing else of a row changes, and no row goes.
WRITTEN_ONCE = """
CREATE FUNCTION certification_keep_allegation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.verification_id IS NULL
       AND (NEW.id, NEW.case_id, NEW.words, NEW.made_at, NEW.made_by)
       IS NOT DISTINCT FROM (OLD.id, OLD.case_id, OLD.words, OLD.made_at, OLD.made_by) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was alleged is written once' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER certification_caseallegation_written_once BEFORE UPDATE OR DELETE ON certification_caseallegation
    FOR EACH ROW EXECUTE FUNCTION certification_keep_allegation();
CREATE TRIGGER certification_caseallegation_no_truncate BEFORE TRUNCATE ON certification_caseallegation
    FOR EACH STATEMENT EXECUTE FUNCTION certification_keep_allegation();
"""
UNDO = """
DROP TRIGGER certification_caseallegation_written_once ON certification_caseallegation;
DROP TRIGGER certification_caseallegation_no_truncate ON certification_caseallegation;
DROP FUNCTION certification_keep_allegation();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('certification', '0026_typed_answers'),
    ]

    operations = [
        migrations.AlterField(
            model_name='caseallegation',
            name='words',
            field=models.TextField(help_text='For staff; the person reads the notice.', max_length=10000),
        ),
        migrations.AddConstraint(
            model_name='caseallegation',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('words'), 10000), name='case_allegation_not_too_long'),
        ),
        migrations.RunSQL(WRITTEN_ONCE, UNDO),
    ]
