"""PostgreSQL and Valkey out of Python packages, for laptops, tests and the demo.

Both listen on unix sockets only and end with the process that started them, even when that process is killed.
"""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

from sandbox.process import ProcessError
from sandbox.servers.places import prepare_places
from sandbox.servers.postgres import PostgresServer
from sandbox.servers.valkey import ValkeyServer

_LEFTOVER_SECONDS = 20.0
_POLL_SECONDS = 0.05

__all__ = ["EmbeddedServers", "ServersBusyError"]


class ServersBusyError(ProcessError):
    """Another process runs servers on the same directory."""


class EmbeddedServers:
    """A PostgreSQL and a Valkey server kept below `root`; use as a context manager or call `start` and `stop`.

    The database keeps its rows from one start to the next; Valkey starts empty. `fast=True` gives up safety against a
    power cut, for tests.
    """

    def __init__(self, root: Path, fast: bool = False) -> None:
        self._places = prepare_places(root)
        self._lock: int | None = None
        self._postgres = PostgresServer(self._places, fast=fast)
        self._valkey = ValkeyServer(self._places)

    @property
    def database_url(self) -> str:
        """PostgreSQL's address, as DATABASE_URL wants it."""
        return self._postgres.url

    @property
    def redis_url(self) -> str:
        """Valkey's address, as REDIS_URL wants it."""
        return self._valkey.url

    @property
    def process_ids(self) -> list[int]:
        """Process ids of the servers that were started and not stopped."""
        return [pid for pid in (self._postgres.pid, self._valkey.pid) if pid is not None]

    def start(self) -> None:
        """Start both servers and return once both answer.

        Raises `ServersBusyError` when another process runs servers on this directory and `ProcessError` when a server
        does not start; then none is left running.
        """
        self._lock = _take_lock(self._places.logs / "lock")
        try:
            self.start_postgres()
            self.start_valkey()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End both servers and free the directory. Rows stay, messages do not."""
        self._valkey.stop()
        self._postgres.stop()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def start_postgres(self) -> None:
        """Start PostgreSQL if it does not run."""
        self._postgres.start(self._inherited_files())

    def stop_postgres(self) -> None:
        """End PostgreSQL as a database failure would: clients lose their connections, committed rows stay."""
        self._postgres.stop()

    def start_valkey(self) -> None:
        """Start an empty Valkey if it does not run."""
        self._valkey.start(self._inherited_files())

    def stop_valkey(self) -> None:
        """End Valkey as a broker failure would: clients lose their connections, all messages are gone."""
        self._valkey.stop()

    def flush_valkey(self) -> None:
        """Delete everything Valkey holds."""
        self._valkey.flush()

    def __enter__(self) -> "EmbeddedServers":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _inherited_files(self) -> tuple[int, ...]:
        # The servers hold the lock as well: it is free only once the last of them has really ended.
        return () if self._lock is None else (self._lock,)


def _take_lock(path: Path) -> int:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + _LEFTOVER_SECONDS
    while not _try_lock(lock):
        owner = os.pread(lock, 20, 0).decode() or "unknown"
        # The servers of a killed parent need a moment to end; those of a living one do not end at all.
        if _is_alive(owner) or time.monotonic() > deadline:
            os.close(lock)
            raise ServersBusyError(f"Servers on {path.parent} already run, started by process {owner}.")
        time.sleep(_POLL_SECONDS)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_alive(owner: str) -> bool:
    return owner.isdecimal() and Path("/proc", owner).exists()
