"""Starts PostgreSQL and Valkey and sets the environment before pytest-django reads the settings.

Loaded by `-p tests.early`. DATABASE_URL and REDIS_URL of the caller are used instead of the embedded servers when both
are given; the tests then make their own database beside the one named, and EMPTY the Redis database named.
A server that does not start ends the run with an error; nothing is skipped.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from portal.translations import compile_catalogs
from sandbox.environment import sandbox_environment
from sandbox.servers import EmbeddedServers

_PREFIX = "portal-tests-"
# Port 9 (discard) answers nowhere on a laptop: a test that needs a stand-in asks for its fixture.
_NOBODY_LISTENS = 9
SERVERS = pytest.StashKey[EmbeddedServers | None]()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Start the servers around the hook in which pytest-django sets Django up, and end them with the run."""
    options = early_config.known_args_namespace
    if not (options.help or options.version):
        _prepare(early_config)
    return (yield)


def _prepare(config: pytest.Config) -> None:
    _remove_leftovers(Path(tempfile.gettempdir()))
    home = Path(tempfile.mkdtemp(prefix=_PREFIX))
    # Another run that starts just now may be clearing the same folder away.
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    # Open to pass through, so that PostgreSQL can run as another user when the tests run as root.
    home.chmod(0o711)
    database_url, redis_url = _servers(config, home)
    os.environ |= sandbox_environment(
        database_url=database_url,
        redis_url=redis_url,
        base_url="http://127.0.0.1:8000",
        stripe_api_base=f"http://127.0.0.1:{_NOBODY_LISTENS}",
        smtp_port=_NOBODY_LISTENS,
        var_dir=home / "var",
    )
    compile_catalogs(Path(__file__).resolve().parents[1] / "locale")
    # Compressing them takes half a minute, so they outlive the run. Until then the folder is empty, but there.
    static = Path(__file__).resolve().parents[1] / "var" / "static-of-tests"
    static.mkdir(parents=True, exist_ok=True)
    os.environ["STATIC_ROOT"] = str(static)
    # The browser driver runs an event loop in the main thread, in which Django would refuse every query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def _servers(config: pytest.Config, home: Path) -> tuple[str, str]:
    config.stash[SERVERS] = None
    given = [os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")]
    if all(given):
        return given[0], given[1]
    if any(given):
        raise pytest.UsageError("Give both DATABASE_URL and REDIS_URL, or neither to use the embedded servers.")
    servers = EmbeddedServers(home / "servers", fast=True)
    config.add_cleanup(servers.stop)
    servers.start()
    config.stash[SERVERS] = servers
    return servers.database_url, servers.redis_url


def _remove_leftovers(folder: Path) -> None:
    """Delete what runs that were killed left behind; a run that goes on holds its lock."""
    for home in folder.glob(f"{_PREFIX}*"):
        # Two runs that start together look at the same leftovers.
        with suppress(FileNotFoundError):
            if home.stat().st_uid == os.geteuid() and _is_free(home / "servers" / "lock"):
                shutil.rmtree(home, ignore_errors=True)


def _is_free(path: Path) -> bool:
    with path.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
