"""Proofs that people hand in: a PDF or a picture, known by its bytes, kept privately."""

import secrets
from dataclasses import dataclass
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from courses.formats import documents
from ground.errors import Refused
from ground.private_files import private_storage

LARGEST_PROOF = 10 * 1024 * 1024
PDF = "application/pdf"


@dataclass(frozen=True)
class Proof:
    """Where a proof is kept, what its file was called, and its content type."""

    stored: str
    name: str
    content_type: str


def keep_proof(*, folder: str, name: str, content: bytes) -> Proof:
    """Keeps a PDF, PNG, JPEG or WebP of at most 10 MB. Raises Refused for anything else."""
    content_type = PDF if content.startswith(b"%PDF-") else documents.image_type(content)
    if not content_type:
        raise Refused(_("The proof must be a PDF, PNG, JPEG or WebP file."), code="type")
    if len(content) > LARGEST_PROOF:
        raise Refused(_("The proof is larger than 10 MB."), code="too_large")
    ending = "pdf" if content_type == PDF else documents.IMAGES[content_type]
    stored = private_storage().save(f"{folder}/{secrets.token_hex(16)}.{ending}", ContentFile(content))
    called = PurePath(name.replace("\\", "/")).name.replace("\0", "")[:120] or f"proof.{ending}"
    return Proof(stored, called, content_type)
