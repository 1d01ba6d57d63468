"""The whole portal on one machine: servers, stand-ins, web, workers and scheduler as children of this process."""

import fcntl
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.error import URLError
from urllib.request import urlopen

from sandbox.environment import SEAL_VARIABLES, sandbox_environment
from sandbox.process import ChildProcess, ProcessError, start_child, wait_for_line, wait_until_ready
from sandbox.servers import EmbeddedServers

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
LOGS = VAR / "log"
# What ./dev manage needs to work on the same database; holds secrets of the sandbox, so only the owner may read it.
ENVIRONMENT_FILE = VAR / "environment.json"
_LOCK = VAR / "serve.lock"
HOST = "127.0.0.1"
# The same groups as in docker-compose.yml; the scheduler's own short jobs share the workers of payments.
WORKERS = {
    "worker-payments": ("payments", "beat"),
    "worker-render": ("render",),
    "worker-mail": ("mail",),
    "worker-uploads": ("uploads",),
    "worker-newsletter": ("newsletter",),
}
SEALING_WORKER = "worker-render"
_START_SECONDS = 180.0
_STOP_SECONDS = 12.0


class AlreadyRunningError(RuntimeError):
    """Another process of this checkout runs the portal."""


class PortBusyError(RuntimeError):
    """Somebody else listens on the port asked for."""


@dataclass(frozen=True)
class Ports:
    """TCP ports on 127.0.0.1."""

    web: int
    stripe: int
    smtp: int
    mailbox: int


def choose_ports(web: int) -> Ports:
    """Return `web` and a port for each stand-in: its usual one, or any free one where that is taken.

    Raises `PortBusyError` when `web` is taken: its address is the one a person types.
    """
    if not _is_free(web):
        raise PortBusyError(f"Port {web} is in use; choose another one with --port.")
    return Ports(web, *(usual if _is_free(usual) else _any_free() for usual in (12111, 1025, 8025)))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Stack:
    """Starts everything on entry and ends everything on exit; at most one runs per checkout.

    `report` is told, in a few words, what is being started. With `debug` Django shows its own error pages and static
    files come straight from their folders.
    """

    def __init__(self, ports: Ports, *, debug: bool, report: Callable[[str], None]) -> None:
        self.ports = ports
        self.environment: dict[str, str] = {}
        self.children: dict[str, ChildProcess] = {}
        self._debug = debug
        self._report = report
        self._closing = ExitStack()

    @property
    def base_url(self) -> str:
        """The portal's address: by name, as browsers bind no passkey to a number."""
        return f"http://localhost:{self.ports.web}"

    @property
    def stripe_url(self) -> str:
        """The Stripe double's address."""
        return f"http://{HOST}:{self.ports.stripe}"

    @property
    def mailbox_url(self) -> str:
        """The mailbox's page."""
        return f"http://{HOST}:{self.ports.mailbox}"

    def __enter__(self) -> "Stack":
        try:
            self._start()
        except BaseException:
            self._closing.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._closing.close()

    def start_portal(self) -> None:
        """Start web, workers and beat, and return once the web answers and the workers take jobs.

        Raises `ProcessError` with the end of the log of the first that does not start.
        """
        self._spawn("web", self._web_command(), seal=False)
        for name, queues in WORKERS.items():
            self._spawn(name, _worker_command(name, queues), seal=name == SEALING_WORKER)
        self._spawn("beat", _celery("beat", "--loglevel", "INFO"), seal=False)
        wait_until_ready(self.children["web"], self._web_answer, _START_SECONDS)
        for name in WORKERS:
            wait_for_line(self.children[name], r"ready\.", _START_SECONDS)

    def stop_portal(self) -> None:
        """End web, workers and beat; a task under way is finished first."""
        _stop(self._take("beat", *WORKERS, "web"))

    def ended(self) -> list[ChildProcess]:
        """Return the children that should run and do not."""
        return [child for child in self.children.values() if not child.is_running]

    def _start(self) -> None:
        VAR.mkdir(mode=0o711, exist_ok=True)
        LOGS.mkdir(exist_ok=True)
        self._closing.callback(os.close, _take_lock(_LOCK))
        self._report("database and broker")
        database_url, redis_url = self._servers()
        self.environment = self._make_environment(database_url, redis_url)
        self._closing.callback(ENVIRONMENT_FILE.unlink, missing_ok=True)
        _write_private(ENVIRONMENT_FILE, json.dumps(self.environment))
        self._closing.callback(self._stop_all)
        self._report("Stripe double and mailbox")
        self._start_stand_ins()
        self._report("tables, static files, keys and sample data")
        self._prepare()
        self._report("web, workers and scheduler")
        self.start_portal()

    def _servers(self) -> tuple[str, str]:
        given = [os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")]
        if all(given):
            return given[0], given[1]
        if any(given):
            raise ProcessError("Give both DATABASE_URL and REDIS_URL, or neither to use the embedded servers.")
        servers = self._closing.enter_context(EmbeddedServers(VAR / "servers"))
        return servers.database_url, servers.redis_url

    def _make_environment(self, database_url: str, redis_url: str) -> dict[str, str]:
        made = sandbox_environment(
            database_url=database_url,
            redis_url=redis_url,
            base_url=self.base_url,
            stripe_api_base=self.stripe_url,
            smtp_port=self.ports.smtp,
            var_dir=VAR,
        )
        return made | {"DEBUG": str(self._debug).lower(), "LOG_JSON": "false"}

    def _start_stand_ins(self) -> None:
        webhook = [f"{self.base_url}/payments/stripe/webhook/", self.environment["STRIPE_WEBHOOK_SECRET"]]
        stripe = ["--port", str(self.ports.stripe), "--webhook-url", webhook[0], "--webhook-secret", webhook[1]]
        mailbox = ["--smtp-port", str(self.ports.smtp), "--http-port", str(self.ports.mailbox)]
        mailbox += ["--maildir", str(VAR / "mail")]
        self._spawn("stripe", _module("sandbox.stripe_double", *stripe), seal=False)
        self._spawn("mailbox", _module("sandbox.mailbox", *mailbox), seal=False)
        for name in ("stripe", "mailbox"):
            wait_for_line(self.children[name], "listening", _START_SECONDS)

    def _prepare(self) -> None:
        child = self._spawn("prepare", _module("sandbox.prepare"), seal=True)
        status = child.popen.wait()
        del self.children["prepare"]
        if status:
            raise child.error("failed")

    def _web_command(self) -> list[str]:
        bind = ["--bind", f"{HOST}:{self.ports.web}", "--worker-class", "gthread", "--no-control-socket"]
        return _module("gunicorn", "portal.wsgi", *bind, "--workers", "2", "--threads", "4", "--graceful-timeout", "5")

    def _web_answer(self) -> bool | None:
        try:
            with urlopen(f"{self.base_url}/healthz", timeout=5) as answer:  # noqa: S310 - our own address
                return True if answer.status == 200 else None
        except (URLError, ConnectionError, TimeoutError):
            return None

    def _spawn(self, name: str, command: Sequence[str], *, seal: bool) -> ChildProcess:
        hidden = {} if seal else dict.fromkeys(SEAL_VARIABLES, "")
        child = start_child(
            command,
            name=name,
            log_path=LOGS / f"{name}.log",
            env=os.environ | self.environment | hidden,
            cwd=ROOT,
        )
        self.children[name] = child
        return child

    def _stop_all(self) -> None:
        self.stop_portal()
        _stop(self._take(*self.children))

    def _take(self, *names: str) -> list[ChildProcess]:
        return [self.children.pop(name) for name in names if name in self.children]


def is_running() -> bool:
    """Tell whether a stack of this checkout runs, so that a file it left behind when killed misleads nobody."""
    try:
        os.close(_take_lock(_LOCK))
    except FileNotFoundError:
        return False
    except AlreadyRunningError:
        return True
    return False


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _celery(*arguments: str) -> list[str]:
    return _module("celery", "-A", "portal", *arguments)


def _worker_command(name: str, queues: Sequence[str]) -> list[str]:
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return _celery("worker", "-Q", ",".join(queues), "-c", "1", "-n", f"{name}@%h", "--loglevel", "INFO", *quiet)


def _stop(children: list[ChildProcess]) -> None:
    # All are asked before any is waited for, so that the slowest alone decides how long it takes.
    for child in children:
        if child.is_running:
            child.popen.terminate()
    deadline = time.monotonic() + _STOP_SECONDS
    while any(child.is_running for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in children:
        child.kill()


def _take_lock(path: Path) -> int:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(lock, 20, 0).decode() or "unknown"
        os.close(lock)
        raise AlreadyRunningError(f"The portal of this checkout already runs (process {owner}).") from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
