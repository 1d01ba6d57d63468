"""Real web, worker and beat processes on the test database, for tests that kill them."""

import os
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from sandbox.environment import SEAL_VARIABLES, uploads_origin
from sandbox.process import PATIENCE_SECONDS, ChildProcess, start_child, wait_for_line

ROOT = Path(__file__).resolve().parents[2]
_ONLY_FOR_PYTEST = {"DJANGO_ALLOW_ASYNC_UNSAFE", "PYTEST_CURRENT_TEST", "PYTEST_VERSION"}


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def process_environment(**changes: str) -> dict[str, str]:
    """The environment for a process that shall share this test's database, broker, stand-ins and settings.

    `changes` are further variables. Ask for it inside a test that may use the database: only then is the database's
    name the test's.
    """
    inherited = {name: value for name, value in os.environ.items() if name not in _ONLY_FOR_PYTEST}
    return inherited | {
        "DATABASE_URL": _test_database_url(),
        "SMTP_PORT": str(settings.EMAIL_PORT),
        "STRIPE_API_BASE": settings.STRIPE_API_BASE,
        "BASE_URL": settings.BASE_URL,
        "REPORTS_DIR": settings.REPORTS_DIR,
        "CERTIFICATES_DIR": settings.CERTIFICATES_DIR,
        "UPLOADS_DIR": settings.UPLOADS_DIR,
        "LOG_LEVEL": "INFO",
        **changes,
    }


class Processes:
    """Starts the portal's processes from the main thread; all end with the test, or with pytest itself."""

    def __init__(self, log_dir: Path) -> None:
        self._log_dir = log_dir
        self._started: list[ChildProcess] = []

    def start_worker(
        self, queues: Sequence[str], concurrency: int = 1, env: Mapping[str, str] | None = None
    ) -> ChildProcess:
        """A Celery worker on `queues`, ready to take messages; `env` are changes to the environment."""
        command = ["worker", "-Q", ",".join(queues), "-c", str(concurrency), "-n", f"worker{len(self._started)}@%h"]
        child = self.start([*_celery(), *command, "--loglevel", "INFO"], name="worker", env=env)
        wait_for_line(child, r"ready\.")
        return child

    def start_beat(self, env: Mapping[str, str] | None = None) -> ChildProcess:
        """A Celery beat with a schedule file of its own."""
        schedule = self._log_dir / f"beat{len(self._started)}-schedule"
        child = self.start([*_celery(), "beat", "--schedule", schedule, "--loglevel", "INFO"], name="beat", env=env)
        wait_for_line(child, "beat: Starting")
        return child

    def start_web(self, port: int, env: Mapping[str, str] | None = None) -> ChildProcess:
        """Gunicorn with one worker of four threads on 127.0.0.1:`port`, without the seal key.

        Templates name static files by their hash, so the test also needs the fixture `collected_static`.
        """
        bind = ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4", "--no-control-socket"]
        child = self.start(
            [sys.executable, "-m", "gunicorn", "portal.wsgi", *bind],
            name="web",
            env={**_addresses(port), **dict.fromkeys(SEAL_VARIABLES, ""), **(env or {})},
        )
        wait_for_line(child, "Booting worker")
        return child

    def start(self, command: Sequence[str | Path], *, name: str, env: Mapping[str, str] | None = None) -> ChildProcess:
        """Any command in the portal's environment; its output goes to a file of the test's temporary directory."""
        child = start_child(
            command,
            name=name,
            log_path=self._log_dir / f"{name}{len(self._started)}.log",
            env=process_environment(**(env or {})),
            cwd=ROOT,
        )
        self._started.append(child)
        return child

    def kill_all(self) -> None:
        """Kill every started process with its children, as a host failure would."""
        for child in self._started:
            child.kill()


@pytest.fixture
def processes(transactional_db: None, tmp_path: Path) -> Iterator[Processes]:
    """Starts web, worker and beat processes; the database is a committed one, so that they see the test's rows."""
    starter = Processes(tmp_path)
    yield starter
    starter.kill_all()


@pytest.fixture(scope="session")
def collected_static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of static files under hashed names, as web processes need it; kept from run to run."""
    target = Path(settings.STATIC_ROOT)
    child = start_child(
        [sys.executable, "-m", "sandbox.static_files"],
        name="collectstatic",
        log_path=tmp_path_factory.mktemp("static") / "collectstatic.log",
        env={name: value for name, value in os.environ.items() if name not in _ONLY_FOR_PYTEST},
        cwd=ROOT,
    )
    if child.popen.wait(PATIENCE_SECONDS):
        raise child.error("failed")
    return target


def _addresses(port: int) -> dict[str, str]:
    base_url = f"http://127.0.0.1:{port}"
    return {"BASE_URL": base_url, "UPLOADS_ORIGIN": uploads_origin(base_url)}


def _celery() -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "portal"]


def _test_database_url() -> str:
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
