"""The server under fault: as it is tested, with connections that stay, and with a way to die in the middle."""

from academy.settings.test import *  # noqa: F403
from academy.settings.test import DATABASES, MIDDLEWARE

DATABASES["default"]["CONN_MAX_AGE"] = 60
MIDDLEWARE = ["tests.faults.dying.DyingMiddleware", *MIDDLEWARE]
WHITENOISE_USE_FINDERS = True
