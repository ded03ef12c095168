"""What the tests of courses share."""

import pytest


@pytest.fixture
def private(settings, tmp_path):
    """Private storage in a folder of the test's own."""
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }
    return tmp_path
