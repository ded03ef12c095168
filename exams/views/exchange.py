"""Questions in files: upload, look at what the file would do, import all of it or nothing; export to a file."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from exams import formats, policy, queries, services
from exams.formats import xlsx
from exams.forms import QuestionExportForm, QuestionFileForm
from exams.models import BankExchange
from exams.tables import EXCHANGE_BADGES, ExchangeTable
from ground import spreadsheets
from ground.errors import Refused
from ground.private_files import send
from ground.tables import NumberedPaginator
from people.policy import requires
from topics.models import Topic

ON_A_PAGE = 20
State = BankExchange.State


@requires(*policy.WRITES_QUESTIONS)
def exchange_list(request: HttpRequest) -> HttpResponse:
    """Takes a file to be checked; shows what was imported and exported."""
    form = QuestionFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            begun = services.begin_import(
                file=given["file"],
                format=given["format"],
                topic=given["topic"].code if given["topic"] else "",
                by=request.user,
                now=request.now,
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("exams:exchange", pk=begun.pk)
    return _listed(request, form, QuestionExportForm(prefix="export"))


def _listed(request: HttpRequest, form: QuestionFileForm, export_form: QuestionExportForm) -> HttpResponse:
    table = ExchangeTable(request, policy.exchanges_in_reach(request).select_related("by"))
    return render(request, "exams/exchange_list.html", {"form": form, "export_form": export_form, "table": table})


@require_POST
@requires(*policy.WRITES_QUESTIONS)
def export(request: HttpRequest) -> HttpResponse:
    """Has questions written to a file."""
    form = QuestionExportForm(request.POST, prefix="export")
    if not form.is_valid():
        return _listed(request, QuestionFileForm(), form)
    begun = services.begin_export(
        format=form.cleaned_data["format"], filters=form.filters(), by=request.user, now=request.now
    )
    return redirect("exams:exchange", pk=begun.pk)


@require_safe
@requires(*policy.WRITES_QUESTIONS)
def exchange(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, what is wrong, and the questions as they will look; htmx asks for the state every two seconds."""
    shown = get_object_or_404(policy.exchanges_in_reach(request).select_related("by"), pk=pk)
    busy = shown.state in (State.CHECKING, State.WORKING)
    context = {
        "exchange": shown,
        "busy": busy,
        "badge": EXCHANGE_BADGES[shown.state],
        "is_import": shown.direction == BankExchange.Direction.IMPORT,
        "more_faults": max(0, shown.asked.get("faults", 0) - len(shown.faults)),
        "taken": shown.asked.get("taken"),
    }
    if request.htmx and busy:
        return render(request, "exams/exchange_progress.html", context)
    if request.htmx:
        # What is shown now is another page: the browser fetches it whole.
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    if context["is_import"] and shown.state in (State.READY, State.FAULTY):
        rows = NumberedPaginator(queries.PreviewedRows(shown), ON_A_PAGE)
        context["page"] = rows.get_page(request.GET.get("page"))
    return render(request, "exams/exchange.html", context)


@require_POST
@requires(*policy.WRITES_QUESTIONS)
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Imports every question of a checked file."""
    shown = get_object_or_404(policy.exchanges_in_reach(request), pk=pk)
    try:
        services.order_import(exchange=shown, by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("exams:exchange", pk=pk)


@require_safe
@requires(*policy.WRITES_QUESTIONS)
def download(request: HttpRequest, pk: int) -> FileResponse:
    """The file of an export."""
    shown = get_object_or_404(policy.exchanges_in_reach(request), pk=pk, direction=BankExchange.Direction.EXPORT)
    if shown.state != State.DONE or not shown.stored:
        raise Http404
    return send(shown.stored, filename=shown.name, content_type=formats.CONTENT_TYPES[shown.format], attachment=True)


@require_safe
@requires(*policy.WRITES_QUESTIONS)
def template(request: HttpRequest) -> FileResponse:
    """A workbook with an example of each kind; its second sheet says how to fill it in, with the codes of the topics."""
    topics = list(Topic.objects.select_related("strand"))
    named = [_("Topic %(code)s: %(name)s") % {"code": topic.code, "name": topic.name} for topic in topics]
    rows = formats.example_rows(topics[0].code if topics else "topic")
    content = xlsx.write(rows, formats.Output(), notes=named)
    return spreadsheets.response(content, filename="questions.xlsx")
