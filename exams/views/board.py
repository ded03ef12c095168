"""The invigilator's live board, what is done from it, and the report of a sitting."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from exams import policy, queries, services
from exams.forms import ActForm, InviteForm
from exams.models import Candidacy, Sitting
from exams.queries.invigilation import FLAGGED
from exams.tables import STATES, state_of
from ground.errors import Refused
from ground.numbers import whole
from people.policy import has_role, requires

TABS = [
    ("", gettext_lazy("All")),
    ("absent", gettext_lazy("Not begun")),
    ("coming", gettext_lazy("Not begun")),
    ("sitting", gettext_lazy("Answering")),
    ("offline", gettext_lazy("Offline")),
    ("paused", gettext_lazy("Paused")),
    ("between", gettext_lazy("Between parts")),
    ("marking", gettext_lazy("Being marked")),
    ("done", gettext_lazy("Done")),
    ("excused", gettext_lazy("Excused")),
    (FLAGGED, gettext_lazy("Flagged")),
]
ALWAYS = ("", "absent", "sitting", "offline", "done", FLAGGED)


@require_safe
@requires(*policy.HOLDS_SITTINGS, reads=True)
def sitting(request: HttpRequest, pk: int) -> HttpResponse:
    """The live board; htmx asks for its middle every ten seconds."""
    shown = get_object_or_404(policy.sittings_in_reach(request), pk=pk)
    asked = request.GET.get("state", "")
    board = queries.board(
        shown,
        request.now,
        policy.candidates_in_reach(request),
        state=asked if asked in dict(TABS) else "",
        words=request.GET.get("q", "").replace("\x00", "").strip()[:100],
        page=request.GET.get("page"),
    )
    state = state_of(shown, request.now)
    context = {
        "sitting": shown,
        "board": board,
        "tabs": _tabs(request, board, coming=state == "coming"),
        "state": state,
        "state_word": STATES[state][0],
        "state_badge": STATES[state][1],
        "may_decide": has_role(request, *policy.HOLDS_SITTINGS),
        "live": state == "open" or bool(board.open),
        "here": request.get_full_path(),
    }
    if request.htmx:
        return render(request, "exams/board.html", context)
    return render(
        request,
        "exams/sitting.html",
        context | {"invite": InviteForm(staff=None), "own_key": queries.own_config_key(shown) in shown.config_keys},
    )


def _tabs(request: HttpRequest, board: queries.Board, *, coming: bool) -> list[dict[str, object]]:
    """The states that occur, each with how many; which stand there always does not change while one watches."""
    counts = board.figures | {"": board.everybody, FLAGGED: board.flagged}
    tabs = []
    for state, label in TABS:
        hidden = "absent" if coming else "coming"
        if state == hidden or (state not in ALWAYS and state != board.state and not counts[state]):
            continue
        given = QueryDict(mutable=True)
        given.update({name: value for name, value in (("state", state), ("q", board.words)) if value})
        url = f"{reverse('exams:sitting', args=[request.resolver_match.kwargs['pk']])}?{given.urlencode()}"
        tabs.append({"url": url, "label": label, "count": counts[state], "current": board.state == state})
    return tabs


@require_POST
@requires(*policy.HOLDS_SITTINGS)
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives time, pauses, resumes, ends or notes an incident, for the chosen candidates or for everybody sitting now."""
    shown = get_object_or_404(policy.sittings_in_reach(request), pk=pk)
    form = ActForm(request.POST)
    if not form.is_valid():
        if "action" in form.errors:
            raise BadRequest("action")
        messages.error(request, _("Give between 1 and 240 minutes, and a reason of at most 200 characters."))
        return _back(request, pk)
    given = form.cleaned_data
    chosen = policy.candidacies_in_reach(request).filter(sitting=shown, pk__in=given["pick"])
    if not given["everybody"] and not chosen and given["action"] != "incident":
        messages.error(request, _("Tick the candidates, or choose everybody who is sitting now."))
        return _back(request, pk)
    if given["action"] == "end" and not given["sure"] and given["reason"].strip():
        return _ask(request, shown, chosen, form)
    try:
        messages.success(request, _do(request, shown, chosen, given))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _back(request, pk)


def _attempts(request: HttpRequest, shown: Sitting, chosen: QuerySet[Candidacy], everybody: bool) -> QuerySet:
    picked = None if everybody else list(chosen.values_list("pk", flat=True))
    return queries.open_attempts(shown, policy.candidates_in_reach(request), picked)


def _do(request: HttpRequest, shown: Sitting, chosen: QuerySet[Candidacy], given: dict) -> str:
    """Does what the form asks; returns the sentence that says so."""
    reason, by, now = given["reason"], request.user, request.now
    if given["action"] == "incident":
        noted = services.note_incident(sitting=shown, candidacies=chosen, text=reason, by=by, now=now)
        return ngettext("%(number)s incident noted.", "%(number)s incidents noted.", len(noted)) % {
            "number": len(noted)
        }
    attempts = _attempts(request, shown, chosen, given["everybody"])
    if given["action"] == "time":
        minutes = given["minutes"] or 0
        done = services.give_time(attempts=attempts, minutes=minutes, reason=reason, by=by, now=now)
        sentence = ngettext(
            "%(done)s candidate has %(minutes)s more minutes.",
            "%(done)s candidates have %(minutes)s more minutes.",
            done.done,
        )
        sentence %= {"done": done.done, "minutes": minutes}
    elif given["action"] == "pause":
        done = services.pause(attempts=attempts, reason=reason, by=by, now=now)
        sentence = ngettext("%(done)s clock stands.", "%(done)s clocks stand.", done.done) % {"done": done.done}
    elif given["action"] == "resume":
        done = services.resume(attempts=attempts, by=by, now=now)
        sentence = ngettext("%(done)s clock runs on.", "%(done)s clocks run on.", done.done) % {"done": done.done}
    else:
        done = services.end_attempts(attempts=list(attempts), reason=reason, by=by, now=now)
        sentence = ngettext("%(done)s attempt has ended.", "%(done)s attempts have ended.", done.done)
        sentence %= {"done": done.done}
    if done.left:
        left = ngettext("%(left)s was left as it is.", "%(left)s were left as they are.", done.left)
        sentence = f"{sentence} {left % {'left': done.left}}"
    return sentence


def _ask(request: HttpRequest, shown: Sitting, chosen: QuerySet[Candidacy], form: ActForm) -> HttpResponse:
    """Ending cannot be undone: shows whom it means, and asks once more."""
    attempts = list(
        _attempts(request, shown, chosen, form.cleaned_data["everybody"]).order_by("candidacy__user__name_sort")
    )
    if not attempts:
        messages.error(request, _("Nobody is sitting this exam now."))
        return _back(request, shown.pk)
    return render(
        request,
        "exams/end_many.html",
        {"sitting": shown, "attempts": attempts, "given": form.cleaned_data, "back": request.POST.get("back", "")},
    )


def _back(request: HttpRequest, pk: int) -> HttpResponse:
    """To where the form stood: the board with its filter, or the candidate's page."""
    single = whole(request.POST.get("candidate", ""))
    if single is not None:
        return redirect("exams:candidate", pk=single)
    kept = QueryDict(request.POST.get("back", "")[:500], mutable=True)
    given = QueryDict(mutable=True)
    given.update({name: kept[name] for name in ("state", "q", "page") if name in kept})
    return redirect(f"{reverse('exams:sitting', args=[pk])}?{given.urlencode()}")


@require_safe
@requires(*policy.HOLDS_SITTINGS, reads=True)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Who came, times, results, incidents, time given, rulings, and room to sign: for printing and filing."""
    shown = get_object_or_404(policy.sittings_in_reach(request).select_related("exam", "created_by"), pk=pk)
    return render(
        request,
        "exams/sitting_report.html",
        {"sitting": shown, "report": queries.sitting_report(shown, policy.candidates_in_reach(request))},
    )
