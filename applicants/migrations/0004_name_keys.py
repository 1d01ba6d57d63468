"""How names are compared: extensions for accents and trigrams, and the key of a name."""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

# normalize() takes composed letters apart, so that marks of every script's Latin kind fall away; unaccent knows letters
# such as ø and ł that do not come apart. Its dictionary is named, which makes the result depend on nothing else, so the
# function may be IMMUTABLE and stand in an index.
KEY = """
CREATE FUNCTION applicants_name_key(family text, given text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT coalesce(string_agg(part, ' ' ORDER BY part COLLATE "C"), '')
    FROM regexp_split_to_table(
        lower(public.unaccent(
            'public.unaccent'::regdictionary,
            regexp_replace(normalize(family || ' ' || given, NFKD), '[\u0300-\u036f]', '', 'g')
        )),
        '[][ ''\u2019\u2018`\u00b4\u02b9-\u02bf.,\u00b7\u30fb/()@\u05f3\u05f4\u200c\u200d-]+'
    ) AS part
    WHERE part <> ''
$$
"""


class Migration(migrations.Migration):
    dependencies = [("applicants", "0003_people_on_record")]

    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        migrations.RunSQL(KEY, "DROP FUNCTION applicants_name_key(text, text)"),
    ]
