from django.db import migrations


class Migration(migrations.Migration):
    """Everybody on record so far was identified before the portal asked for it."""

    dependencies = [("applicants", "0002_identity")]

    operations = [
        migrations.RunSQL(
            "UPDATE applicants_applicant SET identity_checked_on = (created_at AT TIME ZONE 'America/New_York')::date",
            migrations.RunSQL.noop,
        )
    ]
