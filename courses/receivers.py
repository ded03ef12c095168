"""The bell: Wagtail publishes and reviews, people are hired."""

from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone
from wagtail.models import TaskState, WorkflowState
from wagtail.signals import (
    page_published,
    page_unpublished,
    post_page_move,
    task_submitted,
    workflow_approved,
    workflow_rejected,
)

from courses import services
from courses.models import CourseIndexPage, CoursePage, DepartmentReview, LessonPage
from people.models import Employment, User
from people.signals import employment_changed


@receiver([page_published, page_unpublished, post_page_move, post_delete], sender=LessonPage)
def freeze_course_of_lesson(instance: LessonPage, **signal: Any) -> None:
    """A lesson came, changed, moved or went: its course has a new version."""
    courses = CoursePage.objects.ancestor_of(instance)
    if before := signal.get("parent_page_before"):
        courses |= CoursePage.objects.filter(pk=before.pk)
    for course in courses.filter(live=True):
        # Wagtail's signals carry no time: this is the edge where the clock is read.
        services.freeze(course=course, now=timezone.now())


@receiver(page_published, sender=CoursePage)
def freeze_course(instance: CoursePage, **_signal: object) -> None:
    """A course was published."""
    services.freeze(course=instance, now=timezone.now())


@receiver(post_save, sender=CourseIndexPage)
def review_new_catalogue(instance: CourseIndexPage, created: bool, **_signal: object) -> None:
    """A catalogue was made: what is written below it is reviewed."""
    if created:
        services.review_below(catalogue=instance)


@receiver(task_submitted)
def tell_reviewers(instance: TaskState, **_signal: object) -> None:
    """Something waits for the issuing department."""
    if isinstance(instance.task.specific, DepartmentReview):
        services.tell_reviewers(state=instance, now=timezone.now())


@receiver(workflow_approved)
def tell_author_approved(instance: WorkflowState, **_signal: object) -> None:
    """A review ended well."""
    services.tell_author(state=instance, approved=True, now=timezone.now())


@receiver(workflow_rejected)
def tell_author_of_changes(instance: WorkflowState, **_signal: object) -> None:
    """A reviewer asks for changes."""
    services.tell_author(state=instance, approved=False, now=timezone.now())


@receiver(employment_changed)
def follow_employment(users: list[User], now: datetime, **_signal: object) -> None:
    """People who have just begun get the onboarding paths; then the rules look at everybody who came, moved or left."""
    services.onboard(hires=[(row.user, row.valid_from) for row in _first_days(users)], now=now)
    services.follow_people(users=users, now=now)


def _first_days(users: list[User]) -> QuerySet[Employment]:
    begun = Employment.objects.filter(
        user__in=[user.pk for user in users], cause__in=[Employment.Cause.HIRE, Employment.Cause.IMPORT]
    )
    return begun.annotate(rows=Count("user__employments")).filter(rows=1).select_related("user")
