"""What the queue does for courses; each calls a service and may run twice."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import override

from courses import services
from courses.models import ReportSchedule, TrainingExport
from courses.policy import REPORTS
from courses.tables import figures, table_of
from people.policy import has_role


def _asked_again(export: TrainingExport, now: datetime) -> HttpRequest:
    """The request of whoever asked, as if they opened the page now."""
    request = HttpRequest()
    request.method, request.GET, request.user, request.now = "GET", QueryDict(export.query), export.asked_by, now
    return request


def write_export(pk: int) -> None:
    """Makes a spreadsheet with what its owner may see now, in the owner's language. A fault of ours is shown to whoever
    waits, and stays among the queue's failures."""
    _written(TrainingExport.objects.select_related("asked_by").get(pk=pk), timezone.now())


def _written(export: TrainingExport, now: datetime) -> str:
    """Makes the spreadsheet; its figures in a sentence."""
    try:
        with override(export.asked_by.language or settings.LANGUAGE_CODE):
            table = table_of(export.report, _asked_again(export, now))
            services.write_export(export=export, table=table, now=now)
            return figures(table)
    except Exception:
        services.fail_export(export=export, now=timezone.now())
        raise


def send_report(schedule_pk: int, export_pk: int) -> None:
    """Makes a report and sends it; one whose owner may not see it any more ends. The owner is told of a fault of ours."""
    schedule = ReportSchedule.objects.select_related("owner").get(pk=schedule_pk)
    export = TrainingExport.objects.select_related("asked_by").get(pk=export_pk)
    now = timezone.now()
    if not schedule.owner.is_active or not has_role(_asked_again(export, now), *REPORTS[schedule.report], reads=True):
        services.fail_export(export=export, now=now)
        services.end_schedule(schedule=schedule, by=None, now=now)
        return
    try:
        sentence = _written(export, now)
    except Exception:
        services.tell_report_failed(schedule=schedule, export=export, now=now)
        raise
    export.refresh_from_db()
    if export.stored:
        services.deliver_report(schedule=schedule, export=export, figures=sentence, now=now)


def publish_due() -> None:
    """Every five minutes: what is scheduled appears, what ends disappears."""
    services.publish_due(now=timezone.now())
