"""The bell: keeps Wagtail's groups in place after every migrate."""

from django.db.models.signals import post_migrate

from people.services import ensure_groups


def make_groups(sender: object, **_signal: object) -> None:
    """Creates one Wagtail group a role, with the permissions the role brings."""
    if getattr(sender, "name", "") == "academy":
        ensure_groups()


post_migrate.connect(make_groups, dispatch_uid="people.make_groups")
