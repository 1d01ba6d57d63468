"""The application's database role, a real one: it works with the portal, and cannot touch what proves something."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import psycopg2.extensions
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from psycopg2.errors import InsufficientPrivilege
from psycopg2.sql import SQL, Identifier

from portal import audit
from portal.audit_chain import seal
from portal.audit_verification import verify
from portal.database_rights import UnfitRoleError, grant_rights
from portal.models import AuditEvent, Heartbeat
from tests.support.orders import make_authority, make_physician, pay_with_credit

pytestmark = pytest.mark.django_db(transaction=True)

EVIDENCE = {
    "cvs_dispatchattempt",
    "payments_ledgerentry",
    "payments_ledgertransaction",
    "portal_auditevent",
    "portal_auditlink",
}


def run(order: str, role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SQL(order).format(role=Identifier(role)))


@pytest.fixture
def role() -> Iterator[str]:
    """A role of this test alone, with the rights of the application."""
    name = f"application_{secrets.token_hex(6)}"
    grant_rights(name)
    yield name
    run("RESET ROLE", name)
    run("DROP OWNED BY {role}", name)
    run("DROP ROLE {role}", name)


@pytest.fixture
def as_role(role: str) -> Iterator[psycopg2.extensions.connection]:
    """A connection of its own, signed in as the role."""
    given = connection.get_connection_params() | {"user": role}
    link = psycopg2.connect(**{key: given[key] for key in ("dbname", "host", "port", "user") if given.get(key)})
    link.autocommit = True
    yield link
    link.close()


def refused(link: psycopg2.extensions.connection, order: str) -> bool:
    with link.cursor() as cursor, pytest.raises(InsufficientPrivilege):
        cursor.execute(order)
    return True


def test_the_evidence_is_exactly_what_is_append_only(role: str):
    assert set(grant_rights(role)) >= EVIDENCE


@pytest.mark.parametrize("table", sorted(EVIDENCE))
def test_evidence_can_be_read_and_not_changed_deleted_or_emptied(as_role: psycopg2.extensions.connection, table: str):
    with as_role.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
    for order in (
        f"UPDATE {table} SET id = id" if table != "portal_auditlink" else f"UPDATE {table} SET hash = hash",
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
        f"DROP TABLE {table}",
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"ALTER TABLE {table} ADD COLUMN more integer",
    ):
        assert refused(as_role, order), order


@pytest.mark.parametrize(
    "order",
    [
        "SET session_replication_role = replica",
        "CREATE TABLE more (id integer)",
        "CREATE TEMPORARY TABLE more (id integer)",
        "CREATE SCHEMA more",
        "CREATE FUNCTION more() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION portal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DROP TRIGGER portal_auditevent_append_only ON portal_auditevent",
        "DROP FUNCTION portal_number_audit_event CASCADE",
        "SELECT setval('portal_auditevent_number', 1)",
        "ALTER SEQUENCE portal_auditevent_number RESTART",
        "TRUNCATE portal_heartbeat",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('portal', 'more', now())",
        "DELETE FROM django_migrations",
        "CREATE ROLE more",
        "COPY portal_heartbeat TO '/tmp/more'",
        "COPY portal_heartbeat FROM PROGRAM 'true'",
    ],
)
def test_the_role_makes_changes_and_switches_off_nothing(as_role: psycopg2.extensions.connection, order: str):
    assert refused(as_role, order)


def test_the_role_cannot_choose_the_place_of_an_event(as_role: psycopg2.extensions.connection):
    [first] = [audit.record("tests.done", actor="tests", subject=Heartbeat(name="x"), at=timezone.now())]

    with as_role.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_auditevent (id, event, at, actor, subject_type, subject_id, reason, facts, request_id)"
            " VALUES (1, 'tests.forged', now(), 'user:1', 'x', '1', '', '{}', '') RETURNING id"
        )
        row = cursor.fetchone()

    assert row is not None
    assert row[0] > first.pk


def test_the_portal_works_with_these_rights(role: str):
    physician = make_physician(10_000_092)
    run("SET ROLE {role}", role)

    [request] = pay_with_credit(physician, [make_authority(1)])
    Heartbeat.objects.create(name="x", at=timezone.now())
    Heartbeat.objects.all().delete()
    sealed = seal(wait_seconds=30)
    verified = verify([])

    assert request.funded_at is not None
    assert sealed == verified.links == AuditEvent.objects.count() > 3
    assert verified.found is None


def test_granting_again_changes_nothing_and_takes_back_what_was_given_besides(
    role: str, as_role: psycopg2.extensions.connection
):
    run("GRANT ALL ON portal_auditevent TO {role}", role)

    grant_rights(role)

    assert refused(as_role, "DELETE FROM portal_auditevent")


def test_a_password_is_set_as_a_verifier(role: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "password"
    path.write_text("a password of tests\n")

    call_command("grant_rights", role, password_file=path)

    with connection.cursor() as cursor:
        cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [role])
        row = cursor.fetchone()
    assert row is not None
    assert row[0].startswith("SCRAM-SHA-256$")
    assert "portal_auditevent" in capsys.readouterr().out


@pytest.mark.parametrize("right", ["SUPERUSER", "CREATEROLE", "CREATEDB", "REPLICATION", "BYPASSRLS"])
def test_a_role_that_could_undo_it_is_refused(role: str, right: str):
    run("ALTER ROLE {role} " + right, role)

    with pytest.raises(UnfitRoleError, match="cannot be the application's"):
        grant_rights(role)


@pytest.mark.parametrize(
    "order",
    [
        "GRANT pg_write_all_data TO {role}",
        "GRANT SET ON PARAMETER session_replication_role TO {role}",
        "ALTER TABLE portal_heartbeat OWNER TO {role}",
    ],
)
def test_a_role_with_more_than_grants_of_its_own_is_refused(role: str, order: str):
    run(order, role)
    try:
        with pytest.raises(CommandError, match="cannot be the application's"):
            call_command("grant_rights", role)
    finally:
        run("ALTER TABLE portal_heartbeat OWNER TO CURRENT_USER", role)
        run("REVOKE pg_write_all_data FROM {role}", role)
        run("REVOKE SET ON PARAMETER session_replication_role FROM {role}", role)


def test_a_password_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(CommandError, match="password cannot be read"):
        call_command("grant_rights", "nobody_at_all", password_file=tmp_path / "none")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'nobody_at_all'")
        assert cursor.fetchone() is None
