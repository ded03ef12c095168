"""What the frame of every page needs: navigation by role, unread notifications."""

from typing import Any

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context for base.html; lazy, so that pages without the frame ask nothing of the database."""
    return {}
