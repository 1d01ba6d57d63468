"""Where benchmarks run: embedded servers that write to disk as in production, stand-ins, and fresh databases."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from bench.launcher import HOST, ROOT, Launcher
from sandbox import prepare
from sandbox.environment import sandbox_environment
from sandbox.mailbox.client import MailboxControl
from sandbox.mailbox.process import running_mailbox
from sandbox.servers import EmbeddedServers
from sandbox.stripe_double.process import running_stripe_double

VAR = ROOT / "var" / "bench"
FEW, MANY = "bench_few", "bench_many"


@dataclass(frozen=True)
class World:
    """A running world; `database_url` is of the database with few people, to which this process's Django is connected."""

    launcher: Launcher
    mailbox: MailboxControl
    server_url: str
    database_url: str

    def copy_database(self) -> str:
        """Copy the database, of which no connection may be open, and return the copy's address."""
        _fresh_database(self.server_url, MANY, template=FEW)
        return _named(self.server_url, MANY)


@contextmanager
def running_world(var: Path = VAR) -> Iterator[World]:
    """Start everything below `var`, set Django up on an empty database with reference data, and end it all afterwards.

    Raises `sandbox.process.ProcessError` when something does not start, such as when another benchmark is running.
    """
    var.mkdir(mode=0o711, parents=True, exist_ok=True)
    with ExitStack() as closing_down:
        servers = closing_down.enter_context(EmbeddedServers(var / "servers", fast=False))
        for name in (FEW, MANY):
            _drop_database(servers.database_url, name)
        _fresh_database(servers.database_url, FEW)
        closing_down.callback(_drop_database, servers.database_url, MANY)
        # What an earlier run left: logs of processes, messages, reports, files of people.
        for name in ("log", "mail", "reports", "uploads", "exports"):
            shutil.rmtree(var / name, ignore_errors=True)
        (var / "log").mkdir()
        stripe = closing_down.enter_context(running_stripe_double())
        mailbox = closing_down.enter_context(running_mailbox(var / "mail"))
        database_url = _named(servers.database_url, FEW)
        os.environ |= sandbox_environment(
            database_url=database_url,
            redis_url=servers.redis_url,
            base_url=f"http://{HOST}:8000",
            stripe_api_base=stripe.base_url,
            smtp_port=mailbox.smtp_port,
            var_dir=var,
        )
        os.environ |= {"DEBUG": "false", "LOG_LEVEL": "WARNING"}
        prepare.main()
        launcher = Launcher(var / "log", os.environ)
        closing_down.callback(launcher.stop_all)
        yield World(launcher, mailbox, servers.database_url, database_url)


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _fresh_database(server_url: str, name: str, template: str = "template1") -> None:
    _run(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def _drop_database(server_url: str, name: str) -> None:
    _run(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _run(server_url: str, statement: str) -> None:
    with closing(psycopg2.connect(server_url)) as connection:
        # Neither statement may run in a transaction.
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
