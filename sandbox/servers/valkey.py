"""One embedded Valkey server on a unix socket."""

import redis

from sandbox.process import ChildProcess, start_child, wait_until_ready
from sandbox.servers.places import Places, valkey_binary


class ValkeyServer:
    """A Valkey server that keeps nothing on disk: its messages only wake workers up, the rows are the queue."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._socket = places.valkey_sockets / "valkey.sock"
        self._child: ChildProcess | None = None

    @property
    def url(self) -> str:
        """The address in the form of REDIS_URL."""
        return f"unix://{self._socket}"

    @property
    def pid(self) -> int | None:
        """Process id, or None while stopped."""
        return self._child.pid if self._child else None

    def start(self, inherited_files: tuple[int, ...] = ()) -> None:
        """Start with no data and return once it answers. Raises `ProcessError` with its log when it does not."""
        if self._child and self._child.is_running:
            return
        # A killed server leaves its socket file behind.
        self._socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
            "dir": str(self._places.valkey_sockets),
        }
        self._child = start_child(
            [valkey_binary(), *(part for name, value in options.items() for part in (f"--{name}", value))],
            name="Valkey",
            log_path=self._places.logs / "valkey.log",
            inherited_files=inherited_files,
        )
        wait_until_ready(self._child, self._answer)

    def stop(self) -> None:
        """End the server; its data is gone."""
        if self._child:
            self._child.stop()
            self._child = None

    def flush(self) -> None:
        """Delete all data of the running server."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def _answer(self) -> bool | None:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping()) or None
        except redis.ConnectionError:
            return None
