"""The menu of the admin leads to what is used."""

import pytest
from django.urls import reverse
from wagtail.admin.menu import admin_menu

from tests import factories
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "images"), [("trainer", False), ("administrator", True)])
def test_files_that_nothing_shows_are_in_no_menu(role, images):
    client = signed_in(factories.with_role(role))
    request = client.get(reverse("wagtailadmin_home")).wsgi_request
    names = {item.name for item in admin_menu.menu_items_for_request(request)}
    assert {"explorer", "exams"} <= names
    assert ("images" in names, "documents" in names) == (images, False)
