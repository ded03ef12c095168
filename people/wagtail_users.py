"""Wagtail's user administration with our own form: number and name instead of e-mail, first and last name."""

from wagtail.users.apps import WagtailUsersAppConfig


class PeopleUsersAppConfig(WagtailUsersAppConfig):
    """Puts our user screens in the place of Wagtail's."""

    user_viewset = "people.viewsets.UserViewSet"
