"""Five minutes a day: the questions of the day on one page, an answer at a time."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import queries, services
from courses.models import LessonPage
from courses.views.checks import read_answer
from exams.models import Question
from ground.errors import Refused
from topics.models import Topic


@require_safe
@never_cache
def daily(request: HttpRequest) -> HttpResponse:
    """The questions of the day, the week, and at the end what to read again."""
    day = queries.daily(request.user, request.now)
    return render(request, "courses/daily.html", {"day": day, "again": _read_again(request, day)})


@require_POST
def daily_answer(request: HttpRequest, code: str) -> HttpResponse:
    """Takes an answer. With script the question comes back with its key, and the figures of the day beside it."""
    page = reverse("courses:daily")
    version = get_object_or_404(Question.objects.select_related("current"), code=code, current__isnull=False).current
    answer = read_answer(version.kind, request)
    in_place = bool(request.headers.get("HX-Request"))
    if answer is None and not in_place:
        messages.info(request, _("Choose or write an answer first."))
    elif answer is not None:
        try:
            services.answer_daily(user=request.user, code=code, answer=answer, now=request.now)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return HttpResponse(headers={"HX-Redirect": page}) if in_place else redirect(page)
    if not in_place:
        return redirect(f"{page}#check-{code}")
    day = queries.daily(request.user, request.now)
    asked = next((question for question in day.questions if question.check.code == code), None)
    if asked is None:
        return HttpResponse(headers={"HX-Redirect": page})
    context = {"day": day, "question": asked, "empty": answer is None, "again": _read_again(request, day), "swap": True}
    return render(request, "courses/parts/daily_answer.html", context)


def _read_again(request: HttpRequest, day: queries.Daily) -> list[tuple[Topic, list[tuple[LessonPage, str]]]]:
    """(topic, lessons with their addresses) of what was missed, once the day is over."""
    rows = queries.read_again(day.missed) if day.over and day.missed else []
    return [(row.topic, [(lesson, lesson.get_url(request)) for lesson in row.lessons]) for row in rows]
