"""Runs the mailbox: `python -m sandbox.mailbox --smtp-port 0 --http-port 0 --maildir DIR`."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from aiohttp import web

from sandbox.mailbox.control import MAILBOX, Mailbox, control_routes, require_json
from sandbox.mailbox.faults import FaultPlan
from sandbox.mailbox.pages import page_routes, protect
from sandbox.mailbox.smtp import HOST, MailboxHandler, SmtpListener
from sandbox.mailbox.store import MessageStore

_MESSAGES = 20_000


def main() -> None:
    """Read the command line and serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.mailbox", description=__doc__)
    parser.add_argument("--smtp-port", type=int, default=0, help="0 chooses a free port")
    parser.add_argument("--http-port", type=int, default=0, help="0 chooses a free port")
    parser.add_argument("--maildir", type=Path, required=True, help="folder of the messages; made when missing")
    parser.add_argument("--limit", type=int, default=_MESSAGES, help="messages kept before 452 is answered")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.smtp_port, arguments.http_port, MessageStore(arguments.maildir, arguments.limit)))


async def serve(smtp_port: int, http_port: int, store: MessageStore) -> None:
    """Listen on 127.0.0.1, print `listening smtp=PORT http=PORT`, and return after SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    plan = FaultPlan()
    handler = MailboxHandler(store, plan)
    listener = SmtpListener(handler)
    await listener.open(smtp_port)
    runner = web.AppRunner(_application(Mailbox(store, plan, handler, listener)), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, http_port).start()
    sys.stdout.write(f"listening smtp={listener.port} http={runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await stopped.wait()
    await listener.close()
    await runner.cleanup()


def _application(mailbox: Mailbox) -> web.Application:
    application = web.Application(middlewares=[protect, require_json])
    application[MAILBOX] = mailbox
    application.add_routes([*page_routes(), *control_routes()])
    return application


if __name__ == "__main__":
    main()
