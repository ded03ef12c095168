"""A certificate as one page of A4, PDF/A-3 with its structure and its typeface inside."""

from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from certificates import ornament, rules
from certificates.models import Certificate
from ground import documents

VARIANT = "pdf/a-3a"


def render(certificate: Certificate) -> bytes:
    """The PDF. Takes about 0.1 s once the characters are known, half a second more for new ones. Raises FontMissing."""
    return documents.render(page(certificate), language=certificate.language, variant=VARIANT)


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
