"""A laptop or the demo: everything in var/, no secret worth keeping."""

from academy.settings.base import *  # noqa: F403 - settings are layered by star import

DEBUG = True
SECRET_KEY = "development-only-key-never-used-in-production"
ALLOWED_HOSTS = ["*"]
INTERNAL_IPS = ["127.0.0.1"]
