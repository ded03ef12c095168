"""Every write about topics."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ground import journal
from ground.errors import Refused
from topics.models import Strand, Topic
from topics.queries import DEEPEST, children_of


@transaction.atomic
def save_topic(*, topic: Topic, by: Any | None, now: datetime) -> Topic:
    """Keeps a new or changed topic. Raises Refused when it cannot be part of what it should be part of; its parts follow
    it into another strand."""
    _lock()
    refuse_place(topic=topic, strand=topic.strand, parent=topic.parent)
    new = topic.pk is None
    topic.save()
    if not new:
        Topic.objects.filter(pk__in=_below(topic)).update(strand=topic.strand)
    data = {"strand": topic.strand.code, "part_of": _code(topic.parent)}
    journal.record("topic.added" if new else "topic.changed", topic, by=by, now=now, data=data)
    return topic


@transaction.atomic
def move_topic(*, topic: Topic, to: str, by: Any | None, now: datetime) -> Topic:
    """Moves a topic one place: "up" or "down" among its neighbours, "into" the neighbour above it as its last part, "out"
    of what it is part of to the place after it. Where there is no such place nothing changes.

    Raises Refused when the tree would become too deep.
    """
    _lock()
    topic = Topic.objects.select_related("strand", "parent").get(pk=topic.pk)
    beside = _beside(topic.strand, topic.parent_id)
    place = beside.index(topic)
    if to in ("up", "down"):
        other = place + (-1 if to == "up" else 1)
        if not 0 <= other < len(beside):
            return topic
        beside[place], beside[other] = beside[other], beside[place]
        _number(beside)
    elif to == "into":
        if place == 0:
            return topic
        parent = beside[place - 1]
        refuse_place(topic=topic, strand=topic.strand, parent=parent)
        Topic.objects.filter(pk=topic.pk).update(parent=parent)
        _number([*_beside(topic.strand, parent.pk, without=topic), topic])
    elif to == "out":
        if topic.parent is None:
            return topic
        above = _beside(topic.strand, topic.parent.parent_id)
        above.insert(above.index(topic.parent) + 1, topic)
        Topic.objects.filter(pk=topic.pk).update(parent=topic.parent.parent_id)
        _number(above)
    else:
        raise Refused(_("A topic moves up, down, into another or out of it."), code="direction")
    topic = Topic.objects.select_related("strand", "parent").get(pk=topic.pk)
    journal.record("topic.moved", topic, by=by, now=now, data={"to": to, "part_of": _code(topic.parent)})
    return topic


def refuse_place(*, topic: Topic, strand: Strand, parent: Topic | None) -> None:
    """Raises Refused when a topic with its parts cannot be part of another: of itself or one of its parts, of a topic of
    another strand, or too deep."""
    if parent is None:
        return
    if parent.pk == topic.pk:
        raise Refused(_("A topic cannot be part of itself."), code="circle")
    parents = dict(Topic.objects.values_list("pk", "parent_id"))
    chain, step = [], parent.pk
    while step is not None and step not in chain:
        chain.append(step)
        step = parents.get(step)
    if topic.pk in chain:
        message = _("“%(part)s” is part of “%(topic)s” already; it cannot be the other way round as well.")
        raise Refused(message % {"part": parent.name, "topic": topic.name}, code="circle")
    if parent.strand_id != strand.pk:
        message = _("“%(topic)s” belongs to another strand; a topic is part of one of its own strand.")
        raise Refused(message % {"topic": parent.name}, code="strand")
    if len(chain) + _height(topic.pk, parents) > DEEPEST:
        message = _("Topics may lie at most %(deep)s deep in one another.")
        raise Refused(message % {"deep": DEEPEST}, code="deep")


def _lock() -> None:
    """One change of the tree at a time: a circle may take two."""
    list(Strand.objects.select_for_update().order_by("pk").values_list("pk"))


def _height(pk: int | None, parents: dict[int, int | None]) -> int:
    below = [part for part, parent in parents.items() if parent == pk] if pk is not None else []
    return 1 + max((_height(part, parents) for part in below), default=0)


def _below(topic: Topic) -> list[int]:
    below, found = children_of(list(Topic.objects.all())), []
    waiting = [topic.pk]
    while waiting:
        parts = [part.pk for part in below.get(waiting.pop(), [])]
        found += parts
        waiting += parts
    return found


def _beside(strand: Strand, parent: int | None, *, without: Topic | None = None) -> list[Topic]:
    topics = Topic.objects.filter(strand=strand, parent=parent).order_by("order", "code")
    return [topic for topic in topics if topic != without]


def _number(topics: list[Topic]) -> None:
    for order, topic in enumerate(topics):
        topic.order = order
    Topic.objects.bulk_update(topics, ["order"])


def _code(topic: Topic | None) -> str:
    return topic.code if topic else ""
