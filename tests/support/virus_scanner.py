"""A virus scanner for tests, on a real socket."""

import io
import socket
import struct
import threading

from tests.portal.upload_files import EICAR


class Scanner:
    """Answers INSTREAM as clamd does, on the socket it is given; finds the test virus, or says `reply`."""

    def __init__(self, listener: socket.socket) -> None:
        self.reply = b""
        self.received: list[bytes] = []
        self._listener = listener
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with peer, peer.makefile("rb") as stream:
                self._answer(peer, stream)

    def _answer(self, peer: socket.socket, stream: io.BufferedReader) -> None:
        assert stream.read(10) == b"zINSTREAM\0"
        data = b""
        while size := struct.unpack("!I", stream.read(4))[0]:
            data += stream.read(size)
        self.received.append(data)
        found = b"stream: Eicar-Signature FOUND" if EICAR in data else b"stream: OK"
        peer.sendall((self.reply or found) + b"\0")
