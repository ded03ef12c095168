"""Zip files from outside: looked through before anything of them is read or written."""

import stat
import zipfile
from dataclasses import dataclass
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from ground.errors import Refused

MIB = 1024 * 1024
LONGEST_PATH = 400
LONGEST_NAME = 180


@dataclass(frozen=True)
class Limits:
    """How much a zip may hold: files, unpacked bytes, and how many times its packed size they may be."""

    files: int
    total: int
    ratio: int = 100


def opened(content: IO[bytes], limits: Limits) -> zipfile.ZipFile:
    """The archive, when all its members are safe to unpack. Raises Refused for a broken or encrypted file, a bomb, a link
    and a name that points elsewhere. What a member unpacks to is never more than it declares: zipfile stops there."""
    try:
        archive = zipfile.ZipFile(content)
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeError) as broken:
        raise Refused(_("The file is broken or no zip file."), code="broken") from broken
    files = [member for member in members if not member.is_dir()]
    if len(members) > limits.files:
        message = _("The file holds more than %(most)s files.") % {"most": limits.files}
        raise Refused(message, code="too_many")
    total, packed = sum(member.file_size for member in files), sum(member.compress_size for member in files)
    if total > limits.total or (total > MIB and total > packed * limits.ratio):
        raise Refused(_("Unpacked, the file is far too large."), code="bomb")
    for member in members:
        _refuse_unsafe(member)
    names = [member.filename.casefold() for member in files]
    if len(set(names)) < len(names):
        raise Refused(_("The file holds the same name twice."), code="twice")
    return archive


def _refuse_unsafe(member: zipfile.ZipInfo) -> None:
    # zipfile cuts a name at a null character and turns backslashes only on Windows: the name as it was written counts.
    name = member.orig_filename
    parts = name.rstrip("/").split("/")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refused(_("The file holds a link: %(name)s.") % {"name": name[:100]}, code="link")
    if (
        not all(parts)
        or {".", ".."} & set(parts)
        or any(c in '\\:*?"<>|' or not c.isprintable() for c in name)
        or len(name.encode()) > LONGEST_PATH
        or any(len(part.encode()) > LONGEST_NAME for part in parts)
    ):
        raise Refused(_("The file holds a name that is not allowed: %(name)s.") % {"name": name[:100]}, code="name")
    if member.flag_bits & 1:
        raise Refused(_("The file is protected by a password."), code="encrypted")


def read(archive: zipfile.ZipFile, name: str) -> bytes:
    """One member. Raises Refused when it does not unpack to what it declares."""
    try:
        return archive.read(name)
    except Exception as broken:
        # Every way of packing raises errors of its own for a stream that is not what it says.
        raise Refused(_("The file is broken or no zip file."), code="broken") from broken


def xml(content: bytes) -> Element:
    """The root of a document without a DTD or entities. Raises Refused for these and for what is no XML."""
    try:
        return fromstring(content, forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError, LookupError) as broken:
        raise Refused(_("The file holds XML that is broken or declares entities."), code="xml") from broken


def local(element: Any) -> str:
    """The name of an element or attribute without its namespace."""
    return str(getattr(element, "tag", element)).rpartition("}")[2]
