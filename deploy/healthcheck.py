"""Container health: `healthcheck.py web` asks the web server here, `healthcheck.py beat` looks for a living scheduler."""

import http.client
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

# Celery's beat writes its schedule file every three minutes.
_BEAT_SILENCE_SECONDS = 600


def main() -> int:
    """Return 0 when the part named on the command line works, else 1."""
    return 0 if {"web": web_answers, "beat": beat_writes}[sys.argv[1]]() else 1


def web_answers() -> bool:
    """Tell whether /healthz answers 200 under the portal's own host name, the only one that Django accepts."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": urlsplit(os.environ["BASE_URL"]).netloc})
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False


def beat_writes() -> bool:
    """Tell whether the scheduler wrote its schedule file within the last ten minutes."""
    schedule = Path(os.environ["BEAT_SCHEDULE_FILE"])
    files = [*schedule.parent.glob(f"{schedule.name}*")]
    return any(time.time() - file.stat().st_mtime < _BEAT_SILENCE_SECONDS for file in files)


if __name__ == "__main__":
    sys.exit(main())
