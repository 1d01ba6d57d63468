"""`./dev manage …`: Django's commands on the database of `./dev serve`, whether or not that runs at the moment."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack

from sandbox.environment import sandbox_environment
from sandbox.process import ProcessError
from sandbox.servers import EmbeddedServers
from sandbox.stack import ENVIRONMENT_FILE, ROOT, VAR, is_running

# Nothing listens here: without ./dev serve there is neither Stripe double nor mailbox.
_NOBODY = 9


def main() -> int:
    """Run one command and return its exit status."""
    with ExitStack() as closing:
        try:
            environment = _running_environment() or _own_environment(closing)
        except ProcessError as error:
            print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a program for the terminal
            return 1
        command = [sys.executable, "manage.py", *sys.argv[1:]]
        return subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False).returncode  # noqa: S603


def _running_environment() -> dict[str, str] | None:
    if not is_running() or not ENVIRONMENT_FILE.exists():
        return None
    environment: dict[str, str] = json.loads(ENVIRONMENT_FILE.read_text())
    return environment


def _own_environment(closing: ExitStack) -> dict[str, str]:
    VAR.mkdir(mode=0o711, exist_ok=True)
    servers = closing.enter_context(EmbeddedServers(VAR / "servers"))
    return sandbox_environment(
        database_url=servers.database_url,
        redis_url=servers.redis_url,
        base_url="http://localhost:8000",
        stripe_api_base=f"http://127.0.0.1:{_NOBODY}",
        smtp_port=_NOBODY,
        var_dir=VAR,
    )


if __name__ == "__main__":
    sys.exit(main())
