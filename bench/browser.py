"""A minimal browser: one connection that is kept, requests one after the other."""

import http.client
import time
from itertools import count
from urllib.parse import urlsplit

# The portal answers a client thirty look-ups in ten minutes; on Linux all of 127.0.0.0/8 is this machine.
LOOK_UPS_OF_ONE_ADDRESS = 25


class UnexpectedAnswerError(RuntimeError):
    """A page did not answer 200."""


class Browser:
    """Asks the server at `base_url`; `source` is the address it asks from."""

    def __init__(self, base_url: str, source: str = "127.0.0.1") -> None:
        self._connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=30, source_address=(source, 0))

    def milliseconds(self, path: str, cookie: str = "") -> float:
        """Return how long the page at `path` took. Raises UnexpectedAnswerError unless it answers 200."""
        began = time.perf_counter()
        self._connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = self._connection.getresponse()
        answer.read()
        taken = (time.perf_counter() - began) * 1000
        if answer.status != http.client.OK:
            self.close()
            raise UnexpectedAnswerError(f"{path} answered {answer.status} {answer.getheader('Location', '')}.")
        return taken

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Crowd:
    """Many visitors of one server, each asking from an address of its own for a few times."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._asked = 0
        self._addresses = count(2)
        self._browser = self._next()

    def milliseconds(self, path: str) -> float:
        """Return how long the page at `path` took, for whoever's turn it is."""
        if self._asked == LOOK_UPS_OF_ONE_ADDRESS:
            self._browser.close()
            self._browser, self._asked = self._next(), 0
        self._asked += 1
        return self._browser.milliseconds(path)

    def close(self) -> None:
        """Close the connection of the present visitor."""
        self._browser.close()

    def _next(self) -> Browser:
        number = next(self._addresses)
        return Browser(self._base_url, f"127.0.{number // 250}.{1 + number % 250}")
