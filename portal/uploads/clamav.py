"""Speaks to the virus scanner ClamAV, where one is configured (CLAMAV_SOCKET): the command INSTREAM of clamd(8)."""

import socket
import struct
from urllib.parse import urlsplit

from django.conf import settings

from portal.models import VirusScan

SECONDS = 30.0
CHUNK = 1 << 16
LONGEST_REPLY = 4096


class ScannerUnavailableError(Exception):
    """A scanner is configured but did not answer with a result, so nothing is known about the file."""


def scan(data: bytes) -> VirusScan:
    """Return what the scanner says of `data`, or `NOT_SCANNED` when none is configured.

    Raises `ScannerUnavailableError` when it cannot be reached, is silent, or answers with an error.
    """
    if not settings.CLAMAV_SOCKET:
        return VirusScan.NOT_SCANNED
    try:
        with _connect(settings.CLAMAV_SOCKET) as connection:
            reply = _ask(connection, data)
    except OSError as error:
        raise ScannerUnavailableError(type(error).__name__) from error
    # "stream: OK", "stream: Some.Name FOUND", or "… ERROR".
    if reply == "stream: OK":
        return VirusScan.NOTHING_FOUND
    if reply.startswith("stream: ") and reply.endswith(" FOUND"):
        return VirusScan.FOUND
    raise ScannerUnavailableError("no result")


def _connect(address: str) -> socket.socket:
    """Connect to `/path/of/socket` or `tcp://host:port`."""
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(SECONDS)
            connection.connect(address)
        except OSError:
            connection.close()
            raise
        return connection
    place = urlsplit(address)
    return socket.create_connection((place.hostname or "", place.port or 0), timeout=SECONDS)


def _ask(connection: socket.socket, data: bytes) -> str:
    connection.sendall(b"zINSTREAM\0")
    for start in range(0, len(data), CHUNK):
        chunk = data[start : start + CHUNK]
        connection.sendall(struct.pack("!I", len(chunk)) + chunk)
    connection.sendall(struct.pack("!I", 0))
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < LONGEST_REPLY:
        part = connection.recv(LONGEST_REPLY)
        if not part:
            break
        reply += part
    return reply.rstrip(b"\0").decode("ascii", "replace").strip()
