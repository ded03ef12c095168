"""The server that is measured: as it is run, with the bare views beside the pages."""

from academy.settings.development import *  # noqa: F403

DEBUG = False
ROOT_URLCONF = "tests.benchmarks.bare"

# A backend that leaves takes the account of its CPU with it.
DATABASES["default"]["CONN_MAX_AGE"] = None  # noqa: F405
