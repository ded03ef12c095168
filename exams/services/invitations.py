"""Letters to the invited: what the notification says, with a calendar file, in the language of each person.

Many have no mail address and read the notification only. Letters go through the queue, which may send one twice after a
failure: the cache remembers who has had which.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from exams.models import Candidacy, Sitting
from exams.queries import calendar_event, sequence
from ground import calendar
from people.models import User

LETTERS = 200
REMEMBERED = timedelta(days=2)


def mail(*, sitting: Sitting, users: Iterable[User], kind: str, now: datetime) -> int:
    """Queues a letter to each of them who has an address; returns how many. A rollback takes them back."""
    addressed = sorted(user.pk for user in users if user.email)
    for start in range(0, len(addressed), LETTERS):
        async_task("exams.services.send_letters", sitting.pk, addressed[start : start + LETTERS], kind)
    return len(addressed)


def send_letters(sitting_id: int, user_ids: list[int], kind: str) -> int:
    """Called by the queue: writes and sends; returns how many went out."""
    sitting = Sitting.objects.select_related("exam").get(pk=sitting_id)
    number = sequence(sitting)
    sent = 0
    with get_connection() as post:
        for candidacy in Candidacy.objects.filter(sitting=sitting, user__in=user_ids).select_related("user"):
            person = candidacy.user
            had = f"exams-letter:{sitting.pk}:{number}:{kind}:{person.pk}"
            if not person.email or cache.get(had):
                continue
            with translation.override(person.language or settings.LANGUAGE_CODE):
                subject, words = _letter(sitting, candidacy, kind)
                letter = EmailMessage(subject, words, to=[person.email], connection=post)
                content = calendar_event(candidacy, sitting, number)
            letter.attach("sitting.ics", content.decode(), calendar.CONTENT_TYPE)
            letter.send()
            cache.set(had, True, REMEMBERED.total_seconds())
            sent += 1
    return sent


def _letter(sitting: Sitting, candidacy: Candidacy, kind: str) -> tuple[str, str]:
    given = {
        "name": candidacy.user.name,
        "exam": sitting.exam.name,
        "sitting": sitting.name,
        "opens": f"{timezone.localtime(sitting.opens_at):%Y-%m-%d %H:%M}",
        "closes": f"{timezone.localtime(sitting.closes_at):%Y-%m-%d %H:%M}",
        "place": sitting.place or "–",
        "url": settings.WAGTAILADMIN_BASE_URL + reverse("exams:enter", args=[sitting.pk]),
    }
    subject, first = {
        "exams.invited": (_("Invitation: %(sitting)s"), _("You are invited to “%(sitting)s”.")),
        "exams.moved": (_("New time: %(sitting)s"), _("The time of “%(sitting)s” has changed.")),
        "exams.cancelled": (_("Called off: %(sitting)s"), _("“%(sitting)s” has been called off.")),
    }[kind]
    lines = [_("%(name)s, good day."), first]
    if kind != "exams.cancelled":
        lines += [
            _("Exam: %(exam)s"),
            _("Window: %(opens)s – %(closes)s"),
            _("Place: %(place)s"),
            _("Rules and start: %(url)s"),
        ]
    return (subject % given).replace("\n", " "), "\n\n".join(line % given for line in lines)
