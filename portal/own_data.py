"""The file in which a person gets everything the portal holds of them: one JSON file a topic, documents beside them.

`manifest.json` says what is inside and what was left out, and why. Each topic's file describes its own columns, so that it
can be read without this program. FORMAT_VERSION grows when the layout changes, a topic's version when its columns do.
"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Container, Iterator
from datetime import datetime

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from portal.personal_data import FileSource, Holding, Topic, registry

FORMAT = "own-data"
FORMAT_VERSION = 1
# What one download may hold; documents beyond are named in the manifest instead.
MOST_BYTES = 50_000_000
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")

README = """Your data at {name}, as of {day}

manifest.json      what is in this file, and what is left out and why
{topics}
The .json files can be opened with any text editor or browser. Each describes its own columns. Times are in UTC.

Status reports themselves are not in this file: they go to licensing authorities only. Whether and when one was made and
sent is in status-reports.json.

Something is wrong? {address}
"""


def build_zip(user_id: int, *, at: datetime, most_bytes: int = MOST_BYTES) -> bytes:
    """Return the ZIP of everything that is declared as held of the account `user_id`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        tables = {topic.name: topic_of(topic, user_id) for topic in registry.topics.values()}
        for name, content in tables.items():
            archive.writestr(f"{name}.json", _as_json(content))
        files, too_much = _add_files(archive, buffer, user_id, most_bytes=most_bytes)
        archive.writestr("manifest.json", _as_json(_manifest(tables, files, too_much, at=at)))
        archive.writestr("README.txt", _readme(at))
    return buffer.getvalue()


def topic_of(topic: Topic, user_id: int) -> dict[str, object]:
    """Return one topic as it is written: its tables with their columns described, and the person's rows."""
    return {
        "topic": topic.name,
        "title": topic.title,
        "version": topic.version,
        "tables": {holding.model: _table(holding, user_id) for holding in registry.of_topic(topic.name)},
    }


def _table(holding: Holding, user_id: int) -> dict[str, object]:
    columns = holding.exported_fields()
    rows = holding.rows_of(user_id).values(*[column.name for column in columns], *holding.told_from.values())
    return {
        "what": holding.what,
        "columns": {column.name: _description(column, holding.told_as.get(column.name, {})) for column in columns},
        "left_out": dict(holding.left_out),
        "rows": [_told(holding, row) for row in rows],
    }


def _told(holding: Holding, row: dict[str, object]) -> dict[str, object]:
    row = {**row, **{name: row[other] or row[name] for name, other in holding.told_from.items()}}
    for other in holding.told_from.values():
        del row[other]
    told = {name: others.get(str(row[name]), row[name]) for name, others in holding.told_as.items()}
    return {**row, **told}


def _description(column: "models.Field[object, object]", untold: Container[str]) -> dict[str, object]:
    """Return what a column means; for one with named values, what each of them says but those that are `untold`."""
    description: dict[str, object] = {"means": str(column.help_text or column.verbose_name)}
    choices = dict(column.flatchoices)
    # Countries are ISO 3166 codes; two hundred names would bury the data.
    if choices and len(choices) <= 40:
        description["values"] = {str(value): str(label) for value, label in choices.items() if str(value) not in untold}
    return description


def _add_files(
    archive: zipfile.ZipFile, buffer: io.BytesIO, user_id: int, *, most_bytes: int
) -> tuple[list[dict[str, object]], list[str]]:
    """Add documents while there is room; return what was added, and the names of what was not."""
    added: list[dict[str, object]] = []
    too_much: list[str] = []
    for source in registry.file_sources:
        for name, content in _files(source, user_id):
            if buffer.tell() + len(content) > most_bytes:
                too_much.append(name)
                continue
            archive.writestr(name, content)
            added.append({"file": name, "what": source.what, "sha256": hashlib.sha256(content).hexdigest()})
    return added, too_much


def _files(source: FileSource, user_id: int) -> Iterator[tuple[str, bytes]]:
    for name, content in source.files(user_id):
        # A name of ours or of a person must not lead out of the folder into which the file is unpacked.
        yield f"{source.folder}/{_NOT_IN_A_NAME.sub('-', name).lstrip('.-') or 'file'}", content


def _manifest(
    tables: dict[str, dict[str, object]], files: list[dict[str, object]], too_much: list[str], *, at: datetime
) -> dict[str, object]:
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "made_at": at,
        "topics": [
            {"file": f"{name}.json", "title": content["title"], "version": content["version"]}
            for name, content in tables.items()
        ],
        "files": files,
        "files_left_out": [
            {"file": name, "why": "The download would be too large; ask us for it"} for name in too_much
        ],
        "left_out": [{"what": exclusion.model, "why": exclusion.reason} for exclusion in registry.exclusions.values()],
    }


def _readme(at: datetime) -> str:
    lines = [f"{topic.name + '.json':<27}{topic.title}" for topic in registry.topics.values()]
    lines += [f"{source.folder + '/':<27}{source.what}" for source in registry.file_sources]
    return README.format(
        name=settings.ORGANIZATION["name"],
        day=f"{at:%Y-%m-%d}",
        topics="\n".join(lines) + "\n",
        address=settings.ORGANIZATION["email"],
    )


def _as_json(content: object) -> str:
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
