"""Rules that keep working: the list, a new one with its preview, one with whom it means, its end."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from courses import policy, queries, services
from courses.forms import RuleForm
from courses.models import AssignmentRule
from courses.policy import TRAINERS
from courses.tables import MeantTable, RuleTable, due_words
from courses.views.navigation import tabs
from ground.errors import Refused
from people import audience
from people.policy import has_role, requires, today, units_in_reach

UNUSUAL = ("nobody", "everybody")


@requires(*TRAINERS, reads=True)
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """All rules within reach."""
    table = RuleTable(request, policy.rules_in_reach(request))
    if table.export_wanted:
        return table.export()
    context = {"table": table, "tabs": tabs(request), "may_add": has_role(request, *TRAINERS)}
    return render(request, "courses/rule_list.html", context)


@requires(*TRAINERS)
def rule_new(request: HttpRequest) -> HttpResponse:
    """Makes a rule in two steps: the form, then whom it means and when; nothing is written before the second."""
    form = RuleForm(request.POST or None, units=units_in_reach(request, *TRAINERS))
    if request.method != "POST" or not form.is_valid():
        return render(request, "courses/rule_new.html", {"form": form})
    data = form.cleaned_data
    facts = {name: data[name] for name in ("name", "course", "audience", "due", "days", "due_on", "note")}
    asked = ""
    if "confirm" in request.POST:
        try:
            rule, count = services.make_rule(
                **facts, by=request.user, now=request.now, knowing="knowing" in request.POST
            )
        except Refused as refusal:
            if refusal.code not in UNUSUAL:
                form.add_error(None, str(refusal))
                return render(request, "courses/rule_new.html", {"form": form})
            asked = str(refusal)
        else:
            text = ngettext(
                "The rule works. %(count)s person was assigned the course.",
                "The rule works. %(count)s people were assigned the course.",
                count,
            )
            messages.success(request, text % {"count": count})
            return redirect("courses:rule", rule.pk)
    rule = AssignmentRule(**facts, made_by=request.user)
    if rule.due == AssignmentRule.Due.DAY and rule.due_on is None:
        form.add_error("due_on", _("Give a day."))
        return render(request, "courses/rule_new.html", {"form": form})
    return render(request, "courses/rule_new.html", {"form": form, "asked": asked, **_seen(request, rule)})


def _seen(request: HttpRequest, rule: AssignmentRule) -> dict[str, Any]:
    """Whom a rule means now, and whether that is nobody or everybody."""
    on = today(request)
    meant = list(queries.looked_at(rule, queries.meant_by(rule, on), on))
    everybody = len(meant) > 1 and len(meant) == queries.reach_of(rule, on).count()
    return {
        "rule": rule,
        "because": audience.because(rule.audience),
        "due_words": due_words(rule),
        "table": MeantTable(request, meant),
        "meant": len(meant),
        "fresh": sum(not person.has for person in meant),
        "unusual": "everybody" if everybody else "" if meant else "nobody",
    }


@requires(*TRAINERS, reads=True)
@require_safe
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """A rule with whom it means today; and the way to end it."""
    row = get_object_or_404(policy.rules_in_reach(request), pk=pk)
    context = _seen(request, row)
    if context["table"].export_wanted:
        return context["table"].export()
    context["may_end"] = has_role(request, *TRAINERS) and row.ended_at is None
    return render(request, "courses/rule.html", context)


@requires(*TRAINERS)
@require_POST
def rule_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a rule; with `withdraw`, what nobody has begun is withdrawn."""
    row = get_object_or_404(policy.rules_in_reach(request), pk=pk)
    gone = services.end_rule(rule=row, withdraw="withdraw" in request.POST, by=request.user, now=request.now)
    text = ngettext(
        "The rule has ended; %(count)s assignment was withdrawn.",
        "The rule has ended; %(count)s assignments were withdrawn.",
        gone,
    )
    messages.success(request, text % {"count": gone} if gone else _("The rule has ended; what it assigned stays."))
    return redirect("courses:rule", pk)
