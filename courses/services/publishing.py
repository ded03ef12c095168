"""Publishing at a time set beforehand."""

from datetime import datetime

from django.core.management import call_command
from wagtail.models import Revision

from courses.services.rulings import ask_about_version


def publish_due(*, now: datetime) -> None:
    """Publishes what was scheduled until now and unpublishes what ends; whoever wrote what appeared is asked about a new
    version. Nothing is due a second time."""
    due = list(Revision.page_revisions.filter(approved_go_live_at__lt=now).select_related("user"))
    call_command("publish_scheduled")
    for revision in due:
        if revision.user is not None:
            ask_about_version(page=revision.content_object, author=revision.user, now=now)
