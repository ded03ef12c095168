"""A laptop or the demo: everything in var/, no secret worth keeping. DEBUG=1 shows Django's own error pages."""

import os

from academy.settings.base import *  # noqa: F403 - settings are layered by star import

DEBUG = os.environ.get("DEBUG") == "1"
STYLEGUIDE = True
SECRET_KEY = "development-only-key-never-used-in-production"
ALLOWED_HOSTS = ["*"]
INTERNAL_IPS = ["127.0.0.1"]
WHITENOISE_USE_FINDERS = True
