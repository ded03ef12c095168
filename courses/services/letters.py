"""Letters about class sessions: what the notification says, with the calendar entry. Many people have no address."""

from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from courses import queries
from courses.models import ClassSession
from ground import calendar
from people import notifications
from people.models import User


def mail(*, session: ClassSession, users: Iterable[User], kind: str) -> int:
    """Queues a letter to each of them who has an address; returns how many. A rollback takes them back."""
    addressed = sorted(user.pk for user in users if user.email)
    if addressed:
        async_task("courses.services.send_session_letters", session.pk, addressed, kind)
    return len(addressed)


def send_session_letters(session_id: int, user_ids: list[int], kind: str) -> int:
    """Called by the queue: writes and sends, in the language of each person; returns how many went out."""
    session = ClassSession.objects.select_related("instructor", "topic").get(pk=session_id)
    people = list(User.objects.filter(pk__in=user_ids, is_active=True).exclude(email=""))
    params = {
        "title": session.title,
        "place": session.place,
        "day": timezone.localtime(session.starts_at).strftime("%Y-%m-%d %H:%M"),
        "reason": session.cancel_reason,
    }
    with get_connection() as post:
        for person in people:
            with translation.override(person.language or settings.LANGUAGE_CODE):
                words = notifications.sentence(kind, params)
                letter = EmailMessage(
                    session.title.replace("\n", " "),
                    "\n\n".join([_("%(name)s, good day.") % {"name": person.name}, words]),
                    to=[person.email],
                    connection=post,
                )
                # Whoever only waits for a place or was taken off has no entry in the calendar.
                if kind != "session_waiting":
                    entry = queries.calendar_of(session, gone=kind == "session_off")
                    letter.attach("session.ics", entry.decode(), calendar.CONTENT_TYPE)
            letter.send()
    return len(people)
