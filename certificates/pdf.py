"""A certificate as one page of A4, PDF/A-3 with its structure and its typeface inside."""

import atexit
import threading
from dataclasses import dataclass
from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from certificates import fonts, ornament, rules
from certificates.models import Certificate

VARIANT = "pdf/a-3a"
FAMILY = "Certificate"
# Beyond so many characters the kept typeface begins anew, so that a worker's memory stays flat.
MOST_CHARACTERS = 4000


@dataclass
class _Typeface:
    """The characters cut so far, and what WeasyPrint made of them: names share characters, so it is soon complete."""

    language: str
    characters: frozenset[str]
    css: Any
    configuration: Any


_typefaces: dict[str, _Typeface] = {}
# WeasyPrint removes its font files when a configuration goes; that must happen before the interpreter does.
atexit.register(_typefaces.clear)
# WeasyPrint's font configuration is not made for two threads at once.
_one_at_a_time = threading.Lock()


def render(certificate: Certificate) -> bytes:
    """The PDF. Takes about 0.1 s once the characters are known, half a second more for new ones. Raises FontMissing."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    source = page(certificate)
    with _one_at_a_time:
        typeface = _typeface(certificate.language, frozenset(source))
        document = HTML(string=source, url_fetcher=URLFetcher(allowed_protocols=["data"], allow_redirects=False))
        return document.write_pdf(
            stylesheets=[typeface.css], font_config=typeface.configuration, pdf_variant=VARIANT, optimize_images=False
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


def page(certificate: Certificate) -> str:
    """The HTML of the certificate in its own language."""
    language = certificate.language if certificate.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        context = {
            "certificate": certificate,
            "language": language,
            "title_class": _size(certificate.title, (6, 12, 20)),
            "name_class": _size(certificate.holder_name, (6, 12, 24)),
            "statement": statement(certificate),
            "figures": [*certificate.figures, {"label": _("Valid until"), "value": day(certificate.valid_until)}],
            "issued_on": day(certificate.issued_on, written_out=True),
            "address": certificate.verify_url.partition("://")[2].rsplit(certificate.code, 1)[0],
            "qr": qr(certificate.verify_url),
            "border": ornament.border(),
            "rosette": ornament.rosette(),
            "corner": ornament.corner(),
            "corners": ornament.corners(),
            "seal": ornament.arc(certificate.organisation),
            "seal_size": ornament.rim_size(certificate.organisation),
        }
        return render_to_string("certificates/pdf.html", context)


def statement(certificate: Certificate) -> SafeString:
    """The sentence below the name: what the kind says, or the usual one."""
    if certificate.statement:
        return format_html("{}", certificate.statement)
    # Translators: on a certificate, below the holder's name. %(exam)s is printed in the accent colour.
    sentence = _("passed %(exam)s on %(day)s and is awarded this certificate.")
    exam = format_html("<b>{}</b>", certificate.result.exam.name)
    return mark_safe(sentence % {"exam": exam, "day": day(certificate.passed_on, written_out=True)})


def day(value: Any, *, written_out: bool = False) -> str:
    """A day as a document of the active language writes it; Chinese ones in characters when written out."""
    if not translation.get_language().startswith("zh"):
        return date_format(value, "j F Y")
    return rules.in_characters(value) if written_out else f"{value.year} 年 {value.month} 月 {value.day} 日"


def qr(address: str) -> SafeString:
    """The address as an SVG to stand in the page."""
    return mark_safe(segno.make(address, error="m", micro=False).svg_inline(border=0, omitsize=True, dark="#1b2127"))


def _size(text: str, steps: tuple[int, ...]) -> str:
    """A class by the width of the text, in Han characters: s for short, then m, l, and xl for what must wrap."""
    width = sum(0.55 if letter.isascii() else 1 for letter in text)
    return next((name for name, most in zip(("s", "m", "l"), steps, strict=True) if width <= most), "xl")
