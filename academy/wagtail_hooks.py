"""Wagtail's admin in the house's colour, with the way back to the site and no way to what nothing uses."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem


@hooks.register("insert_global_admin_css")
def jade() -> SafeString:
    """Our accent instead of Wagtail's purple."""
    return format_html('<link rel="stylesheet" href="{}">', static("academy/admin.css"))


@hooks.register("register_admin_menu_item")
def back_to_the_site() -> MenuItem:
    """Authors come from the home screen and go back to it."""
    return MenuItem(_("Back to the site"), reverse("home"), icon_name="home", order=10_000)


@hooks.register("construct_main_menu")
def one_place_for_files(request: HttpRequest, items: list[MenuItem]) -> None:
    """Lessons and questions have files of their own. Wagtail's documents are chosen nowhere, its images for the logo only."""
    hidden = {"documents"} if request.user.has_perm("academy.change_academysettings") else {"documents", "images"}
    items[:] = [item for item in items if item.name not in hidden]
