"""The organisation in Wagtail's admin."""

from wagtail import hooks

from people.viewsets import OrganisationGroup


@hooks.register("register_admin_viewset")
def organisation():
    """Units, posts and levels, for administrators."""
    return OrganisationGroup()
