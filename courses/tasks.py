"""What the queue does for courses; each calls a service and may run twice."""

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import override

from courses import services
from courses.models import TrainingExport
from courses.tables import MatrixTable


def write_export(pk: int) -> None:
    """Makes a spreadsheet with what its owner may see now, in the owner's language. A fault of ours is shown to whoever
    waits, and stays among the queue's failures."""
    export = TrainingExport.objects.select_related("asked_by").get(pk=pk)
    now = timezone.now()
    request = HttpRequest()
    request.method, request.GET, request.user, request.now = "GET", QueryDict(export.query), export.asked_by, now
    try:
        with override(export.asked_by.language):
            services.write_export(export=export, table=MatrixTable(request), now=now)
    except Exception:
        services.fail_export(export=export, now=timezone.now())
        raise
