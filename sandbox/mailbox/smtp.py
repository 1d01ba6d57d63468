"""The SMTP side: answers clients as the fault plan says and stores what it accepts."""

import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.mailbox.faults import AFTER_DATA, AT_RCPT, REPLIES, Fault, FaultPlan
from sandbox.mailbox.store import MailboxFullError, MessageStore

HOST = "127.0.0.1"
_MESSAGE_BYTES = 35_000_000
_ACCEPTED = "250 2.0.0 Message accepted"
_FULL = "452 4.3.1 Mailbox is full"


class MailboxHandler:
    """What aiosmtpd calls at RCPT and after DATA."""

    def __init__(self, store: MessageStore, plan: FaultPlan) -> None:
        self._store = store
        self._plan = plan
        self._stalled: set[asyncio.Transport] = set()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient unless the plan refuses it."""
        fault = self._plan.take(AT_RCPT, [address])
        if fault:
            return REPLIES[fault]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient accepted"

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Store a message, or act out the fault planned for one of its recipients."""
        await asyncio.sleep(self._plan.delay_ms / 1000)
        fault = self._plan.take(AFTER_DATA, envelope.rcpt_tos)
        if fault in REPLIES:
            return REPLIES[fault]
        if fault is Fault.STALL:
            return await self._stall(_transport_of(server))
        if fault is Fault.DROP_NOT_STORED:
            return await _drop(_transport_of(server))
        answer = self._keep(envelope)
        return await _drop(_transport_of(server)) if fault is Fault.DROP_STORED else answer

    def end_stalls(self) -> None:
        """Break the connections that were left without an answer."""
        for transport in self._stalled:
            transport.abort()
        self._stalled.clear()

    def _keep(self, envelope: Envelope) -> str:
        try:
            self._store.add(bytes(envelope.original_content or b""), envelope.mail_from or "", envelope.rcpt_tos)
        except MailboxFullError:
            return _FULL
        return _ACCEPTED

    async def _stall(self, transport: asyncio.Transport) -> str:
        self._stalled.add(transport)
        try:
            return await _until_connection_ends()
        finally:
            self._stalled.discard(transport)


class SmtpListener:
    """The listening socket, which can be closed and opened again on the same port."""

    def __init__(self, handler: MailboxHandler) -> None:
        self._handler = handler
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self, port: int = 0) -> None:
        """Accept connections on 127.0.0.1:`port`; without one, on the port used before or else a free one."""
        if self._server:
            return
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, HOST, port or self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Refuse new connections; those under way go on."""
        if self._server:
            self._server.close()
            self._server = None

    def _protocol(self) -> SMTP:
        return SMTP(
            self._handler,
            data_size_limit=_MESSAGE_BYTES,
            enable_SMTPUTF8=True,
            hostname="mailbox.example",
            ident="Test mailbox",
            loop=asyncio.get_running_loop(),
        )


def _transport_of(server: SMTP) -> asyncio.Transport:
    if not isinstance(server.transport, asyncio.Transport):
        raise ConnectionResetError("The client has gone.")
    return server.transport


async def _drop(transport: asyncio.Transport) -> str:
    transport.abort()
    return await _until_connection_ends()


async def _until_connection_ends() -> str:
    # aiosmtpd cancels the handler when its connection is lost; no answer is ever given.
    await asyncio.Event().wait()
    return _ACCEPTED
