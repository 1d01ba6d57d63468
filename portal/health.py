"""What a load balancer and an operator ask: is this process alive, and is the whole of it able to work."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Min
from kombu.exceptions import OperationalError

from portal.models import Delivery, DeliveryState, Heartbeat, Upload, UploadState

# A due job older than this means that workers or beat stand still (payments-and-dispatch, faults 19 and 29).
OLDEST_DUE = timedelta(minutes=5)
BEAT = "beat"


@dataclass(frozen=True)
class Readiness:
    """Answers of /readyz: each part is `ok` or the reason why not; ages are in seconds, None when nothing waits."""

    database: str
    broker: str
    beat: str
    oldest_due_seconds: float | None

    @property
    def ready(self) -> bool:
        """Tell whether this process can serve pages; a silent beat or broker is an alarm, not a reason to stop serving."""
        return self.database == "ok"

    @property
    def alarms(self) -> list[str]:
        """Return what a person should look at."""
        alarms = [f"{name}: {state}" for name, state in self._parts() if state != "ok"]
        if self.oldest_due_seconds is not None and self.oldest_due_seconds > OLDEST_DUE.total_seconds():
            alarms.append(f"oldest due job has waited {self.oldest_due_seconds:.0f} s")
        return alarms

    def _parts(self) -> list[tuple[str, str]]:
        return [("database", self.database), ("broker", self.broker), ("beat", self.beat)]


def beat(*, at: datetime) -> None:
    """Note that the scheduler and a worker of its queue are alive at `at`."""
    Heartbeat.objects.update_or_create(name=BEAT, defaults={"at": at})


def _broker() -> str:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, OSError) as error:
        return f"not reached ({type(error).__name__})"
    return "ok"


def _beat(at: datetime) -> str:
    last = Heartbeat.objects.filter(name=BEAT).first()
    if last is None:
        return "never heard"
    silent = at - last.at
    return "ok" if silent <= OLDEST_DUE else f"silent for {silent.total_seconds():.0f} s"


def _oldest_due(at: datetime) -> float | None:
    tables = [model for model in Delivery.__subclasses__() if not model._meta.abstract]
    waiting = [
        model._default_manager.filter(state=DeliveryState.READY, not_before__lte=at).aggregate(first=Min("not_before"))
        for model in tables
    ]
    # By the time of receipt: a file that waits for a silent virus scanner is put off again and again.
    waiting.append(Upload.objects.filter(state=UploadState.RECEIVED).aggregate(first=Min("received_at")))
    ages = [(at - row["first"]).total_seconds() for row in waiting if row["first"]]
    return max(ages) if ages else None


def readiness(*, at: datetime) -> Readiness:
    """Ask the database, the broker, the scheduler's heartbeat, and how long the oldest due job has waited at `at`."""
    try:
        connection.ensure_connection()
        return Readiness("ok", _broker(), _beat(at), _oldest_due(at))
    except (DatabaseError, InterfaceError) as error:
        return Readiness(f"not reached ({type(error).__name__})", _broker(), "unknown", None)
