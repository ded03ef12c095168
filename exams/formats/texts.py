"""Text files read piece by piece: UTF-8 (with or without a byte order mark) or GB18030, never a byte of NUL."""

import codecs
import io
from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _

from ground.errors import Refused

PIECE = 64 * 1024


def pieces(file: IO[bytes]) -> Iterator[str]:
    """The text from the beginning, with every line ending as a line feed. Raises Refused when it is no text."""
    encoding = _encoding(file)
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
    for piece in _raw(file):
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def _encoding(file: IO[bytes]) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for piece in _raw(file):
                if b"\0" in piece:
                    raise Refused(_("The file is not text. Save it as UTF-8."), code="not_text")
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Refused(_("The file is not text. Save it as UTF-8."), code="not_text")


def _raw(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece
