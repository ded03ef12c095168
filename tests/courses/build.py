"""A page tree with courses for tests: pages as a trainer writes them, published."""

from itertools import count

from wagtail.models import Page, Site

from academy.models import HomePage
from courses.models import (
    CourseIndexPage,
    CoursePage,
    JobChecklist,
    JobChecklistItem,
    LearningPath,
    LessonPage,
    PathStep,
)
from tests import factories

_numbers = count(1)


def index() -> CourseIndexPage:
    """The catalogue below the site's home page, made once."""
    standing = CourseIndexPage.objects.first()
    if standing:
        return standing
    root = Page.objects.get(depth=1)
    home = HomePage.objects.first() or root.add_child(instance=HomePage(title="首页", slug="academy-home"))
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "localhost", "root_page": home})
    Site.clear_site_root_paths_cache()
    return home.add_child(instance=CourseIndexPage(title="课程", slug="courses"))


def course(title: str = "客户投诉处理", *, lessons: int = 2, body: list | None = None, **more: object) -> CoursePage:
    """A published course with so many published lessons."""
    number = next(_numbers)
    strand = more.pop("strand", None) or factories.strand()
    page = CoursePage(title=title, slug=f"course-{number}", code=f"course-{number}", strand=strand, **more)
    page = index().add_child(instance=page)
    page.save_revision().publish()
    for place in range(1, lessons + 1):
        lesson(page, f"第 {place} 课", body=body)
    return CoursePage.objects.get(pk=page.pk)


def lesson(course: CoursePage, title: str = "先听完，再复述", *, body: list | None = None) -> LessonPage:
    """A published lesson of the course."""
    parent = CoursePage.objects.get(pk=course.pk)
    content = body or [("text", "<p>让客户把事情讲完。</p>")]
    page = parent.add_child(instance=LessonPage(title=title, slug=f"lesson-{next(_numbers)}", body=content))
    page.save_revision().publish()
    return LessonPage.objects.get(pk=page.pk)


def lessons(course: CoursePage) -> list[LessonPage]:
    return list(LessonPage.objects.child_of(course).live().order_by("path"))


def onboarding(*courses: CoursePage, days: int = 30) -> LearningPath:
    """A path for every new hire with these courses, all due after so many days."""
    path = LearningPath.objects.create(code=f"path-{next(_numbers)}", name="岗前培训", onboarding=True)
    for order, page in enumerate(courses, 1):
        PathStep.objects.create(path=path, course=page, order=order, due_days=days)
    return path


def checklist(*items: str, **more: object) -> JobChecklist:
    """A checklist in use with these items, three when none are given."""
    made = JobChecklist.objects.create(title="独立上岗前带教清单", topic=factories.topic(), **more)
    for order, text in enumerate(items or ("三声之内接听", "报工号与问候语", "复述客户诉求")):
        JobChecklistItem.objects.create(checklist=made, order=order, text=text)
    return made
