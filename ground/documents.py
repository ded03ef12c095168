"""HTML as a PDF: drawn by WeasyPrint, which fetches nothing, with its typeface cut to the characters in use."""

import atexit
import threading
from dataclasses import dataclass
from typing import Any

from ground import fonts

FAMILY = "Document"
"""The name under which a page asks for the typeface."""
# Beyond so many characters the kept typeface begins anew, so that a worker's memory stays flat.
MOST_CHARACTERS = 4000


@dataclass
class _Typeface:
    """The characters cut so far, and what WeasyPrint made of them: pages share characters, so it is soon complete."""

    language: str
    characters: frozenset[str]
    css: Any
    configuration: Any


_typefaces: dict[str, _Typeface] = {}
# WeasyPrint removes its font files when a configuration goes; that must happen before the interpreter does.
atexit.register(_typefaces.clear)
# WeasyPrint's font configuration is not made for two threads at once.
_one_at_a_time = threading.Lock()


def render(source: str, *, language: str, variant: str | None = None) -> bytes:
    """The page as a PDF, of a `variant` such as "pdf/a-3a". Takes about 0.1 s once the characters are known, half a second
    more for new ones. Raises FontMissing."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    with _one_at_a_time:
        typeface = _typeface(language, frozenset(source))
        document = HTML(string=source, url_fetcher=URLFetcher(allowed_protocols=["data"], allow_redirects=False))
        return document.write_pdf(
            stylesheets=[typeface.css], font_config=typeface.configuration, pdf_variant=variant, optimize_images=False
        )


def _typeface(language: str, needed: frozenset[str]) -> _Typeface:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    known = _typefaces.get(language)
    if known is not None and needed <= known.characters:
        return known
    characters = needed | (known.characters if known is not None and len(known.characters) < MOST_CHARACTERS else set())
    text = "".join(sorted(characters))
    faces = "".join(
        f"@font-face {{ font-family: {FAMILY}; font-weight: {weight}; "
        f"src: url({fonts.subset(text, weight=name, language=language)}) }}"
        for name, weight in (("Regular", 400), ("Bold", 700))
    )
    configuration = FontConfiguration()
    fetcher = URLFetcher(allowed_protocols=["data"], allow_redirects=False)
    css = CSS(string=faces, font_config=configuration, url_fetcher=fetcher)
    _typefaces[language] = _Typeface(language, characters, css, configuration)
    return _typefaces[language]
