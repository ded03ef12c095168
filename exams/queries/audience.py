"""Whom exams found weak in a topic, as a word of audience rules."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.models import Attempt, Mark
from exams.queries.newest import newest_only
from people.audience import Condition
from topics.models import Topic

DAYS, SHARE = 180, 0.6
"""Somebody is weak in a topic who won less than this share of its points in the exams of so many days."""


def weak_in(topics: Sequence[Any], on: date) -> Q:
    """A condition on User: weak in one of these topics, all its marks of the last half year taken together."""
    since = timezone.make_aware(datetime.combine(on - timedelta(days=DAYS), time.min))
    marks = newest_only(
        Mark.objects.filter(topic_id__in=topics, given_at__gte=since, attempt__state=Attempt.State.GRADED, out_of__gt=0)
    )
    sums = (
        marks.order_by()
        .values("attempt__candidacy__user", "topic_id")
        .annotate(won=Sum("points"), possible=Sum("out_of"))
        .filter(won__lt=F("possible") * SHARE)
    )
    return Q(pk__in=sums.values("attempt__candidacy__user"))


def _topics() -> list[tuple[str, str]]:
    return [(str(topic.pk), str(topic)) for topic in Topic.objects.all()]


def _because(values: Sequence[Any]) -> str:
    names = "、".join(Topic.objects.filter(pk__in=values).values_list("name", flat=True))
    return _("won less than %(share)s %% of the points on %(names)s in the exams of the last half year") % {
        "share": round(SHARE * 100),
        "names": names,
    }


WEAK_IN_TOPIC = Condition(gettext_lazy("Weak topic"), _topics, weak_in, _because)
