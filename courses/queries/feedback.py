"""What people think of a course, in fives: nobody can tell whose words are new."""

from dataclasses import dataclass

from django.utils.translation import ngettext

from courses.models import CourseFeedback, CoursePage, FeedbackGiven
from people.models import User

BATCH = 5
"""Feedback is shown when so many are together, and then all of them at once."""
STARS = (5, 4, 3, 2, 1)


@dataclass(frozen=True)
class Feedback:
    """The feedback on a course as far as it is shown: `shown` of the `given`, a multiple of `BATCH`.

    `average` is of 1 to 5 stars; `stars` are (stars, people), the best first; `words` stand in the order of the alphabet,
    which tells nothing.
    """

    given: int
    shown: int
    average: float
    stars: list[tuple[int, int]]
    words: list[str]

    @property
    def collected(self) -> int:
        """How many of the next five there are already."""
        return self.given - self.shown

    @property
    def bars(self) -> list[tuple[str, int]]:
        """(stars in words, people), as a chart takes them."""
        return [
            (ngettext("%(count)s star", "%(count)s stars", stars) % {"count": stars}, people)
            for stars, people in self.stars
        ]


def feedback(course: CoursePage) -> Feedback:
    """The feedback on a course, of the full fives only; one query."""
    rows = list(CourseFeedback.objects.filter(course=course).order_by("pk").values_list("stars", "words"))
    shown = rows[: len(rows) // BATCH * BATCH]
    counts = {number: sum(stars == number for stars, _words in shown) for number in STARS}
    return Feedback(
        given=len(rows),
        shown=len(shown),
        average=sum(stars for stars, _words in shown) / len(shown) if shown else 0.0,
        stars=list(counts.items()),
        words=sorted(words for _stars, words in shown if words),
    )


def may_give_feedback(user: User, course: CoursePage) -> bool:
    """Whether the round that the person completed last is still without feedback."""
    last = user.completions.filter(course=course).order_by("completed_at", "pk").last()
    return last is not None and not FeedbackGiven.objects.filter(enrolment=last.enrolment_id).exists()
