"""Puts the database guards back after every migration: SQLite drops them when a table is rebuilt."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GroundConfig(AppConfig):
    name = "ground"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ground import checks, guards  # noqa: F401 - checks register themselves

        post_migrate.connect(guards.restore, dispatch_uid="ground.guards.restore")
