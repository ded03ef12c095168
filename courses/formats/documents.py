"""Word and Markdown documents as lessons: split at headings, sanitised to what a lesson's text may hold.

Nothing is read but the document itself: what points at a file or picture elsewhere is refused. What a lesson cannot hold
is named as a loss.
"""

import base64
import binascii
import io
import re
from dataclasses import dataclass, field
from html import escape
from pathlib import PurePath
from typing import Any

import mammoth
import nh3
from bs4 import BeautifulSoup, NavigableString, Tag
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markdown_it import MarkdownIt

from courses.formats import archives
from courses.formats.archives import MIB, local
from ground.errors import Refused

LARGEST = 20 * MIB
LIMITS = archives.Limits(files=2000, total=200 * MIB)
MOST_LESSONS = 60
MOST_IMAGES = 200
TITLE = 120
IMAGES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
STYLES = """
p[style-name='标题 1'] => h1:fresh
p[style-name='标题 2'] => h2:fresh
p[style-name='标题 3'] => h3:fresh
p[style-name='Title'] => h6.title:fresh
p[style-name='标题'] => h6.title:fresh
"""


@dataclass
class Draft:
    """A lesson to be made. `body` holds ("text", html) and ("image", (bytes, caption)) in order."""

    title: str
    body: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def images(self) -> int:
        return sum(kind == "image" for kind, _value in self.body)


@dataclass
class Document:
    """What a document becomes, and a sentence for everything that it loses."""

    lessons: list[Draft]
    losses: list[str]


def image_type(content: bytes) -> str:
    """PNG, JPEG or WebP by the first bytes; empty for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if content.startswith(b"RIFF") and content[8:12] == b"WEBP" else ""


def read(name: str, content: bytes) -> Document:
    """The lessons of a Word (docx) or Markdown file, known by its content. Raises Refused with what is wrong."""
    if not content:
        raise Refused(_("The file is empty."), code="empty")
    if len(content) > LARGEST:
        raise Refused(_("The file is larger than 20 MB."), code="too_large")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        message = _(
            "The file is protected by a password or of an old kind. Save it as a Word document (docx) without one."
        )
        raise Refused(message, code="ole")
    stem = " ".join(PurePath(name.replace("\\", "/")).stem.split())[:TITLE] or _("Lesson")
    if content.startswith(b"PK"):
        html, images, losses = _word(content)
    else:
        html, images, losses = _markdown(content)
    maker = _Maker(stem, images)
    maker.take(html)
    lessons = [draft for draft in maker.lessons if draft.body]
    if not lessons:
        raise Refused(_("The document holds no text."), code="nothing")
    if len(lessons) > MOST_LESSONS:
        message = _("The document would make more than %(most)s lessons.") % {"most": MOST_LESSONS}
        raise Refused(message, code="too_many")
    return Document(lessons, [*losses, *maker.losses()])


# --- Word -------------------------------------------------------------------------------------------------------------


def _word(content: bytes) -> tuple[str, list[bytes], list[str]]:
    archive = archives.opened(io.BytesIO(content), LIMITS)
    names = archive.namelist()
    if not {"[Content_Types].xml", "word/document.xml"} <= set(names):
        raise Refused(_("The file is no Word document (docx)."), code="type")
    parts = {
        name: archives.xml(archives.read(archive, name)) for name in names if name.lower().endswith((".xml", ".rels"))
    }
    types = " ".join(value for element in parts["[Content_Types].xml"] for value in element.attrib.values()).lower()
    if any("vbaproject" in name.lower() for name in names) or "macroenabled" in types or "vbaproject" in types:
        raise Refused(_("The document holds macros. Save it as a Word document without them (docx)."), code="macros")
    for name, root in parts.items():
        if name.lower().endswith(".rels"):
            _refuse_outside(root)
    images: list[bytes] = []

    def keep(image: Any) -> dict[str, str]:
        with image.open() as handle:
            images.append(handle.read())
        return {"src": f"image:{len(images) - 1}"}

    try:
        result = mammoth.convert_to_html(
            io.BytesIO(content), style_map=STYLES, convert_image=mammoth.images.img_element(keep)
        )
    except Refused:
        raise
    except Exception as broken:
        # mammoth raises whatever its reading of a strange document comes upon.
        raise Refused(_("The Word document cannot be read."), code="broken") from broken
    return result.value, images, _word_losses(parts)


def _refuse_outside(relationships: Any) -> None:
    for one in relationships:
        kind, target = one.get("Type", "").rpartition("/")[2], one.get("Target", "")
        scheme = re.match(r"[a-z][a-z0-9+.-]*:", target, re.IGNORECASE)
        linked = kind == "hyperlink" and not target.startswith(("\\", "//"))
        linked = linked and (scheme is None or scheme[0].lower() in ("http:", "https:", "mailto:", "tel:"))
        inside = one.get("TargetMode", "").lower() != "external" and scheme is None
        if not inside and not linked:
            message = _("The document points at a file outside itself (%(target)s). Put it into the document.")
            raise Refused(message % {"target": target[:100]}, code="outside")


def _word_losses(parts: dict[str, Any]) -> list[str]:
    count: dict[str, int] = {}
    for element in parts["word/document.xml"].iter():
        count[local(element)] = count.get(local(element), 0) + 1
    losses = []
    if number := count.get("oMath", 0):
        losses.append(ngettext("%(n)s formula is left out.", "%(n)s formulas are left out.", number) % {"n": number})
    if number := count.get("chart", 0) + count.get("relIds", 0):
        words = ngettext("%(n)s chart or diagram is left out.", "%(n)s charts or diagrams are left out.", number)
        losses.append(words % {"n": number})
    if number := count.get("OLEObject", 0):
        words = ngettext("%(n)s embedded file is left out.", "%(n)s embedded files are left out.", number)
        losses.append(words % {"n": number})
    if number := count.get("commentReference", 0):
        losses.append(ngettext("%(n)s comment is left out.", "%(n)s comments are left out.", number) % {"n": number})
    if count.get("ins", 0) + count.get("del", 0):
        losses.append(_("Tracked changes are taken as accepted."))
    if count.get("txbxContent", 0):
        losses.append(_("The text of text boxes stands where their anchor is."))
    if count.get("footnoteReference", 0) + count.get("endnoteReference", 0):
        losses.append(_("Notes stand as a list at the end."))
    if any(re.match(r"word/(header|footer)\d*\.xml", name) and "".join(root.itertext()).strip()
           for name, root in parts.items()):  # fmt: skip
        losses.append(_("Headers and footers are left out."))
    return losses


# --- Markdown ---------------------------------------------------------------------------------------------------------


def _markdown(content: bytes) -> tuple[str, list[bytes], list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as strange:
        message = _("The file is neither a Word document (docx) nor Markdown in UTF-8.")
        raise Refused(message, code="type") from strange
    if "\0" in text:
        raise Refused(_("The file is neither a Word document (docx) nor Markdown in UTF-8."), code="type")
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    # Every address is a link here: pictures are looked at below, links are sanitised with the rest.
    parser.validateLink = lambda _address: True
    tokens = parser.parse(text)
    images: list[bytes] = []
    for token in (child for one in tokens for child in one.children or []):
        if token.type == "image":
            images.append(_data_image(str(token.attrs.get("src", ""))))
            token.attrs["src"] = f"image:{len(images) - 1}"
    losses = (
        [_("HTML in the text is kept as it is written, not carried out.")] if re.search(r"<[a-zA-Z/!]", text) else []
    )
    return parser.renderer.render(tokens, parser.options, {}), images, losses


def _data_image(source: str) -> bytes:
    """A picture that the text itself holds; every other lies elsewhere."""
    found = re.fullmatch(r"data:image/[a-z+.-]+;base64,([A-Za-z0-9+/]+(?:=|%3D)*)", source)
    if found is None:
        message = _("An image lies outside the document (%(target)s). Put the images into a Word document.")
        raise Refused(message % {"target": source[:100]}, code="outside")
    try:
        return base64.b64decode(found[1].replace("%3D", "="), validate=True)
    except binascii.Error:
        return b""


# --- both -------------------------------------------------------------------------------------------------------------

TAGS = {"h3", "p", "b", "i", "ul", "ol", "li", "a", "br"}
SCHEMES = {"http", "https", "mailto"}
NAMES = {"strong": "b", "em": "i"}


class _Maker:
    """Walks through the document and fills lessons."""

    def __init__(self, stem: str, images: list[bytes]) -> None:
        self.title, self.images = stem, images
        self.lessons: list[Draft] = []
        self.html = ""
        self.taken, self.tables, self.strange, self.links = 0, 0, 0, 0
        self.split = False

    def take(self, html: str) -> None:
        for node in BeautifulSoup(html, "html.parser").children:
            self._node(node)
        self._flush()
        if len(self.lessons) == 1 and not self.split:
            self.lessons[0].title = self.title

    def losses(self) -> list[str]:
        words = []
        if self.tables:
            text = ngettext("%(n)s table becomes a list, a line a row.", "%(n)s tables become lists, a line a row.",
                            self.tables)  # fmt: skip
            words.append(text % {"n": self.tables})
        if self.strange:
            text = ngettext("%(n)s image is left out: it is neither PNG, JPEG nor WebP.",
                            "%(n)s images are left out: they are neither PNG, JPEG nor WebP.", self.strange)  # fmt: skip
            words.append(text % {"n": self.strange})
        if self.links:
            text = ngettext(
                "%(n)s link leads to a file and stays as text.",
                "%(n)s links lead to files and stay as text.",
                self.links,
            )
            words.append(text % {"n": self.links})
        return words

    def _node(self, node: Any) -> None:
        if isinstance(node, NavigableString):
            if node.strip():
                self.html += f"<p>{escape(str(node))}</p>"
            return
        pictures = [node] if node.name == "img" else node.find_all("img")
        found = [(str(one.get("src", "")), str(one.get("alt", ""))) for one in pictures]
        for one in pictures:
            one.extract()
        self._text(node)
        for source, caption in found:
            self._image(source, caption)

    def _text(self, node: Tag) -> None:
        words = " ".join(node.get_text(" ").split()) if node.name != "pre" else node.get_text()
        if not words:
            return
        if node.name == "h6" and "title" in node.get("class", []):
            self.title = words[:TITLE]
        elif node.name == "h1":
            self._flush()
            self.split = True
            self.lessons.append(Draft(words[:TITLE]))
            if len(words) > TITLE:
                self.html += f"<p>{escape(words)}</p>"
        elif node.name == "h2":
            self._flush()
            self.html = f"<h3>{escape(words)}</h3>"
        elif node.name == "h3":
            self.html += f"<h3>{escape(words)}</h3>"
        elif re.fullmatch(r"h[456]", node.name):
            self.html += f"<p><b>{escape(words)}</b></p>"
        elif node.name == "table":
            self.tables += 1
            rows = [
                "：".join([cells[0], "；".join(cells[1:])]) if len(cells) > 1 else "".join(cells)
                for row in node.find_all("tr")
                if any(cells := [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["td", "th"])])
            ]
            self.html += "<ul>" + "".join(f"<li>{escape(row)}</li>" for row in rows) + "</ul>"
        elif node.name == "pre":
            self.html += f"<p>{'<br/>'.join(map(escape, words.strip().splitlines()))}</p>"
        else:
            self.html += self._clean(node)

    def _image(self, source: str, caption: str) -> None:
        content = self.images[int(source.removeprefix("image:"))]
        if not image_type(content):
            self.strange += 1
            return
        self.taken += 1
        if self.taken > MOST_IMAGES:
            message = _("The document holds more than %(most)s images.") % {"most": MOST_IMAGES}
            raise Refused(message, code="too_many")
        self._flush()
        self._lesson().body.append(("image", (content, caption[:200])))

    def _lesson(self) -> Draft:
        if not self.lessons:
            self.lessons.append(Draft(self.title))
        return self.lessons[-1]

    def _flush(self) -> None:
        if self.html.strip():
            self._lesson().body.append(("text", self.html))
        self.html = ""

    def _clean(self, node: Tag) -> str:
        """The markup with the tags of a lesson's text; links lead to the web or to a mailbox."""
        for old, new in NAMES.items():
            for tag in [*([node] if node.name == old else []), *node.find_all(old)]:
                tag.name = new
        for link in [*([node] if node.name == "a" else []), *node.find_all("a")]:
            target = str(link.get("href", ""))
            if not re.match(r"(https?|mailto):", target, re.IGNORECASE):
                self.links += bool(target) and not target.startswith("#")
                link.name = "span"
        html = nh3.clean(str(node), tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel=None)
        return html if re.match(r"<(p|ul|ol|h3)\b", html) else f"<p>{html}</p>"
