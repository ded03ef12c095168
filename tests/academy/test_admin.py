"""The admin leads to what is used, and every page of the tree can be looked at."""

import pytest
from django.urls import reverse
from wagtail.admin.menu import admin_menu

from academy.models import HomePage
from tests import factories
from tests.courses import build
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "images"), [("trainer", False), ("administrator", True)])
def test_files_that_nothing_shows_are_in_no_menu(role, images):
    client = signed_in(factories.with_role(role))
    request = client.get(reverse("wagtailadmin_home")).wsgi_request
    names = {item.name for item in admin_menu.menu_items_for_request(request)}
    assert {"explorer", "exams"} <= names
    assert ("images" in names, "documents" in names) == (images, False)


def test_the_home_page_and_the_catalogue_can_be_looked_at_from_the_editor():
    admin, course = signed_in(factories.with_role("administrator")), build.course(lessons=1)
    home = HomePage.objects.get()
    for page in (home, home.get_children().get(), course, build.lessons(course)[0]):
        assert admin.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk])).status_code == 200, page
