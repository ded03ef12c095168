"""The manifest of a SCORM package (IMS Content Packaging, SCORM 1.2 and 2004): its standard and where it begins."""

import zipfile
from dataclasses import dataclass
from typing import IO
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from courses.formats import archives
from courses.formats.archives import MIB, local
from ground.errors import Refused

MANIFEST = "imsmanifest.xml"
LIMITS = archives.Limits(files=5000, total=500 * MIB)
LARGEST_MANIFEST = 5 * MIB


MOST_OBJECTS = 60


@dataclass(frozen=True)
class Object:
    """A learning object: what its item is called, and the path of its first page with its query."""

    title: str
    start: str


@dataclass(frozen=True)
class Package:
    """What the manifest says. `standard` is "1.2" or "2004", `objects` what can be started, in the order of the manifest."""

    title: str
    standard: str
    objects: tuple[Object, ...]
    archive: zipfile.ZipFile


def read(content: IO[bytes]) -> Package:
    """The checked package; its members may be unpacked. Raises Refused with what is wrong."""
    archive = archives.opened(content, LIMITS)
    names = {member.filename for member in archive.infolist() if not member.is_dir()}
    if MANIFEST not in names:
        if any(name.endswith(f"/{MANIFEST}") for name in names):
            message = _("imsmanifest.xml lies in a folder of the zip; pack the content of that folder, not the folder.")
            raise Refused(message, code="nested")
        raise Refused(_("The zip is no SCORM package: it has no imsmanifest.xml."), code="no_manifest")
    if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise Refused(_("The manifest of the package is too large."), code="manifest")
    root = archives.xml(archives.read(archive, MANIFEST))
    if local(root) != "manifest":
        raise Refused(_("The manifest of the package is not one of SCORM."), code="manifest")
    organisation = _organisation(root)
    items = [] if organisation is None else [item for item in organisation.iter() if local(item) == "item"]
    objects = {
        start: Object(_text(item, "title")[:100], start) for item in items if (start := _launch(root, item)) is not None
    }
    if not objects:
        raise Refused(_("The package has no page that can be started."), code="no_sco")
    if len(objects) > MOST_OBJECTS:
        message = _("The package has %(count)s learning objects; at most %(most)s are taken.")
        raise Refused(message % {"count": len(objects), "most": MOST_OBJECTS}, code="several")
    for start in objects:
        if unquote(urlsplit(start).path) not in names:
            message = _("The page that starts the package is missing: %(name)s.") % {"name": start[:100]}
            raise Refused(message, code="no_start")
    return Package(_text(organisation, "title")[:200], _standard(root), tuple(objects.values()), archive)


def _text(element: Element, name: str) -> str:
    found = next((child for child in element if local(child) == name), None)
    return "" if found is None else " ".join((found.text or "").split())


def _attribute(element: Element, name: str) -> str:
    """By its name without namespace and case: 1.2 writes `scormtype`, 2004 `scormType`."""
    return next((value for key, value in element.items() if local(key).lower() == name), "")


def _organisation(root: Element) -> Element | None:
    """The default organisation, or the first."""
    above = next((child for child in root if local(child) == "organizations"), None)
    found = [] if above is None else [child for child in above if local(child) == "organization"]
    wanted = "" if above is None else _attribute(above, "default")
    return next((one for one in found if _attribute(one, "identifier") == wanted), next(iter(found), None))


def _launch(root: Element, item: Element) -> str | None:
    """The path of the learning object that an item starts; None when it starts none."""
    wanted = _attribute(item, "identifierref")
    resources = next((child for child in root if local(child) == "resources"), None)
    for resource in [] if resources is None else resources:
        if wanted and _attribute(resource, "identifier") == wanted and _attribute(resource, "scormtype") == "sco":
            base = urljoin(
                _attribute(root, "base"), urljoin(_attribute(resources, "base"), _attribute(resource, "base"))
            )
            path = urljoin(base, _attribute(resource, "href"))
            parameters = _attribute(item, "parameters")
            if not path or urlsplit(path).scheme or urlsplit(path).netloc or path.startswith("/"):
                return None
            joint = "" if not parameters or parameters[0] in "?#" else "&" if "?" in path else "?"
            return f"{path}{joint}{parameters}"[:500]
    return None


def _standard(root: Element) -> str:
    """By the version of the schema; by the namespaces where it says none."""
    metadata = next((child for child in root if local(child) == "metadata"), None)
    version = "" if metadata is None else _text(metadata, "schemaversion").lower()
    spaces = " ".join({element.tag for element in root.iter()} | {key for one in root.iter() for key in one.attrib})
    if version == "1.2" or (not version and "adlcp_rootv1p2" in spaces):
        return "1.2"
    if "2004" in version or version == "cam 1.3" or (not version and "adlcp_v1p3" in spaces):
        return "2004"
    raise Refused(_("The package is neither SCORM 1.2 nor SCORM 2004."), code="standard")
