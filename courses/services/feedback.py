"""Anonymous feedback on a course."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import CourseFeedback, CoursePage, Enrolment, FeedbackGiven
from courses.queries.feedback import BATCH
from ground import journal
from ground.errors import Refused

LONGEST_FEEDBACK = 1000
"""Characters of words."""


@transaction.atomic
def give_feedback(*, enrolment: Enrolment, stars: int, words: str, now: datetime) -> FeedbackGiven:
    """What somebody thinks of a completed course: one to five stars and words, once a round, without a name.

    That feedback was given and what it says are two rows that nothing joins, neither key nor time. Their numbers do not
    either: the rows of an unfinished five are written anew in a random order with every new one, so that of a full five
    (and only full fives are shown) neither order nor transaction tells whose is whose. What somebody who reads the database
    itself can still infer: which five people a five is from, at most in which months; of a five that is not full yet, those
    people are fewer, and of one alone it is that one; and whoever compares copies from before and after a moment, or reads
    the log of the database, sees what came in between.

    Raises Refused before the completion, and for stars and words that cannot be kept. Again changes nothing.
    """
    words = words.strip()
    if stars not in range(1, 6):
        raise Refused(_("Choose one to five stars."), code="stars")
    if len(words) > LONGEST_FEEDBACK:
        raise Refused(
            _("That is too long: at most %(longest)s characters are kept.") % {"longest": LONGEST_FEEDBACK},
            code="too_long",
        )
    # One at a time for a course: two at once would both write the same five anew.
    course = CoursePage.objects.select_for_update(of=("self",), no_key=True).get(pk=enrolment.course_id)
    standing = FeedbackGiven.objects.filter(enrolment=enrolment).first()
    if standing is not None:
        return standing
    if not Enrolment.objects.filter(pk=enrolment.pk, ended_at__isnull=False).exists():
        raise Refused(_("Complete the course first; then say what you think of it."), code="not_completed")
    _add(course, stars, words, now)
    given = FeedbackGiven.objects.create(enrolment=enrolment)
    journal.record("feedback.given", course, by=None, now=now)
    return given


def _add(course: CoursePage, stars: int, words: str, now: datetime) -> None:
    rows = list(
        CourseFeedback.objects.filter(course=course).order_by("pk").values_list("pk", "stars", "words", "month")
    )
    waiting = rows[len(rows) // BATCH * BATCH :]
    anew = [CourseFeedback(course=course, stars=row[1], words=row[2], month=row[3]) for row in waiting]
    anew.append(CourseFeedback(course=course, stars=stars, words=words, month=timezone.localdate(now).replace(day=1)))
    secrets.SystemRandom().shuffle(anew)
    CourseFeedback.objects.filter(pk__in=[row[0] for row in waiting]).delete()
    CourseFeedback.objects.bulk_create(anew)
