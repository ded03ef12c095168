"""Permissions from groups, which roles drive; nobody signs in here (allauth does that)."""

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest


class RoleBackend(ModelBackend):
    """Django's permission look-ups without a way to sign in past allauth."""

    def authenticate(self, request: HttpRequest | None, **_credentials: object) -> None:
        return None
