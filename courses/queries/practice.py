"""Five minutes a day: the questions of a person's day, what came of them, the week."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Left, Length
from django.utils import timezone

from courses import recall
from courses.blocks import QUICK
from courses.models import Assignment, CoursePage, Enrolment, LessonPage, PracticeAnswer
from courses.queries.checks import Check, check_of
from courses.queries.hours import moments
from exams.models import Attempt, Mark, Question, QuestionTopic
from exams.queries import Reviewed, newest_only, released_only, review_alone
from people.models import User
from topics.models import Topic

WEAK_BELOW = 80
"""A topic is weak for a person who won less than so many percent of its points in exams."""
WEAK_SINCE = timedelta(days=365)


@dataclass(frozen=True)
class DailyQuestion:
    """A question of the day: its key comes along only once it is answered, and then also when it is asked `again`."""

    check: Check
    right: bool | None = None
    review: Reviewed | None = None
    again: date | None = None

    @property
    def answered(self) -> bool:
        return self.right is not None


@dataclass(frozen=True)
class Daily:
    """The five minutes of a person on a day. `week` are (day, practised), this day last."""

    questions: list[DailyQuestion]
    week: list[tuple[date, bool]]

    @property
    def answered(self) -> int:
        return sum(question.answered for question in self.questions)

    @property
    def right(self) -> int:
        return sum(bool(question.right) for question in self.questions)

    @property
    def over(self) -> bool:
        """Whether every question of the day is answered."""
        return bool(self.questions) and self.answered == len(self.questions)

    @property
    def practised(self) -> int:
        """Days of the week with practice."""
        return sum(practised for _day, practised in self.week)

    @property
    def missed(self) -> list[str]:
        """The codes of the questions that were not right."""
        return [question.check.code for question in self.questions if question.right is False]


@dataclass(frozen=True)
class ReadAgain:
    """A topic that was missed, with the lessons that teach it."""

    topic: Topic
    lessons: list[LessonPage]


@dataclass(frozen=True)
class _Day:
    """The questions of a day by id, what was answered of them, and all answers of the person."""

    questions: list[int]
    answered: dict[int, bool]
    log: list[recall.Answer]


def daily(user: User, now: datetime) -> Daily:
    """The questions of the day, with the keys of those that are answered. Three queries."""
    day, on = _day(user, now), timezone.localdate(now)
    known = recall.remember(day.log)
    rows = Question.objects.filter(current__isnull=False).select_related("current").in_bulk(day.questions)
    questions = []
    for pk in day.questions:
        if pk not in rows:
            continue
        if pk not in day.answered:
            questions.append(DailyQuestion(check_of(rows[pk])))
            continue
        review = review_alone(rows[pk].current)
        questions.append(DailyQuestion(check_of(rows[pk]), day.answered[pk], review, known[pk].due))
    return Daily(questions, recall.week({answer.on for answer in day.log}, on))


def ready_today(user: User, now: datetime) -> int:
    """How many questions of the day wait. Two queries."""
    day = _day(user, now)
    return len(day.questions) - len(day.answered)


def is_asked_today(user: User, question: Question, now: datetime) -> bool:
    """Whether a question belongs to the person's day."""
    return question.pk in _day(user, now).questions


def answers_today(user: User, now: datetime) -> QuerySet[PracticeAnswer]:
    """What the person has answered in the five minutes of the day, the first answer first."""
    begin, end = moments(timezone.localdate(now), timezone.localdate(now))
    return PracticeAnswer.objects.filter(user=user, lesson__isnull=True, at__gte=begin, at__lt=end).order_by("pk")


def read_again(codes: Iterable[str]) -> list[ReadAgain]:
    """The topics of these questions with the published lessons that teach them; topics without any stay out."""
    missed = QuestionTopic.objects.filter(question__code__in=list(codes)).values("topic")
    teaches = LessonPage.topics.through.objects.filter(topic__in=missed, lessonpage__live=True).order_by("pk")
    lessons: dict[int, list[int]] = {}
    for topic, lesson in teaches.values_list("topic", "lessonpage"):
        lessons.setdefault(topic, []).append(lesson)
    published = CoursePage.objects.live().filter(
        path=Left(OuterRef("path"), Length(OuterRef("path")) - LessonPage.steplen)
    )
    pages = (
        LessonPage.objects.filter(Exists(published), pk__in={pk for found in lessons.values() for pk in found})
        .defer("body", "body_words")
        .in_bulk()
    )
    topics = Topic.objects.filter(pk__in=lessons).order_by("name", "pk")
    rows = [ReadAgain(topic, [pages[pk] for pk in lessons[topic.pk] if pk in pages][:2]) for topic in topics]
    return [row for row in rows if row.lessons]


def _day(user: User, now: datetime) -> _Day:
    """What was answered before today decides what is asked today, so the questions stay while they are answered."""
    on = timezone.localdate(now)
    log, answered = [], {}
    rows = PracticeAnswer.objects.filter(user=user, at__lte=now).order_by("pk")
    for question, right, at, lesson in rows.values_list("question", "right", "at", "lesson"):
        day = timezone.localdate(at)
        log.append(recall.Answer(question, right, day))
        if day == on and lesson is None:
            answered.setdefault(question, right)
    known = recall.remember(answer for answer in log if answer.on < on)
    due = [question for question, memory in known.items() if memory.due <= on]
    wrong = [question for question, memory in known.items() if not memory.right]
    candidates = _candidates(user, now, due, wrong)
    chosen = recall.choose(
        known,
        allowed=[question for question, _weak, _current in candidates],
        weak={question for question, weak, _current in candidates if weak},
        current={question for question, _weak, current in candidates if current},
        person=user.pk,
        on=on,
    )
    return _Day(recall.with_answered(chosen, answered), answered, log)


def _candidates(user: User, now: datetime, due: list[int], wrong: list[int]) -> list[tuple[int, bool, bool]]:
    """(question, whether of a weak topic, whether of a course of the person) of all that may be asked: live questions that
    no exam asks of everybody, none of a case, which cannot stand alone. While the person sits an exam it is nothing.
    """
    tagged = QuestionTopic.objects.filter(question=OuterRef("pk"))
    missed = QuestionTopic.objects.filter(question__in=wrong).values("topic")
    weak = tagged.filter(Q(topic__in=_weak_topics(user, now)) | Q(topic__in=missed))
    mine = _courses_of(user)
    lessons = LessonPage.topics.through.objects.filter(lessonpage__live=True).annotate(
        course=Left("lessonpage__path", Length("lessonpage__path") - LessonPage.steplen)
    )
    own = CoursePage.topics.through.objects.filter(coursepage__in=mine.values("pk"))
    current = tagged.filter(
        Q(topic__in=lessons.filter(course__in=mine.values("path")).values("topic")) | Q(topic__in=own.values("topic"))
    )
    mine_sat = Attempt.objects.filter(candidacy__user=user)
    questions = Question.objects.filter(
        ~Exists(mine_sat.filter(state=Attempt.State.OPEN)),
        state=Question.State.LIVE,
        current__kind__in=QUICK,
        case__isnull=True,
        fixed_in__isnull=True,
    ).exclude(pk__in=_withheld(mine_sat, now))
    wanted = questions.annotate(weak=Exists(weak), of_course=Exists(current)).filter(
        Q(pk__in=due) | Q(weak=True) | Q(of_course=True)
    )
    return list(wanted.values_list("pk", "weak", "of_course"))


def _courses_of(user: User) -> QuerySet[CoursePage]:
    """Published courses that the person must take or has begun; what is completed is kept in mind, too."""
    must = Assignment.objects.in_force().filter(user=user, course=OuterRef("pk"))
    begun = Enrolment.objects.filter(user=user, course=OuterRef("pk"))
    return CoursePage.objects.live().filter(Exists(must) | Exists(begun)).order_by()


def _weak_topics(user: User, now: datetime) -> QuerySet:
    """Topics in which the person won less than `WEAK_BELOW` percent of the points, in exams whose results they may see."""
    attempts = Attempt.objects.filter(candidacy__user=user, state=Attempt.State.GRADED, ended_at__gte=now - WEAK_SINCE)
    marks = Mark.objects.filter(attempt__in=released_only(attempts, now).values("pk"), out_of__gt=0)
    sums = newest_only(marks).order_by().values("topic_id").annotate(won=Sum("points"), asked=Sum("out_of"))
    return sums.filter(won__lt=F("asked") * WEAK_BELOW / 100).values("topic_id")


def key_withheld(user: User, code: str, now: datetime) -> bool:
    """Whether a quick check must not say what is right: the person sits an exam, or the question is on a paper of theirs
    whose keys nobody may see yet."""
    mine = Attempt.objects.filter(candidacy__user=user)
    if mine.filter(state=Attempt.State.OPEN).exists():
        return True
    return Question.objects.filter(code=code, pk__in=_withheld(mine, now)).exists()


def _withheld(attempts: QuerySet[Attempt], now: datetime) -> QuerySet:
    """Questions on papers handed in whose keys nobody may see yet: somebody still sits, or nothing is released."""
    shown = released_only(attempts, now).filter(candidacy__sitting__closes_at__lte=now, somebody_sits=False)
    marks = Mark.objects.filter(attempt__in=attempts.exclude(pk__in=shown.values("pk")).values("pk"))
    return marks.order_by().values("version__question")
