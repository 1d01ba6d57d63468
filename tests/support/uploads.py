"""A storage of uploads for one test alone."""

from pathlib import Path

import pytest


@pytest.fixture
def uploads_dir(tmp_path: Path, settings) -> Path:
    """The folder of a storage that no other test writes to."""
    folder = tmp_path / "uploads"
    storage = settings.STORAGES["uploads"]
    options = {**storage["OPTIONS"], "location": str(folder)}
    settings.STORAGES = {**settings.STORAGES, "uploads": {**storage, "OPTIONS": options}}
    settings.UPLOADS_DIR = str(folder)
    return folder
