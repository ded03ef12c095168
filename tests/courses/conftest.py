"""What the tests of courses share."""

import pytest

from tests import factories


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


@pytest.fixture
def team(db):
    """A unit of its own."""
    return factories.unit("热线一班")


@pytest.fixture
def trainer(team):
    """Who trains the team."""
    return factories.with_role("trainer", over=team)
