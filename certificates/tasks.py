"""What the queue does for certificates; it may run twice."""

from django.utils import timezone

from certificates import services


def render(certificate_id: int) -> None:
    """Draws and stores the PDF of a certificate."""
    services.render(certificate_id=certificate_id, now=timezone.now())
