"""Pages of learners: the catalogue, a course, a lesson with its checks, my learning, the onboarding path."""

from datetime import timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import queries, services
from courses.models import CourseIndexPage, CoursePage, LessonPage
from courses.views import packages
from exams.grading import full_key, grade
from exams.models import Question, QuestionVersion
from ground.errors import Refused
from people.policy import today

Kind = QuestionVersion.Kind


def catalogue(request: HttpRequest) -> HttpResponse:
    """The published catalogue, wherever it lies in the page tree."""
    page = CourseIndexPage.objects.live().first()
    return course_index(request, page) if page else render(request, "courses/no_catalogue.html")


def course_index(request: HttpRequest, page: CourseIndexPage) -> HttpResponse:
    """All courses by strand with the person's state in each, or those that hold the searched words."""
    words = request.GET.get("q", "").strip()[:100]
    found = queries.search(words) if words else queries.live_courses()
    rows = queries.standings(request.user, found, today(request), request)
    context = {
        "page": page,
        "words": words,
        "strands": [(strand, list(group)) for strand, group in groupby(rows, key=lambda row: row.course.strand)],
        "count": len(rows),
        "lessons": [(row, row.get_url(request)) for row in queries.search_lessons(words)] if words else [],
    }
    return render(request, "courses/course_index.html", context)


def course(request: HttpRequest, page: CoursePage) -> HttpResponse:
    """What one can do after the course, its lessons with the person's progress, and one way on."""
    standing = queries.standing(request.user, page, today(request), request)
    context = {"page": standing.course, "standing": standing, "topics": page.topics.all()}
    return render(request, "courses/course.html", context)


def lesson(request: HttpRequest, page: LessonPage) -> HttpResponse:
    """A lesson to work through. Reading it enrols the person and notes that it was opened."""
    course = get_object_or_404(CoursePage.objects.ancestor_of(page))
    preview = getattr(request, "is_preview", False)
    if not preview and not course.live:
        raise Http404
    if request.method == "GET" and not preview:
        enrolment = services.enrol(user=request.user, course=course, now=request.now)
        services.open_lesson(enrolment=enrolment, lesson=page, now=request.now)
    return _lesson_page(request, page, course, {})


def _lesson_page(
    request: HttpRequest, page: LessonPage, course: CoursePage, feedback: dict[str, dict[str, Any]]
) -> HttpResponse:
    standing = queries.standing(request.user, course, today(request), request)
    rows = standing.rows
    place = next((place for place, row in enumerate(rows) if row.lesson.pk == page.pk), None)
    unfinished = {row.lesson.pk for row in rows if not row.done}
    context = {
        "page": page,
        "course": course,
        "standing": standing,
        "place": None if place is None else place + 1,
        "previous": rows[place - 1] if place else None,
        "next": rows[place + 1] if place is not None and place + 1 < len(rows) else None,
        "done": page.pk in standing.done_lessons,
        "finishes": unfinished <= {page.pk} and not standing.finished,
        "player": packages.player(request, page, None if getattr(request, "is_preview", False) else standing.enrolment),
        "check_questions": {
            code: {"question": question, "feedback": feedback.get(code)}
            for code, question in queries.checks_of(page).items()
        },
    }
    return render(request, "courses/lesson.html", context)


def _live_lesson(pk: int) -> tuple[LessonPage, CoursePage]:
    page = get_object_or_404(LessonPage.objects.live(), pk=pk)
    return page, get_object_or_404(CoursePage.objects.live().ancestor_of(page))


@require_POST
def complete_lesson(request: HttpRequest, pk: int) -> HttpResponse:
    """The person says "done" at the end of a lesson, and goes on with the next one or back to the completed course."""
    page, course = _live_lesson(pk)
    try:
        enrolment = services.enrol(user=request.user, course=course, now=request.now)
        services.complete_lesson(enrolment=enrolment, lesson=page, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(page.get_url(request))
    standing = queries.standing(request.user, course, today(request), request)
    if standing.finished:
        messages.success(request, _("You have completed the course “%(course)s”.") % {"course": course.title})
        return redirect(standing.course_url)
    following = next((lesson for lesson in standing.lessons if lesson.path > page.path), None)
    return redirect((following or standing.lesson or course).get_url(request))


@require_POST
def check(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Says whether an answer to a question of this lesson is right, and why. Nothing is stored."""
    page, course = _live_lesson(pk)
    question = queries.checks_of(page).get(code)
    if question is None:
        raise Http404
    feedback = _feedback(request, code)
    if request.headers.get("HX-Request"):
        item = {"question": question, "feedback": feedback}
        return render(request, "courses/parts/check.html", {"item": item, "page": page})
    return _lesson_page(request, page, course, {code: feedback})


def _feedback(request: HttpRequest, code: str) -> dict[str, Any]:
    version = get_object_or_404(Question.objects.select_related("current"), code=code).current
    answer = _answer(version.kind, request)
    if answer is None:
        return {"state": "empty"}
    right = grade(version.kind, full_key(version.content, version.key), answer, 1) == 1
    given = [str(place) for place in answer.get("chosen", [])] or answer.get("text", "")
    if "answer" in answer:
        given = "true" if answer["answer"] else "false"
    return {"state": "right" if right else "wrong", "given": given, "explanation": version.explanation}


def _answer(kind: str, request: HttpRequest) -> dict[str, Any] | None:
    """The posted answer in the words of exams.grading; None when nothing was said."""
    given = [value for value in request.POST.getlist("answer") if value.strip()]
    if not given:
        return None
    if kind in (Kind.SINGLE, Kind.MULTIPLE):
        chosen = [int(value) for value in given if value.isdecimal()]
        return {"chosen": sorted(set(chosen))} if chosen else None
    if kind == Kind.TRUE_FALSE:
        return {"answer": given[0] == "true"}
    return {"text": given[0][:200]}


def mine(request: HttpRequest) -> HttpResponse:
    """What the person has to learn and why, what they have begun, what they have completed."""
    on = today(request)
    context = {
        "learning": queries.learning_of(request.user, on, request),
        "attendances": queries.sessions_of(request.user, on - timedelta(days=30)),
    }
    return render(request, "courses/mine.html", context)


def path(request: HttpRequest) -> HttpResponse:
    """The onboarding paths as a map of steps with their days."""
    return render(request, "courses/path.html", {"paths": queries.paths_of(request.user, today(request), request)})
