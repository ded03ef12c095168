"""How a page of each type comes to be, for the test that asks who may see it."""

from collections.abc import Callable

from wagtail.models import Page

from academy.models import HomePage
from courses.models import CourseIndexPage, CoursePage, LessonPage
from tests import factories
from tests.matrix import World


def home(world: World) -> Page:
    """The root of the site, which the first migration or this function makes."""
    existing = HomePage.objects.first()
    if existing is not None:
        return existing
    from wagtail.models import Site

    page = Page.get_first_root_node().add_child(instance=HomePage(title="首页", slug="academy-home"))
    Site.objects.update(root_page=page)
    return page


def course_index(world: World) -> Page:
    existing = CourseIndexPage.objects.first()
    return existing or home(world).add_child(instance=CourseIndexPage(title="课程", slug="courses"))


def course(world: World) -> Page:
    page = CoursePage(title="客户投诉处理", slug="complaints", code="matrix-course", strand=factories.strand())
    return course_index(world).add_child(instance=page)


def lesson(world: World) -> Page:
    return course(world).add_child(instance=LessonPage(title="先听完，再复述", slug="listen"))


MAKERS: dict[str, Callable[[World], Page]] = {
    "academy.HomePage": home,
    "courses.CourseIndexPage": course_index,
    "courses.CoursePage": course,
    "courses.LessonPage": lesson,
}
