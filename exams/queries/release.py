"""What a candidate may see when: an exam's release rule, for one candidacy and for many."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from exams.models import Attempt, Candidacy, Exam, Sitting

Release = Exam.Release


def sitters(sitting: str = "sitting") -> Exists:
    """Whether anybody still sits in the sitting that this path leads to."""
    return Exists(_sat().filter(candidacy__sitting=OuterRef(sitting)))


def with_sitters(candidacies: QuerySet[Candidacy]) -> QuerySet[Candidacy]:
    """Candidacies that know whether anybody still sits, so that a list of them asks no more for its release."""
    return candidacies.annotate(somebody_sits=sitters())


def over(sitting: Sitting, now: datetime) -> bool:
    """Whether a sitting is over for everybody: closed, and nobody sits any more."""
    return now >= sitting.closes_at and not _sat().filter(candidacy__sitting=sitting).exists()


def _sat() -> QuerySet[Attempt]:
    """What is sat now; a re-check after the sitting holds nobody's result back."""
    return Attempt.objects.filter(state=Attempt.State.OPEN, ordered__isnull=True)


def over_for(candidacy: Candidacy, now: datetime) -> bool:
    """The same for the sitting of a candidacy, without asking where it is known (`with_sitters`)."""
    if now < candidacy.sitting.closes_at:
        return False
    somebody_sits = candidacy.__dict__.get("somebody_sits")
    return over(candidacy.sitting, now) if somebody_sits is None else not somebody_sits


def released_to_candidate(candidacy: Candidacy, now: datetime) -> bool:
    """Whether the candidate sees scores and passes of this candidacy, by the exam's rule. Sitting and exam at hand."""
    sitting = candidacy.sitting
    if sitting.exam.release == Release.AT_ONCE:
        return True
    if sitting.exam.release == Release.BY_HAND:
        return sitting.released_at is not None
    return over_for(candidacy, now)


def released_only(rows: QuerySet[Any], now: datetime, candidacy: str = "candidacy") -> QuerySet[Any]:
    """Those rows (results, or what else hangs on a candidacy by this path) that their people may see."""
    sitting = f"{candidacy}__sitting"
    return rows.annotate(somebody_sits=sitters(sitting)).filter(
        Q(**{f"{sitting}__exam__release": Release.AT_ONCE})
        | Q(**{f"{sitting}__exam__release": Release.BY_HAND, f"{sitting}__released_at__isnull": False})
        | Q(**{f"{sitting}__exam__release": Release.CLOSED, f"{sitting}__closes_at__lte": now, "somebody_sits": False})
    )
