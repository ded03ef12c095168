"""The tree of topics as a page shows it: strands, their topics, the parts of these, with what covers each."""

from dataclasses import dataclass, field
from datetime import date

from topics import coverage
from topics.models import Strand, Topic

DEEPEST = 3
"""How many topics may lie in one another."""


@dataclass
class Node:
    """A topic in the tree. `depth` counts from 1; `counts` has (label, own, with its parts) by measure."""

    topic: Topic
    depth: int
    parts: list["Node"] = field(default_factory=list)
    counts: list[tuple[str, int, int]] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    first: bool = False
    last: bool = False
    may_go_in: bool = False

    @property
    def height(self) -> int:
        """How many levels it and its parts take."""
        return 1 + max((part.height for part in self.parts), default=0)


def children_of(topics: list[Topic]) -> dict[int | None, list[Topic]]:
    """Topics by the topic that they are part of, in order."""
    found: dict[int | None, list[Topic]] = {}
    for topic in topics:
        found.setdefault(topic.parent_id, []).append(topic)
    return found


def tree(on: date, *, only_gaps: bool = False) -> list[tuple[Strand, list[Node]]]:
    """Every strand with its topics and their parts, flat, in the order of reading; with `only_gaps` those that miss
    something and the topics above them. The same queries for any number of topics."""
    topics = list(Topic.objects.order_by("order", "code"))
    coverage.attach(topics, on)
    found = []
    for strand in Strand.objects.all():
        below = children_of([topic for topic in topics if topic.strand_id == strand.pk])
        nodes = _nodes(below, None, 1)
        for node in nodes:
            _measure(node)
        rows = [row for node in nodes for row in _rows(node, only_gaps)]
        if rows or not only_gaps:
            found.append((strand, rows))
    return found


def _nodes(below: dict[int | None, list[Topic]], parent: int | None, depth: int) -> list[Node]:
    nodes = [Node(topic, depth, _nodes(below, topic.pk, depth + 1)) for topic in below.get(parent, [])]
    for place, node in enumerate(nodes):
        node.first, node.last = place == 0, place == len(nodes) - 1
        node.may_go_in = place > 0 and depth + node.height <= DEEPEST
    return nodes


def _measure(node: Node) -> dict[str, int]:
    """Sums what the topic and its parts have; a gap is one of all of them together."""
    own = node.topic.coverage
    whole = dict(own)
    for part in node.parts:
        for name, count in _measure(part).items():
            whole[name] += count
    node.counts = [(str(one.label), own[one.name], whole[one.name]) for one in coverage.measures()]
    node.gaps = coverage.gaps(whole)
    return whole


def _rows(node: Node, only_gaps: bool) -> list[Node]:
    below = [row for part in node.parts for row in _rows(part, only_gaps)]
    return [node, *below] if below or node.gaps or not only_gaps else []
