"""One embedded PostgreSQL server on a unix socket."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from sandbox.process import ChildProcess, ProcessError, start_child, wait_until_ready
from sandbox.servers.places import Places, make_private_directory, postgres_binaries

NAME = "portal"
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "unix_socket_permissions": "0700",
}
# Durability against a power cut, which no test needs and which costs most of their time.
_FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}


class PostgresServer:
    """A PostgreSQL server whose cluster lives in `places.data / "postgres"`; role and database are named "portal"."""

    def __init__(self, places: Places, *, fast: bool) -> None:
        self._places = places
        self._fast = fast
        self._cluster = places.data / "postgres"
        self._child: ChildProcess | None = None

    @property
    def url(self) -> str:
        """The address in the form of DATABASE_URL."""
        return f"postgresql://{NAME}@{quote(str(self._places.postgres_sockets), safe='')}/{NAME}"

    @property
    def pid(self) -> int | None:
        """Process id of the postmaster, or None while stopped."""
        return self._child.pid if self._child else None

    def start(self, inherited_files: tuple[int, ...] = ()) -> None:
        """Make the cluster if there is none, start, and return once the database "portal" answers.

        Raises `ProcessError` with the end of the server's log when it does not start.
        """
        if self._child and self._child.is_running:
            return
        binaries = postgres_binaries()
        if not self._cluster.exists():
            self._make_cluster(binaries)
        self._child = start_child(
            [binaries / "postgres", "-D", self._cluster, "-k", self._places.postgres_sockets, *self._options()],
            name="PostgreSQL",
            log_path=self._places.logs / "postgres.log",
            env=_ENVIRONMENT,
            cwd=Path("/"),
            account=self._places.postgres_account,
            # A fast shutdown still writes out the last commits, an immediate one may lose them.
            death_signal=signal.SIGINT,
            inherited_files=inherited_files,
        )
        wait_until_ready(self._child, self._answer)

    def stop(self) -> None:
        """Disconnect every client and end the server; committed rows stay."""
        if self._child:
            self._child.stop(signal.SIGINT, grace_seconds=20)
            self._child = None

    def _options(self) -> list[str]:
        settings = _SETTINGS | (_FAST_SETTINGS if self._fast else {})
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _make_cluster(self, binaries: Path) -> None:
        # Made under another name, so that an interrupted start leaves nothing that looks finished.
        draft = self._cluster.with_name("postgres.draft")
        shutil.rmtree(draft, ignore_errors=True)
        account = self._places.postgres_account
        make_private_directory(draft, account=account)
        made = subprocess.run(  # noqa: S603 - the command is ours
            [
                binaries / "initdb",
                "-D",
                draft,
                "-U",
                NAME,
                "--auth=trust",
                "--encoding=UTF8",
                "--no-sync",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
            ],
            capture_output=True,
            text=True,
            check=False,
            env=_ENVIRONMENT,
            cwd="/",
            user=account.user_id if account else None,
            group=account.group_id if account else None,
            extra_groups=[] if account else None,
        )
        if made.returncode:
            raise ProcessError(f"initdb ended with {made.returncode}: {made.stdout}{made.stderr}")
        draft.rename(self._cluster)

    def _answer(self) -> bool | None:
        try:
            connection = psycopg2.connect(host=str(self._places.postgres_sockets), user=NAME, dbname="postgres")
        except psycopg2.OperationalError:
            return None
        connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{NAME}"')
        connection.close()
        return True
