"""The organisation in Wagtail's admin."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from wagtail import hooks

from people.models import User
from people.viewsets import OrganisationGroup


@hooks.register("register_admin_viewset")
def organisation():
    """Units, posts and levels, for administrators."""
    return OrganisationGroup()


@hooks.register("before_bulk_action")
def accounts_change_one_by_one(request: HttpRequest, action: str, objects: list[Any], view: Any) -> None:
    """Wagtail would delete accounts, end their access and fill groups behind the services' back."""
    if User in view.models:
        raise PermissionDenied
