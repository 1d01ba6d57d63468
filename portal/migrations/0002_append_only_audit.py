"""The audit log is append-only, whatever code does."""

from django.db import migrations

from portal.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_initial")]

    operations = [append_only("portal_auditevent")]
