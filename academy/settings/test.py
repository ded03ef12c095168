"""Tests: SQLite in memory, or the database of TEST_DATABASE_URL; quick hashing, no queue, no mail."""

import os
import tempfile
from pathlib import Path

from academy.settings.base import *  # noqa: F403 - settings are layered by star import
from academy.settings.base import STORAGES, database

DEBUG = False
SECRET_KEY = "test-key"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES = {"default": database(os.environ.get("TEST_DATABASE_URL", "sqlite://:memory:"))}
DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
_folder = tempfile.TemporaryDirectory(prefix="academy-test-")  # gone when the tests are
_FILES = Path(_folder.name)
MEDIA_ROOT = _FILES / "media"
STATIC_ROOT = _FILES / "static"
STATIC_ROOT.mkdir()
STORAGES["private"]["OPTIONS"]["location"] = str(_FILES / "private")
LOGGING_CONFIG = None
