"""Courses in Wagtail's admin: their lists and choosers, the import of lessons, versions, and what is told before pages with
people in them are moved, unpublished or deleted."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages as admin_messages
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from courses import queries
from courses.models import CoursePage, LessonPage, ScormPackage
from courses.models.review import department_of, reviewers
from courses.views import documents, versions
from courses.viewsets.checklists import ChecklistViewSet
from courses.viewsets.media import MediaViewSet, choosers
from courses.viewsets.packages import PackageViewSet
from courses.viewsets.paths import LearningPathViewSet
from people.models import Unit, User
from people.policy import today

STAYS = _("People have learned from this page. Unpublish it: it disappears, the history stays.")
KNOWN = "people_known"
"""The field in which somebody says that they know of the people in a page."""


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    """Menu entries for trainers and administrators, and the choosers of the lesson editor."""
    return [
        MediaViewSet(),
        *choosers(),
        LearningPathViewSet(),
        ChecklistViewSet(),
        PackageViewSet(),
        ChooserViewSet(
            "scorm_package_chooser",
            model=ScormPackage,
            icon="media",
            choose_one_text=_("Choose a package"),
            choose_another_text=_("Choose another package"),
        ),
    ]


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    """Documents become lessons of a course; versions ask who must see them."""
    return [
        path("courses/<int:pk>/import/", documents.import_lessons, name="import_lessons"),
        path("courses/<int:pk>/import/confirm/", documents.confirm_import, name="import_lessons_confirm"),
        path("courses/<int:pk>/versions/", versions.versions, name="course_versions"),
    ]


def _is_course(page: Page) -> bool:
    return issubclass(page.specific_class or type(page), CoursePage)


@hooks.register("register_page_header_buttons")
def offer_course_pages(page: Page, user: User, view_name: str, next_url: str | None = None) -> Any:
    """On a course, to whoever may write in it."""
    if not _is_course(page) or not page.permissions_for_user(user).can_add_subpage():
        return
    yield Button(
        _("Import lessons from Word or Markdown"),
        reverse("import_lessons", args=[page.pk]),
        icon_name="upload",
        priority=60,
    )
    yield Button(_("Versions"), reverse("course_versions", args=[page.pk]), icon_name="history", priority=61)


def _courses_of(pages: Iterable[Page], *, below: bool = False) -> QuerySet[CoursePage]:
    """The courses that these pages are or belong to; with those `below` them where asked for."""
    found = CoursePage.objects.none()
    for page in pages:
        found |= CoursePage.objects.ancestor_of(page, inclusive=True)
        if below:
            found |= CoursePage.objects.descendant_of(page)
    return found


def _must_review(page: Page, user: User) -> Unit | None:
    """The department that reviews a page before it is published, unless this person may publish it all the same."""
    department = department_of(page) if isinstance(page, CoursePage | LessonPage) else None
    if department is None or user.is_superuser or reviewers(page).filter(pk=user.pk).exists():
        return None
    return department


@hooks.register("before_publish_page")
def leave_it_to_the_department(request: HttpRequest, page: Page) -> HttpResponse | None:
    """What a department issues is published by its review. The draft is saved already when this is asked."""
    department = _must_review(page, request.user)
    if department is None:
        return None
    sentence = gettext(
        "Saved as a draft. “%(department)s” reviews this course before it is published: choose “Submit to %(workflow)s”."
    )
    workflow = page.get_workflow()
    messages.warning(request, sentence % {"department": department, "workflow": workflow.name if workflow else "–"})
    return redirect("wagtailadmin_pages:edit", page.pk)


@hooks.register("after_publish_page")
def ask_about_the_version(request: HttpRequest, page: Page) -> None:
    """A new version asks whether those who completed an older one must see what changed."""
    if not isinstance(page, CoursePage | LessonPage):
        return
    question = queries.open_question(page, today(request))
    if question is None:
        return
    course, count = question.version.course, question.people
    sentence = ngettext(
        "%(n)s person has completed an earlier version of “%(course)s”. Must they see what has changed?",
        "%(n)s people have completed an earlier version of “%(course)s”. Must they see what has changed?",
        count,
    )
    button = admin_messages.button(reverse("course_versions", args=[course.pk]), gettext("Decide"))
    admin_messages.warning(request, sentence % {"n": count, "course": course.title}, buttons=[button])


def _tell_first(request: HttpRequest, pages: list[Page], what: str) -> HttpResponse | None:
    """A page that says who is in these pages and what becomes of them, until somebody says that they know."""
    inside = queries.people_inside(pages)
    if not any(inside.values()) or request.POST.get(KNOWN) == "1":
        return None
    fields = [(name, value) for name, values in request.POST.lists() if name != KNOWN for value in values]
    context = {"pages": pages, "inside": inside, "what": what, "fields": fields, "known": KNOWN}
    return render(request, "courses/admin/people_inside.html", context, status=409)


@hooks.register("before_unpublish_page")
def tell_before_unpublishing(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Who is learning from the page, before it disappears."""
    return _tell_first(request, [page], "unpublish")


@hooks.register("after_edit_page")
def tell_of_an_end(request: HttpRequest, page: Page) -> None:
    """Who is learning from the page, as soon as somebody sets a day on which it disappears."""
    if not isinstance(page, CoursePage | LessonPage) or page.expire_at is None:
        return
    inside = queries.people_inside([page])
    if any(inside.values()):
        sentence = gettext(
            "On %(day)s this page disappears, as it is set. People who must still take it: %(assigned)s, in the middle of it: "
            "%(learning)s. What they have done is kept, and nobody becomes late meanwhile."
        )
        ends = date_format(timezone.localtime(page.expire_at), "SHORT_DATETIME_FORMAT")
        messages.warning(request, sentence % {"day": ends, **inside})


@hooks.register("before_move_page")
def tell_before_moving(request: HttpRequest, page: Page, destination: Page) -> HttpResponse | None:
    """Who is learning from the page, before it stands elsewhere."""
    return _tell_first(request, [page], "move") if request.method == "POST" else None


@hooks.register("before_bulk_action")
def tell_before_many(request: HttpRequest, action: str, pages: list[Page], view: Any) -> HttpResponse | None:
    """The same for several at once; and what a department issues is reviewed one by one."""
    found = [page for page in pages if isinstance(page, Page)]
    if request.method != "POST" or not found:
        return None
    if action == "delete" and any(queries.has_history(page) for page in found):
        messages.error(request, STAYS)
        return redirect("wagtailadmin_explore", found[0].get_parent().pk)
    if action == "publish":
        return _leave_many_to_the_department(request, found)
    return _tell_first(request, found, action) if action in ("move", "unpublish") else None


def _leave_many_to_the_department(request: HttpRequest, pages: list[Page]) -> HttpResponse | None:
    courses = _courses_of(pages, below=bool(request.POST.get("include_descendants")))
    for course in courses.filter(department__isnull=False):
        if department := _must_review(course, request.user):
            sentence = gettext(
                "Nothing was published: “%(department)s” reviews “%(page)s” first. Submit it from its editor."
            )
            messages.error(request, sentence % {"department": department, "page": course.title})
            return redirect("wagtailadmin_explore", pages[0].get_parent().pk)
    return None


@hooks.register("after_bulk_action")
def ask_about_many_versions(request: HttpRequest, action: str, pages: list[Page], view: Any) -> None:
    """Each course of which something was published is asked about once."""
    if action == "publish":
        for course in _courses_of(pages):
            ask_about_the_version(request, course)


@hooks.register("before_delete_page")
def keep_what_people_learned(request: HttpRequest, page: Page) -> HttpResponse | None:
    """A page somebody has learned from stays; unpublishing hides it and keeps the history."""
    if not queries.has_history(page):
        return None
    messages.error(request, STAYS)
    return redirect("wagtailadmin_pages:edit", page.pk)
