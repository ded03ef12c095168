"""One act of a person, and what is said about it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from ground.errors import Refused


def attempt(request: HttpRequest, act: Callable[[], Any], done: str) -> bool:
    """Does one act and says what came of it."""
    try:
        act()
    except Refused as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True
