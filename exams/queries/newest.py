"""Only the newest mark of an answer counts, and the newest correction of a key.

Marks that replace others are few, and an index of their own finds them.
"""

from django.db.models import Exists, F, OuterRef, QuerySet

from exams.models import KeyCorrection, Mark
from ground.compiled import Compiled

REPLACING = (Mark.Source.CORRECTION, Mark.Source.LATE, Mark.Source.REMARK)
"""The sources of marks that may stand on top of another; the first mark of an answer comes from the key or a marker."""


def newest_only(marks: QuerySet[Mark]) -> QuerySet[Mark]:
    """Those that no newer mark of the same answer replaces."""
    newer = Mark.objects.filter(
        source__in=REPLACING, attempt=OuterRef("attempt"), position=OuterRef("position"), pk__gt=OuterRef("pk")
    )
    return marks.filter(~Exists(newer))


def replaced(marks: QuerySet[Mark]) -> QuerySet[Mark]:
    """Those that a newer mark of the same answer replaces: to be taken off sums over all, which need not look for them."""
    found = Mark.objects.filter(
        attempt__marks__source__in=REPLACING, attempt__marks__position=F("position"), attempt__marks__pk__gt=F("pk")
    )
    return marks.filter(pk__in=found.order_by().values("pk"))


corrections_of = Compiled(lambda *versions: KeyCorrection.objects.filter(version__in=versions).order_by("id"))
"""The corrections of these versions' keys, the oldest first; the newest of a version counts."""
