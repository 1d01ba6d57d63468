"""A migrated database, written down once for a set of migrations: every further run of tests is a copy of it.

Migrating takes twenty seconds of CPU, and the suite has four processes with a database server of their own each.
"""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from sandbox.servers.places import postgres_binaries
from tests.early import SERVERS

ROOT = Path(__file__).resolve().parents[2]
_KEPT_IN = ROOT / "var" / "migrated-for-tests"
_TEMPLATE = "migrated"
# What migrations take from the portal's own modules decides on the result as well.
_IMPORTED = re.compile(r"^(?:from|import) ((?:portal|applicants|certification|payments|cvs)\.[\w.]+)", re.MULTILINE)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Let the test database begin as a copy of one that is migrated; what a copy lacks is still migrated.

    Servers that were given to us keep their own test database (`--reuse-db`).
    """
    if request.config.stash[SERVERS] is not None:
        _fill_template(os.environ["DATABASE_URL"])
        connection.settings_dict["TEST"]["TEMPLATE"] = _TEMPLATE


def _fill_template(database_url: str) -> None:
    _KEPT_IN.mkdir(parents=True, exist_ok=True)
    template_url = urlunsplit(urlsplit(database_url)._replace(path=f"/{_TEMPLATE}"))
    with (_KEPT_IN / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        dump = _KEPT_IN / f"{_fingerprint()}.sql"
        _run("psql", database_url, "--command", f"CREATE DATABASE {_TEMPLATE}")
        if dump.exists():
            _run("psql", template_url, "--single-transaction", "--file", str(dump))
            return
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": template_url},
            check=True,
        )
        for old in _KEPT_IN.glob("*.sql"):
            old.unlink()
        draft = dump.with_suffix(".draft")
        _run("pg_dump", template_url, "--file", str(draft))
        draft.rename(dump)


def _run(program: str, database_url: str, *arguments: str) -> None:
    options = (
        ["--no-psqlrc", "--quiet", "--output", os.devnull, "--set", "ON_ERROR_STOP=1"] if program == "psql" else []
    )
    subprocess.run([postgres_binaries() / program, *options, *arguments, "--dbname", database_url], check=True)


def _fingerprint() -> str:
    """Return what is the same as long as migrating gives the same database."""
    migrations = sorted(ROOT.glob("*/migrations/*.py"))
    imported = {name for path in migrations for name in _IMPORTED.findall(path.read_text())}
    modules = sorted(path for name in imported for path in ROOT.glob(f"{name.replace('.', '/')}*.py"))
    digest = hashlib.sha256()
    for path in (*migrations, *modules, ROOT / "requirements-dev.txt"):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:32]
