"""What the queue does for exams; each calls a service and may run twice."""

from django.utils import timezone

from exams import services
from exams.models import Regrade


def regrade(pk: int) -> None:
    """Marks anew what a corrected key changes. The clock is read here, at the edge."""
    waiting = Regrade.objects.select_related("correction__version", "correction__by").get(pk=pk)
    services.regrade(regrade=waiting, now=timezone.now())
