"""System checks of this app."""

from django.core.checks import Warning as CheckWarning
from django.core.checks import register

from ground import fonts


@register()
def the_font_is_installed(app_configs: object = None, **_options: object) -> list[CheckWarning]:
    """Certificates are set in Noto Serif CJK; without it no PDF can be made."""
    if fonts.find("Regular") and fonts.find("Bold"):
        return []
    return [
        CheckWarning(
            "The typeface of the certificates, Noto Serif CJK, is not installed; no certificate can be printed.",
            hint="Install the system package fonts-noto-cjk (Debian, Ubuntu) or google-noto-serif-cjk-fonts (Fedora).",
            id="certificates.W001",
        )
    ]
