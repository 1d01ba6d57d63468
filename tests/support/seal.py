"""Keys of the report seal, made once per run."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command


@pytest.fixture(scope="session")
def seal_keys(settings_for_tests: None) -> Path:
    """The folder of the seal's keys and certificates, where the settings and every started process look for them."""
    folder = Path(settings.SEAL_KEY_FILE).parent
    if not (folder / "root.pem").exists():
        call_command("make_seal_keys", directory=folder, stdout=StringIO())
    return folder
