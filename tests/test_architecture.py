"""What holds for the whole of the code: who may import whom, what is public, what each queue and state can rely on."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from portal.jobs import QUEUES, Job
from portal.management.commands.draw_states import find_machines
from portal.states import Owner

ROOT = Path(__file__).resolve().parent.parent
OUR_APPS = ("portal", "applicants", "certification", "payments", "cvs")

# Everything that answers without a sign-in; a new address is private until it stands here.
PUBLIC = {
    "landing", "help", "contact", "accessibility", "privacy", "terms", "site_map", "healthz", "readyz",
    "fees", "eligibility", "schools", "school", "verify", "verify_code", "verify_file", "acknowledge", "stripe_webhook",
    "verify_certificate",
    "account_login", "account_logout", "account_signup", "account_inactive", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "mfa_authenticate", "mfa_login_webauthn", "admin:login", "staff_sign_in",
    "register", "register_earlier", "register_ways_in", "register_name", "register_birth", "register_school",
    "register_email", "register_email_sent", "register_confirm", "register_password", "register_check",
    "register_done", "register_later", "register_resume", "register_resume_sent", "register_resume_link",
    "number_forgotten", "number_sent", "number_link", "email_change_stop",
    "evaluate",
    "newsletter", "newsletter_issue", "newsletter_sign_up", "newsletter_sign_up_sent", "newsletter_confirm",
    "newsletter_unsubscribe",
    "school_answer", "school_language",
}  # fmt: skip

# Who moves a thing on when nobody else will: the scheduled job that looks for rows left in a state of the portal's own.
SWEEPS = {
    ("Certificate copy", "waiting"): "certification.sweep_certificates",
    ("Certificate copy", "making"): "certification.sweep_certificates",
    ("Certificate extension", "running"): "certification.sweep_certificates",
    ("File import", "uploaded"): "certification.sweep_imports",
    ("File import", "checking"): "certification.sweep_imports",
    ("File import", "accepted"): "certification.sweep_imports",
    ("Data export", "requested"): "applicants.sweep_privacy",
    ("Data export", "building"): "applicants.sweep_privacy",
    ("Deletion request", "waiting"): "applicants.sweep_privacy",
    ("Payment", "created"): "payments.sweep_payments",
    ("Payment", "processing"): "payments.sweep_payments",
    ("Refund", "requested"): "payments.sweep_refunds",
    ("Refund", "pending"): "payments.sweep_refunds",
    ("Report request", "funded"): "cvs.sweep_dispatch",
    ("Upload", "received"): "portal.sweep_uploads",
    ("Upload", "checking"): "portal.sweep_uploads",
    ("Newsletter issue", "scheduled"): "portal.sweep_newsletter",
    ("Newsletter issue", "sending"): "portal.sweep_newsletter",
    ("Delivery", "ready"): "portal.sweep_outbox",
    ("Delivery", "leased"): "portal.sweep_outbox",
    ("Delivery", "uncertain"): "portal.sweep_outbox",
}


def our_jobs() -> list[Job]:
    """Every `Job` that a jobs module of an app names."""
    modules = [import_module(f"{app}.jobs") for app in OUR_APPS if (ROOT / app / "jobs.py").exists()]
    return [value for module in modules for value in vars(module).values() if isinstance(value, Job)]


def our_models() -> list[type[models.Model]]:
    """Every model of our own apps."""
    return [model for app in OUR_APPS for model in apps.get_app_config(app).get_models()]


def addresses(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Each address with its name, `namespace:name` where it has a namespace."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}", pattern


def tracked_files() -> list[Path]:
    """Every file under version control that is still there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def python_files() -> list[Path]:
    """Every Python file of ours but migrations."""
    return [path for path in tracked_files() if path.suffix == ".py" and "migrations" not in path.parts]


def test_imports_keep_to_the_contracts():
    command = [sys.executable, str(Path(sys.executable).with_name("lint-imports"))]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("job", our_jobs(), ids=lambda job: job.name)
def test_every_job_has_a_task_and_a_known_queue(job: Job):
    current_app.loader.import_default_modules()

    assert job.name in current_app.tasks
    assert job.queue in QUEUES


@pytest.mark.parametrize("name", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_everything_scheduled_is_a_job_of_the_queue_beat(name: str):
    # Any: Django's settings have no types.
    entry: dict[str, Any] = settings.CELERY_BEAT_SCHEDULE[name]
    queue_of = {job.name: job.queue for job in our_jobs()}

    assert entry["task"] == name
    assert queue_of[name] == entry["options"]["queue"] == "beat"


def test_every_job_of_the_queue_beat_is_scheduled():
    assert {job.name for job in our_jobs() if job.queue == "beat"} == set(settings.CELERY_BEAT_SCHEDULE)


def test_every_state_of_the_portals_own_has_a_sweep():
    ours = {
        (machine.name, state.value)
        for machine in find_machines().values()
        for state, owner in machine.owners.items()
        if owner is Owner.SYSTEM
    }

    assert ours == set(SWEEPS)
    assert set(SWEEPS.values()) <= set(settings.CELERY_BEAT_SCHEDULE)


def test_every_state_has_an_owner_and_known_moves():
    for machine in find_machines().values():
        states = set(machine.owners)

        assert set(machine.moves) == states, machine.name
        assert all(targets <= states for targets in machine.moves.values()), machine.name


def test_public_addresses_are_exactly_those_listed():
    public = {
        name
        for name, pattern in addresses(get_resolver().url_patterns)
        if not getattr(pattern.callback, "login_required", True)
    }

    assert public == PUBLIC


def test_env_example_names_every_variable_of_the_settings():
    read = {
        str(call.args[0].value)
        for call in ast.walk(ast.parse((ROOT / "portal/settings.py").read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and isinstance(call.args[0], ast.Constant)
    }
    shown = re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    # The proxy of docker-compose.yml reads these two.
    assert sorted(shown) == sorted([*read, "PORTAL_DOMAIN", "UPLOADS_DOMAIN"])


@pytest.mark.django_db
def test_models_have_their_migrations():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_state_diagrams_are_fresh():
    call_command("draw_states", check=True)


def test_no_file_is_longer_than_400_lines():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files()
        if (lines := len(path.read_text().splitlines())) > 400
    }

    assert long == {}


def test_no_file_names_a_registry_or_a_place_of_one_machine():
    # Written in pieces so that this file does not find itself.
    words = [
        "pyp[i]\\.org",
        "pythonhoste[d]",
        "npmj[s]\\.(org|com)",
        "deb\\.debia[n]",
        "/wor[k]/",
        "/roo[t]/",
        "/hom[e]/",
    ]
    forbidden = re.compile("|".join(words).encode())

    named = {
        str(path.relative_to(ROOT)): found.group().decode()
        for path in tracked_files()
        if (found := forbidden.search(path.read_bytes()))
    }

    assert named == {}


def test_every_time_and_actor_of_one_act_are_constrained_together():
    loose = [
        f"{model.__name__}.{field.name}"
        for model in our_models()
        for field in model._meta.get_fields()
        if field.name.endswith("_by")
        and _has_field(model, f"{field.name[:-3]}_at")
        and not _is_tied(model, field.name[:-3])
    ]

    assert loose == []


def _has_field(model: type[models.Model], name: str) -> bool:
    return name in {field.name for field in model._meta.get_fields()}


def _is_tied(model: type[models.Model], act: str) -> bool:
    both_required = not any(model._meta.get_field(f"{act}{end}").null for end in ("_at", "_by"))
    texts = [
        str(constraint) for constraint in model._meta.constraints if isinstance(constraint, models.CheckConstraint)
    ]
    return both_required or any(f"{act}_at" in text and f"{act}_by" in text for text in texts)


def test_every_member_of_an_enum_has_a_label_written_out():
    unlabeled = [
        f"{path.relative_to(ROOT)}: {enum.name}.{member.targets[0].id}"
        for path in python_files()
        if path.relative_to(ROOT).parts[0] in OUR_APPS
        for enum in ast.walk(ast.parse(path.read_text()))
        if isinstance(enum, ast.ClassDef) and any(ast.unparse(base).endswith("TextChoices") for base in enum.bases)
        for member in enum.body
        if isinstance(member, ast.Assign) and isinstance(member.targets[0], ast.Name)
        if not (isinstance(member.value, ast.Tuple) and len(member.value.elts) == 2)
    ]

    assert unlabeled == []
