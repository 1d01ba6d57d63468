"""The compose file, the image and the scripts around them, as far as they can be checked without a container engine."""

import os
import re
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from applicants.models import User
from portal.jobs import QUEUES
from sandbox.stack import SEALING_WORKER, WORKERS

ROOT = Path(__file__).resolve().parent.parent
# Any: what YAML holds is only known once read; the published schema is what gives it a shape.
Compose = dict[str, Any]


@pytest.fixture(scope="module")
def compose() -> Compose:
    """docker-compose.yml as read by any YAML reader."""
    loaded: Compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def queues_of(service: Compose) -> tuple[str, ...]:
    """The queues of a worker's command line, none for another service."""
    command = service.get("command", [])
    return tuple(command[command.index("-Q") + 1].split(",")) if "-Q" in command else ()


def test_compose_file_follows_the_published_schema():
    command = ["check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]

    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_a_wrong_compose_file_is_refused(tmp_path: Path):
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text("services: {web: {image: portal, replicas_wanted: 3}}\n")
    command = ["check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(wrong)]

    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "replicas_wanted" in done.stdout


def test_every_queue_has_one_group_of_workers_in_compose_and_on_a_laptop(compose: Compose):
    in_compose = {name: queues for name, service in compose["services"].items() if (queues := queues_of(service))}

    assert in_compose == WORKERS
    assert sorted(queue for queues in in_compose.values() for queue in queues) == sorted(QUEUES)


def test_only_the_rendering_worker_gets_the_seal_key(compose: Compose):
    holders = [name for name, service in compose["services"].items() if "seal_key" in service.get("secrets", [])]
    named = [name for name, service in compose["services"].items() if "SEAL_KEY_PATH" in service.get("environment", {})]

    assert holders == named == [SEALING_WORKER]


def test_only_migrations_run_as_owner_of_the_tables(compose: Compose):
    owners = {"owner_database_url", "application_password"}
    holders = [name for name, service in compose["services"].items() if owners & set(service.get("secrets", []))]
    migrate = compose["services"]["migrate"]

    assert holders == ["migrate"]
    assert "database_url" not in migrate["secrets"]
    assert migrate["environment"]["DATABASE_URL_FILE"] == "/run/secrets/owner_database_url"
    assert migrate["command"][2].split(" && ") == [
        "python manage.py migrate --noinput",
        "python manage.py grant_rights portal_application --password-file /run/secrets/application_password",
    ]


def test_the_checkpoints_of_the_audit_log_are_kept_and_copied(compose: Compose):
    writers = [
        name for name, service in compose["services"].items() if "audit:/data/audit" in service.get("volumes", [])
    ]

    assert writers == [name for name, service in compose["services"].items() if "beat" in queues_of(service)]
    assert "audit:/data/audit:ro" in compose["services"]["backup"]["volumes"]
    assert "cp -a /data/audit/. /backups/audit/" in (ROOT / "deploy/backup.sh").read_text()
    assert "AUDIT_CHECKPOINT_DIR=/data/audit" in (ROOT / "Dockerfile").read_text()


def test_every_secret_comes_from_a_file_that_is_not_tracked(compose: Compose):
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    files = [secret["file"] for secret in compose["secrets"].values()]

    assert {Path(file).parent.as_posix() for file in files} == {"deploy/secrets"}
    assert "deploy/secrets/" in ignored
    assert not re.search(
        r"(PASSWORD|SECRET_KEY|DATABASE_URL|WEBHOOK_SECRET)\s*:", (ROOT / "docker-compose.yml").read_text()
    )


def test_every_service_that_stays_up_has_a_health_check_and_a_grace_period(compose: Compose):
    staying = {name: service for name, service in compose["services"].items() if service["restart"] != "no"}
    dockerfile = (ROOT / "Dockerfile").read_text()

    assert [name for name, service in staying.items() if "healthcheck" not in service] == ["web"]
    assert "HEALTHCHECK" in dockerfile
    assert {name for name, service in staying.items() if service["stop_grace_period"] != "60s"} == {"backup"}


def test_no_service_of_ours_can_write_to_its_own_code(compose: Compose):
    ours = [service for service in compose["services"].values() if service.get("image") == "img-certification-portal"]

    assert len(ours) == 8
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in ours)


def test_the_database_and_the_broker_are_not_reachable_from_outside(compose: Compose):
    for name in ("database", "broker"):
        assert compose["services"][name]["networks"] == ["back"]
        assert "ports" not in compose["services"][name]
    assert compose["networks"]["back"] == {"internal": True}


def test_the_proxy_speaks_no_tls_older_than_1_2_at_every_name_and_hands_on_no_trace():
    lines = [line.strip() for line in (ROOT / "deploy/Caddyfile").read_text().splitlines()]
    sites = [line for line in lines if line.endswith("{") and "{$" in line and not line.startswith("Host")]

    assert sites == ["{$PORTAL_DOMAIN}, {$UPLOADS_DOMAIN} {"]
    assert lines[lines.index("tls {") + 1] == "protocols tls1.2 tls1.3"
    assert lines.index("@trace method TRACE CONNECT") + 1 == lines.index("respond @trace 405")


def test_the_image_holds_no_sandbox_no_tests_and_no_secret():
    allowed = [line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"]
    first, *_ = (ROOT / ".dockerignore").read_text().splitlines()

    assert first == "*"
    assert {"sandbox", "tests", "bench", ".env", ".git"}.isdisjoint(allowed)
    assert all((ROOT / name).exists() for name in allowed)


def test_the_image_runs_as_a_user_without_rights():
    users = re.findall(r"^USER (.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert users == ["10001"]


def healthcheck(part: str, **environment: str) -> int:
    """Exit status of deploy/healthcheck.py for `part`."""
    command = [sys.executable, "deploy/healthcheck.py", part]
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False).returncode


def test_health_of_the_web_is_asked_under_its_own_host_name():
    asked: list[tuple[str, str]] = []

    class Web(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Host"]))
            self.send_response(200 if len(asked) == 1 else 503)
            self.end_headers()

        def log_message(self, *_: object, **__: object) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Web) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = str(server.server_port)

        first = healthcheck("web", BASE_URL="https://portal.example.org", PORT=port)
        second = healthcheck("web", BASE_URL="https://portal.example.org", PORT=port)
        server.shutdown()

    assert (first, second) == (0, 1)
    assert asked == [("/healthz", "portal.example.org")] * 2


def test_beat_is_unhealthy_once_its_schedule_is_old_or_missing(tmp_path: Path):
    schedule = tmp_path / "beat-schedule"
    missing = healthcheck("beat", BEAT_SCHEDULE_FILE=str(schedule))
    schedule.write_text("")

    fresh = healthcheck("beat", BEAT_SCHEDULE_FILE=str(schedule))
    os.utime(schedule, (time.time() - 601, time.time() - 601))
    old = healthcheck("beat", BEAT_SCHEDULE_FILE=str(schedule))

    assert (missing, fresh, old) == (1, 0, 1)


@pytest.mark.parametrize("script", ["dev", ".ci/run", "deploy/backup.sh"])
def test_scripts_are_executable_and_their_syntax_is_right(script: str):
    shell = (ROOT / script).read_text().splitlines()[0].split()[-1].rsplit("/", 1)[-1]

    done = subprocess.run([shell, "-n", str(ROOT / script)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert os.access(ROOT / script, os.X_OK)


def test_dev_without_a_command_it_knows_says_what_there_is():
    done = subprocess.run([ROOT / "dev", "dance"], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "usage: ./dev COMMAND" in done.stderr


def caddyfile() -> list[str]:
    """The lines of the proxy's configuration."""
    return [line.strip() for line in (ROOT / "deploy/Caddyfile").read_text().splitlines()]


def test_the_proxys_own_answers_ask_for_https_and_are_not_guessed_at():
    lines = caddyfile()

    assert 'header ?Strict-Transport-Security "max-age=63072000; includeSubDomains; preload"' in lines
    assert "header ?X-Content-Type-Options nosniff" in lines


def test_the_proxy_hands_on_no_request_id_of_a_visitor():
    lines = caddyfile()

    assert "header_up -X-Request-ID" in lines[lines.index("reverse_proxy web:8000 {") :]


@pytest.mark.django_db
def test_migrations_make_no_account():
    assert not User.objects.exists()
