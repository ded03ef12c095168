"""Moodle XML read element by element: one question at a time is kept, and nothing but the file is read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser
from django.utils.translation import gettext as _

from ground.errors import Refused

DEPTH = 30
ELEMENTS = 5_000
SILENT = 4 * 1024 * 1024
"""Characters without any element or text: a single tag of that size is an attack, not a question."""


@dataclass
class Node:
    """An element with what is in it."""

    tag: str
    attributes: dict[str, str]
    children: list["Node"] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def all(self, tag: str) -> list["Node"]:
        return [child for child in self.children if child.tag == tag]

    def child(self, tag: str) -> "Node | None":
        return next((child for child in self.children if child.tag == tag), None)

    def own(self) -> str:
        return "".join(self.words)

    def text(self, *path: str) -> str:
        """The text at the end of a path of children, "" where it ends early."""
        node: Node | None = self
        for tag in path:
            node = node.child(tag) if node is not None else None
        return node.own().strip() if node is not None else ""


class _Questions:
    """Takes the parser's events and keeps one question at a time."""

    def __init__(self) -> None:
        self.ended: list[Node] = []
        self.open: list[Node] = []
        self.depth = self.elements = self.events = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.events += 1
        self.depth += 1
        if self.depth == 1 and tag != "quiz":
            raise Refused(_("This is no question file of Moodle: its first element must be “quiz”."), code="no_quiz")
        if self.depth > DEPTH:
            raise Refused(_("The elements of the file lie too deep in each other."), code="too_deep")
        if self.depth == 1 or (self.depth == 2 and tag != "question"):
            return
        if self.depth == 2:
            self.elements = 0
        self.elements += 1
        if self.elements > ELEMENTS:
            raise Refused(
                _("A question of the file has more than %(limit)s elements.") % {"limit": ELEMENTS}, code="too_many"
            )
        if self.depth == 2 or self.open:
            node = Node(tag, attributes)
            if self.open:
                self.open[-1].children.append(node)
            self.open.append(node)

    def end(self, _tag: str) -> None:
        self.events += 1
        self.depth -= 1
        if self.open:
            node = self.open.pop()
            if not self.open:
                self.ended.append(node)

    def data(self, words: str) -> None:
        self.events += 1
        if self.open:
            self.open[-1].words.append(words)

    def close(self) -> None:
        return None


def questions(pieces: Iterable[str]) -> Iterator[Node]:
    """Every question element. Raises Refused for what is no quiz, is broken, too deep or declares entities."""
    target = _Questions()
    parser = XMLParser(target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    events, silent, begun = 0, 0, False
    try:
        for piece in pieces:
            # A tag that never ends is one event, and blanks before the first element are none.
            silent = silent + len(piece) if target.events == events else 0
            events = target.events
            if silent > SILENT:
                raise Refused(_("A single element of the file is too large."), code="too_large")
            parser.feed(piece if begun else piece.lstrip("\ufeff"))
            begun = True
            yield from target.ended
            target.ended.clear()
        parser.close()
        yield from target.ended
    except DefusedXmlException as error:
        raise Refused(
            _("The file declares a document type or entities and was not read. Export it from Moodle again."),
            code="entities",
        ) from error
    except (ParseError, ValueError) as error:
        raise Refused(
            _("The file is no proper XML (%(error)s). Export it from Moodle again.") % {"error": str(error)[:80]},
            code="broken",
        ) from error
