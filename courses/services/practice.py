"""Practising on one's own: an answer of the five minutes a day."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courses import queries
from courses.models import PracticeAnswer
from exams.grading import full_key, grade
from exams.models import Question
from ground.errors import Refused
from people.models import User


@transaction.atomic
def answer_daily(*, user: User, code: str, answer: dict[str, Any], now: datetime) -> PracticeAnswer:
    """Keeps the person's answer to a question of the day; `answer` in the words of `exams.grading`.

    The first answer of a day counts and a second one changes nothing: its key has been shown by then. Raises Refused for
    a question that is not one of the day's.
    """
    # One answer of a person at a time: of two at once the second finds the first.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    question = Question.objects.select_related("current").filter(code=code).first()
    standing = queries.answers_today(user, now).filter(question=question).first() if question else None
    if standing is not None:
        return standing
    if question is None or not queries.is_asked_today(user, question, now):
        raise Refused(_("This question is not one of today's. Look at those below."), code="not_today")
    version = question.current
    right = grade(version.kind, full_key(version.content, version.key), answer, 1) == 1
    return PracticeAnswer.objects.create(user=user, question=question, lesson=None, right=right, at=now)
