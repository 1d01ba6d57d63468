"""Facts about the machine and the software, without which no figure means anything."""

import os
import platform
from importlib.metadata import version

from django.db import connection

_PACKAGES = ("django", "weasyprint", "pyhanko", "celery", "gunicorn")


def facts() -> dict[str, str]:
    """Return name → value, the load of the last minute included: on a busy machine only ratios say something."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = str(cursor.fetchone()[0])
        cursor.execute("SHOW fsync")
        fsync = str(cursor.fetchone()[0])
    return {
        "cores": str(len(os.sched_getaffinity(0))),
        "load": f"{os.getloadavg()[0]:.1f}",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": f"{postgres}, fsync {fsync}",
        **{name: version(name) for name in _PACKAGES},
    }
