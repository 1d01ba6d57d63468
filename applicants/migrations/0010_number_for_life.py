from django.db import migrations

TRIGGER = """
CREATE FUNCTION applicants_number_for_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an identification number is for life' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER applicants_number_for_life BEFORE UPDATE ON applicants_applicant FOR EACH ROW
    WHEN (OLD.identification_number IS DISTINCT FROM NEW.identification_number)
    EXECUTE FUNCTION applicants_number_for_life();
"""
AWAY = """
DROP TRIGGER applicants_number_for_life ON applicants_applicant;
DROP FUNCTION applicants_number_for_life();
"""


class Migration(migrations.Migration):
    """R-ID-1: a number cannot be changed, whoever asks for it."""

    dependencies = [("applicants", "0009_roles")]

    operations = [migrations.RunSQL(TRIGGER, AWAY)]
