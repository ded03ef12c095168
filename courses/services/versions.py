"""Courses as they were published: frozen, numbered, never changed."""

from datetime import datetime
from typing import Any

from django.db import transaction

from courses.models import CoursePage, CourseVersion, LessonPage
from ground import journal
from ground.freezing import fingerprint


@transaction.atomic
def freeze(*, course: CoursePage, now: datetime) -> CourseVersion:
    """The course as it is published now: its newest version when nothing has changed since, else a new one."""
    course = CoursePage.objects.select_for_update(of=("self",)).get(pk=course.pk)
    content = _content(course)
    content_hash = fingerprint(content)
    newest = course.versions.order_by("-number").first()
    if newest is not None and newest.content_hash == content_hash:
        return newest
    version = CourseVersion.objects.create(
        course=course,
        number=newest.number + 1 if newest else 1,
        content=content,
        content_hash=content_hash,
        published_at=now,
    )
    journal.record("course.frozen", course, by=None, now=now, data={"version": version.number})
    return version


def _content(course: CoursePage) -> dict[str, Any]:
    lessons = list(LessonPage.objects.child_of(course).live().order_by("path"))
    topics: dict[int, list[int]] = {}
    pairs = LessonPage.topics.through.objects.filter(lessonpage__in=lessons).order_by("topic_id")
    for lesson, topic in pairs.values_list("lessonpage_id", "topic_id"):
        topics.setdefault(lesson, []).append(topic)
    return {
        "title": course.title,
        "summary": course.summary,
        "minutes": course.minutes,
        "lessons": [
            {
                "page": lesson.pk,
                "slug": lesson.slug,
                "title": lesson.title,
                "minutes": lesson.minutes,
                "topics": topics.get(lesson.pk, []),
                "package": lesson.package_id,
                "body": lesson.body.get_prep_value(),
            }
            for lesson in lessons
        ],
    }


def newest_version(course: CoursePage, now: datetime) -> CourseVersion:
    """The newest frozen version; a course that has none yet is frozen."""
    return course.versions.order_by("-number").first() or freeze(course=course, now=now)
