"""Published courses: the catalogue, what is found in it, and what teaches or tests a topic."""

from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from courses.models import CoursePage, LessonPage
from courses.queries.search import in_lesson, words_of
from exams.models import Question, QuestionTopic


def live_courses() -> QuerySet[CoursePage]:
    """Published courses in the order of the catalogue."""
    return CoursePage.objects.live().select_related("strand", "level").order_by("strand__order", "strand__code", "path")


def search(words: str) -> QuerySet[CoursePage]:
    """Published courses where every word occurs in the title, the summary, a topic or a lesson; also inside longer
    Chinese words."""
    courses = live_courses()
    for word in words_of(words):
        lessons = LessonPage.objects.live().filter(in_lesson(word), path__startswith=OuterRef("path"))
        topics = CoursePage.topics.through.objects.filter(coursepage=OuterRef("pk"), topic__name__icontains=word)
        courses = courses.filter(
            Q(title__icontains=word) | Q(summary__icontains=word) | Exists(lessons) | Exists(topics)
        )
    return courses


def lessons_per_topic(topics: list[int]) -> dict[int, int]:
    """How many published lessons teach each topic."""
    pairs = LessonPage.topics.through.objects.filter(topic__in=topics, lessonpage__live=True)
    return dict(pairs.values_list("topic").annotate(Count("pk")))


def questions_per_topic(topics: list[int]) -> dict[int, int]:
    """How many live questions test each topic."""
    tagged = QuestionTopic.objects.filter(topic__in=topics, question__state=Question.State.LIVE)
    return dict(tagged.values_list("topic").annotate(Count("pk")))


def courses_for(topics: Iterable[int]) -> dict[int, list[CoursePage]]:
    """Published courses that teach each topic, by the topics of their lessons or their own."""
    wanted = set(topics)
    found: dict[int, list[CoursePage]] = {topic: [] for topic in wanted}
    courses = {course.path: course for course in live_courses()}
    length = CoursePage.steplen
    lessons = LessonPage.topics.through.objects.filter(topic__in=wanted, lessonpage__live=True)
    pairs = [(topic, courses.get(path[:-length])) for topic, path in lessons.values_list("topic", "lessonpage__path")]
    own = CoursePage.topics.through.objects.filter(topic__in=wanted, coursepage__live=True)
    pairs += [(topic, courses.get(path)) for topic, path in own.values_list("topic", "coursepage__path")]
    for topic, course in pairs:
        if course is not None and course not in found[topic]:
            found[topic].append(course)
    return found
