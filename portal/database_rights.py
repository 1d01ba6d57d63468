"""The least rights that the application's database role works with, apart from the role that owns the tables.

What proves something (every table with the trigger of `portal.triggers.append_only`) can be read and added to, nothing
else. No table can be emptied, made, changed or dropped, and no trigger can be switched off.
"""

from collections.abc import Sequence

from django.db import connection, transaction
from psycopg2.extensions import encrypt_password
from psycopg2.sql import SQL, Composable, Identifier, Literal

_OWN_TABLES = """
    SELECT c.relname, EXISTS (
        SELECT 1 FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgrelid = c.oid AND p.proname = 'portal_refuse_change')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY c.relname"""
# Each with the reason for which a role is refused; asked of the role `%(role)s`.
_TOO_POWERFUL = {
    "it is a superuser, or may make roles or databases, replicate, or pass by row security": """
        SELECT 1 FROM pg_roles WHERE rolname = %(role)s
        AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)""",
    "it owns tables": "SELECT 1 FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = %(role)s",
    "it is a member of another role": """
        SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = %(role)s""",
    "it may switch triggers off for its session": """
        SELECT 1 FROM pg_roles WHERE rolname = %(role)s
        AND has_parameter_privilege(rolname, 'session_replication_role', 'SET')""",
}
# Nobody but a migration writes these.
_READ_ONLY = frozenset({"django_migrations"})


class UnfitRoleError(Exception):
    """The role has rights that no grant can take away."""


@transaction.atomic
def grant_rights(role: str, *, password: str = "") -> list[str]:
    """Give `role` exactly the rights of the application and return the names of the tables it can only add to.

    A role that does not exist is made; `password`, if given, is set (sent as SCRAM verifier, never in clear). Run it as
    the owner of the tables, after every migration. Raises UnfitRoleError for a role that could undo it.
    """
    if not _ask("SELECT 1 FROM pg_roles WHERE rolname = %(role)s", role):
        _run(SQL("CREATE ROLE {role} LOGIN"), role)
    reasons = [reason for reason, question in _TOO_POWERFUL.items() if _ask(question, role)]
    if reasons:
        raise UnfitRoleError(f"The role {role} cannot be the application's: {'; '.join(reasons)}.")
    if password:
        _set_password(role, password)
    with connection.cursor() as cursor:
        cursor.execute(_OWN_TABLES)
        tables = [(str(name), bool(is_evidence)) for name, is_evidence in cursor.fetchall()]
    _take_everything(role)
    _give(role, [name for name, is_evidence in tables if not is_evidence and name not in _READ_ONLY])
    return [name for name, is_evidence in tables if is_evidence]


def _take_everything(role: str) -> None:
    for order in (
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {role}",
        "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {role}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC, {role}",
        "REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {role}",
    ):
        _run(SQL(order), role)


def _give(role: str, changeable: Sequence[str]) -> None:
    for order in (
        "GRANT CONNECT ON DATABASE {database} TO {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {role}",
        "REVOKE INSERT ON django_migrations FROM {role}",
    ):
        _run(SQL(order), role)
    for table in changeable:
        _run(SQL("GRANT UPDATE, DELETE ON {table} TO {role}"), role, table=Identifier(table))


def _set_password(role: str, password: str) -> None:
    with connection.cursor() as cursor:
        verifier = encrypt_password(password, role, cursor.connection, "scram-sha-256")
    _run(SQL("ALTER ROLE {role} PASSWORD {verifier}"), role, verifier=Literal(verifier))


def _run(order: SQL, role: str, **names: Composable) -> None:
    database = Identifier(str(connection.settings_dict["NAME"]))
    with connection.cursor() as cursor:
        cursor.execute(order.format(role=Identifier(role), database=database, **names))


def _ask(question: str, role: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, {"role": role})
        return cursor.fetchone() is not None
