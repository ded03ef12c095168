"""What a new version means for those who completed an older one: asked once, answered by an author."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses import queries
from courses.models import CourseVersion, VersionRuling
from courses.services.assigning import assign_changes
from ground import journal
from ground.errors import Refused
from people.models import Employment, User
from people.queries import portions
from people.services import notify


@transaction.atomic
def rule_on_version(
    *, version: CourseVersion, must_see: bool, due_on: date | None, by: User, now: datetime
) -> tuple[VersionRuling, int]:
    """Decides whether those whose completion is of an older version must see what has changed, and assigns it to them; with
    the ruling, to how many. It is about the course, not about people: whoever may publish the course decides for all.

    The first decision stands. Raises Refused for a version that is not the newest any more, and for a day that is missing
    or over.
    """
    course = version.course
    newest = course.versions.order_by("-number").first()
    if newest is None or newest.pk != version.pk:
        raise Refused(_("There is a newer version by now. Decide about that one."), code="old")
    if must_see and due_on is None:
        raise Refused(_("Say until when they must see what has changed."), code="no_day")
    ruling, made = VersionRuling.objects.get_or_create(
        version=version,
        defaults={"must_see": must_see, "due_on": due_on if must_see else None, "by": by, "at": now},
    )
    if not made:
        return ruling, 0
    given = 0
    if must_see:
        at_work = User.objects.filter(
            is_active=True, employments__in=Employment.objects.current(timezone.localdate(now))
        )
        outdated = sorted(queries.outdated(course, timezone.localdate(now)))
        people = [user for portion in portions(outdated) for user in at_work.filter(pk__in=portion)]
        given = assign_changes(users=people, course=course, due_on=due_on, by=by, now=now)
    data = {"version": version.number, "must_see": must_see, "people": given}
    journal.record("course.version_ruled", course, by=by, now=now, data=data)
    return ruling, given


def ask_about_version(*, page: Page, author: User, now: datetime) -> None:
    """Asks the author of a page that appeared without them, on a day or after a review, whether those who completed an
    older version must see what changed; once a version, and only while there are such people and nobody has decided."""
    if question := queries.open_question(page, timezone.localdate(now)):
        course = question.version.course
        notify(
            users=[author],
            kind="version_asked",
            key=f"version-asked:{question.version.pk}",
            now=now,
            params={"course": course.title, "count": question.people},
            url=reverse("course_versions", args=[course.pk]),
        )
