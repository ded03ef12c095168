"""Checklists on the job: one record with its signatures, the records of many with how far they are."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from courses.models import CoursePage, JobRecord, JobSignature
from people.models import User


@dataclass(frozen=True)
class Item:
    """An item of somebody's record with what a coach said of it last: signed, taken back, or nothing yet."""

    place: int
    text: str
    last: JobSignature | None

    @property
    def signature(self) -> JobSignature | None:
        """The signature that stands."""
        return self.last if self.last and self.last.stands else None


def job_records(people: QuerySet[User]) -> QuerySet[JobRecord]:
    """The records of these people with `signed`, how many items are."""
    rows = JobRecord.objects.filter(user__in=people).select_related("checklist__topic", "user", "begun_by")
    # Signed and taken back by turns: the difference is what stands.
    signed, back = (Count("signatures", filter=Q(signatures__stands=stands)) for stands in (True, False))
    return rows.annotate(signed=signed - back)


def items_of(record: JobRecord) -> list[Item]:
    """The items of a record in order. One query."""
    last = {row.place: row for row in record.signatures.select_related("by")}
    return [Item(place, text, last.get(place)) for place, text in enumerate(record.items)]


def jobs_of(user: User, course: CoursePage | None = None) -> QuerySet[JobRecord]:
    """The person's own records, of a course where one is given; the newest first."""
    rows = job_records(User.objects.filter(pk=user.pk))
    return rows.filter(checklist__course=course) if course else rows
