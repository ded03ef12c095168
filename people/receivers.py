"""The bell: keeps Wagtail's groups in place after every migrate."""

from django.apps import apps
from django.db.models.signals import post_migrate

from people.services import ensure_groups


def make_groups(sender: object, **_signal: object) -> None:
    """Creates one Wagtail group a role, after the last app has made its permissions."""
    if sender == [config for config in apps.get_app_configs() if config.models_module is not None][-1]:
        ensure_groups()


post_migrate.connect(make_groups, dispatch_uid="people.make_groups")
