"""Pages of learners: the catalogue, a course, a lesson with its checks, my learning, the onboarding path."""

import json
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import queries, services
from courses.forms import FeedbackForm
from courses.models import CourseIndexPage, CoursePage, Enrolment, LessonPage, LessonProgress
from courses.views import packages
from courses.views.checks import feedback_on
from ground.errors import Refused
from people.policy import today


def catalogue(request: HttpRequest) -> HttpResponse:
    """The published catalogue, wherever it lies in the page tree."""
    page = CourseIndexPage.objects.live().first()
    return course_index(request, page) if page else render(request, "courses/no_catalogue.html")


def course_index(request: HttpRequest, page: CourseIndexPage) -> HttpResponse:
    """All courses by strand with the person's state in each, or those that hold the searched words."""
    words = request.GET.get("q", "").strip()[:100]
    found = queries.search(words) if queries.words_of(words) else queries.live_courses()
    rows = queries.standings(request.user, found, today(request), request)
    context = {
        "page": page,
        "words": words,
        "strands": [(strand, list(group)) for strand, group in groupby(rows, key=lambda row: row.course.strand)],
        "count": len(rows),
        "lessons": [(found, found.lesson.get_url(request)) for found in queries.search_lessons(words)],
    }
    return render(request, "courses/course_index.html", context)


def course(request: HttpRequest, page: CoursePage, form: FeedbackForm | None = None) -> HttpResponse:
    """What one can do after the course, its lessons with the person's progress, and one way on; after it, the question
    what it was like."""
    standing, first = queries.with_earlier(request.user, page, today(request), request)
    context = {"page": standing.course, "standing": standing, "topics": page.topics.all(), "first": first}
    context["jobs"] = queries.jobs_of(request.user, page).order_by("-begun_at") if standing.course.on_the_job else ()
    context["feedback"] = queries.feedback(page)
    if standing.completion and queries.may_give_feedback(request.user, page):
        context["feedback_form"] = form or FeedbackForm()
    return render(request, "courses/course.html", context)


@require_POST
def give_feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """The person says what the course was like, without a name; only whoever has completed it is asked."""
    page = get_object_or_404(CoursePage.objects.live(), pk=pk)
    completion = request.user.completions.filter(course=page).order_by("completed_at", "pk").last()
    form = FeedbackForm(request.POST)
    if completion is None:
        messages.error(request, _("Complete the course first; then say what you think of it."))
    elif form.is_valid():
        try:
            services.give_feedback(enrolment=completion.enrolment, **form.cleaned_data, now=request.now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return course(request, page, form)
        messages.success(request, _("Thank you. Your feedback is kept without your name."))
    else:
        return course(request, page, form)
    return redirect(page.get_url(request))


def lesson(request: HttpRequest, page: LessonPage) -> HttpResponse:
    """A lesson to work through. Reading it enrols the person and notes that it was opened."""
    course = get_object_or_404(CoursePage.objects.ancestor_of(page))
    preview = getattr(request, "is_preview", False)
    if not preview and not course.live:
        raise Http404
    if preview:
        return _lesson_page(request, page, course, None)
    enrolment = services.enrol(user=request.user, course=course, now=request.now)
    row = services.open_lesson(enrolment=enrolment, lesson=page, now=request.now)
    return _lesson_page(request, page, course, row)


def _lesson_page(
    request: HttpRequest,
    page: LessonPage,
    course: CoursePage,
    row: LessonProgress | None,
    feedback: dict[str, dict[str, Any]] | None = None,
) -> HttpResponse:
    """The lesson with the person's progress in it; without, as a preview in which nothing is kept."""
    standing = queries.standing(request.user, course, today(request), request)
    rows = standing.rows
    place = next((place for place, row in enumerate(rows) if row.lesson.pk == page.pk), None)
    unfinished = {row.lesson.pk for row in rows if not row.done}
    blocks = [block.id for block in page.body]
    given = feedback or {}
    context = {
        "page": page,
        "course": course,
        "standing": standing,
        "place": None if place is None else place + 1,
        "previous": rows[place - 1] if place else None,
        "next": rows[place + 1] if place is not None and place + 1 < len(rows) else None,
        "progress": row,
        "stopped_at": row.place if row and not row.completed_at and row.place in blocks[1:] else None,
        "done": row is not None and row.completed_at is not None,
        "finishes": unfinished <= {page.pk} and not standing.finished,
        "acknowledged": queries.acknowledged(request.user, page, queries.notices_of(page)) if row else {},
        "reflections": queries.reflections(request.user, page) if row else {},
        "requirements": queries.requirements(request.user, page, row, request.now) if row else [],
        "player": packages.player(request, page, None if getattr(request, "is_preview", False) else standing.enrolment),
        "check_questions": {
            code: {"question": question, "feedback": given.get(code)}
            for code, question in queries.checks_of(page).items()
        },
    }
    return render(request, "courses/lesson.html", context)


def _live_lesson(pk: int) -> tuple[LessonPage, CoursePage]:
    page = get_object_or_404(LessonPage.objects.live(), pk=pk)
    return page, get_object_or_404(CoursePage.objects.live().ancestor_of(page))


def _round(request: HttpRequest, course: CoursePage, given: dict[str, Any]) -> Enrolment:
    """The person's round in the course. Raises Refused when the page was opened by somebody else, or in a round that is
    over: on a shared desktop, and after a year, nothing is noted for the wrong one."""
    if str(given.get("person", request.user.pk)) != str(request.user.pk):
        raise Refused(_("This was read by somebody else and waits until they sign in again."), code="another_person")
    if "round" not in given:
        return services.enrol(user=request.user, course=course, now=request.now)
    newest = queries.newest_round(request.user, course)
    if newest is None or str(given["round"]) != str(newest.pk):
        raise Refused(_("This page belongs to an earlier round of the course. Open the lesson again."), code="over")
    return newest


def _given(request: HttpRequest) -> dict[str, Any]:
    """What a page reports, as JSON or as a form."""
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        given = json.loads(request.body)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise Refused(_("What the page reports cannot be read."), code="bad")
    return given


def _note(request: HttpRequest, enrolment: Enrolment, page: LessonPage, given: dict[str, Any]) -> LessonProgress:
    """Keeps a report: {"step", "seconds": whole numbers, "place": a block, "end": true or false}."""
    numbers = [given.get("step", 0), given.get("seconds", 0)]
    if not all(str(number).isdecimal() and len(str(number)) < 12 for number in numbers):
        raise Refused(_("What the page reports cannot be read."), code="bad")
    step, seconds = map(int, numbers)
    return services.note_progress(
        enrolment=enrolment,
        lesson=page,
        place=str(given.get("place", "")),
        seconds=seconds,
        reached_end=str(given.get("end", "")).lower() == "true",
        step=step,
        now=request.now,
    )


def _refusal(refusal: Refused) -> JsonResponse:
    status = {"another_person": 409, "over": 409, "missing": 422}.get(refusal.code, 400)
    return JsonResponse({"code": refusal.code, "sentence": str(refusal)}, status=status)


@require_POST
def lesson_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """A page reports how far somebody has read; it learns what is kept and what the lesson still asks for."""
    page, course = _live_lesson(pk)
    try:
        given = _given(request)
        row = _note(request, _round(request, course, given), page, given)
    except Refused as refusal:
        return _refusal(refusal)
    asked = queries.requirements(request.user, page, row, request.now)
    return JsonResponse(
        {
            "step": row.step,
            "seconds": row.seconds,
            "done": row.completed_at is not None,
            "requirements": [{"code": one.code, "met": one.met, "label": one.label} for one in asked],
        }
    )


@require_POST
def complete_lesson(request: HttpRequest, pk: int) -> HttpResponse:
    """The person says "done" at the end of a lesson, and goes on with the next one or back to the completed course.

    With script the last report comes along and the answer names the way on in JSON.
    """
    page, course = _live_lesson(pk)
    as_json = request.headers.get("Accept") == "application/json"
    try:
        given = _given(request)
        enrolment = _round(request, course, given)
        if "step" in given:
            _note(request, enrolment, page, given)
        services.complete_lesson(enrolment=enrolment, lesson=page, now=request.now, at_end="step" not in given)
    except Refused as refusal:
        if as_json:
            return _refusal(refusal)
        messages.error(request, str(refusal))
        return redirect(page.get_url(request))
    standing = queries.standing(request.user, course, today(request), request)
    following = next((lesson for lesson in standing.lessons if lesson.path > page.path), None)
    url = standing.course_url if standing.finished else (following or standing.lesson or course).get_url(request)
    if as_json:
        return JsonResponse({"url": url})
    if standing.finished:
        messages.success(request, _("You have completed the course “%(course)s”.") % {"course": course.title})
    return redirect(url)


@require_POST
def acknowledge(request: HttpRequest, pk: int, block: str) -> HttpResponse:
    """The person has read a policy notice of the lesson and says so."""
    page, _course = _live_lesson(pk)
    try:
        services.acknowledge(
            user=request.user, lesson=page, block=block, seen=request.POST.get("seen", ""), now=request.now
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{page.get_url(request)}#block-{block}")


@require_POST
def reflection(request: HttpRequest, pk: int, block: str) -> HttpResponse:
    """The person keeps what they thought, for themselves."""
    page, _course = _live_lesson(pk)
    try:
        services.write_reflection(
            user=request.user, lesson=page, block=block, text=request.POST.get("text", ""), now=request.now
        )
        messages.success(request, _("Kept. Only you read it."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{page.get_url(request)}#block-{block}")


@require_POST
def check(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Says whether an answer to a question of this lesson is right, and why; the answer is kept, except in a preview."""
    page, course = _live_lesson(pk)
    question = queries.checks_of(page).get(code)
    if question is None:
        raise Http404
    withheld = queries.key_withheld(request.user, code, request.now)
    feedback = {"state": "withheld"} if withheld else feedback_on(request, code)
    row = None
    if "preview" not in request.POST:
        enrolment = services.enrol(user=request.user, course=course, now=request.now)
        if feedback["state"] not in ("empty", "withheld"):
            right = feedback["state"] == "right"
            services.note_check_answer(enrolment=enrolment, lesson=page, code=code, right=right, now=request.now)
        row = services.open_lesson(enrolment=enrolment, lesson=page, now=request.now)
    if request.headers.get("HX-Request"):
        item = {"question": question, "feedback": feedback}
        return render(request, "courses/parts/check.html", {"item": item, "page": page, "progress": row})
    return _lesson_page(request, page, course, row, {code: feedback})


def mine(request: HttpRequest) -> HttpResponse:
    """What the person has to learn and why, what they have begun, what they have completed."""
    on = today(request)
    context = {
        "learning": queries.learning_of(request.user, on, request),
        "attendances": queries.sessions_of(request.user, on - timedelta(days=30)),
        "to_practise": queries.ready_today(request.user, request.now),
        "open_sessions": queries.open_sessions(request.user, request.now)[:6],
    }
    return render(request, "courses/mine.html", context)


def path(request: HttpRequest) -> HttpResponse:
    """The onboarding paths as a map of steps with their days."""
    return render(request, "courses/path.html", {"paths": queries.paths_of(request.user, today(request), request)})
