"""Reading the answer to a quick question, in a lesson and in the five minutes a day."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from exams.grading import full_key, grade
from exams.models import Question, QuestionVersion

Kind = QuestionVersion.Kind


def feedback_on(request: HttpRequest, code: str) -> dict[str, Any]:
    """What a lesson says of the posted answer: its state (empty, right or wrong), what was given, the explanation."""
    version = get_object_or_404(Question.objects.select_related("current"), code=code).current
    answer = read_answer(version.kind, request)
    if answer is None:
        return {"state": "empty"}
    right = grade(version.kind, full_key(version.content, version.key), answer, 1) == 1
    given = [str(place) for place in answer.get("chosen", [])] or answer.get("text", "")
    if "answer" in answer:
        given = "true" if answer["answer"] else "false"
    return {"state": "right" if right else "wrong", "given": given, "explanation": version.explanation}


def read_answer(kind: str, request: HttpRequest) -> dict[str, Any] | None:
    """The posted answer in the words of exams.grading; None when nothing was said."""
    given = [value for value in request.POST.getlist("answer") if value.strip()]
    if not given:
        return None
    if kind in (Kind.SINGLE, Kind.MULTIPLE):
        chosen = [int(value) for value in given if value.isdecimal() and len(value) < 4]
        return {"chosen": sorted(set(chosen))} if chosen else None
    if kind == Kind.TRUE_FALSE:
        return {"answer": given[0] == "true"}
    return {"text": given[0][:200]}
