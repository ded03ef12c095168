"""The pages of quality."""

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from ground.errors import Refused
from people.models import Role, User
from people.policy import has_role, requires, staff_in_reach, today
from people.queries import named_like
from quality import policy, queries, scoring, services, tables
from quality.forms import AppraisalForm, ObservationForm, ViolationForm
from quality.models import Appraisal, Checklist, Observation, QualitySettings, Violation

SHOWN_PEOPLE = 30


@requires(*policy.READS_OBSERVATIONS, reads=True)
def observation_list(request: HttpRequest) -> HttpResponse:
    """Reviewed contacts of the people in reach."""
    staff = staff_in_reach(request, *policy.READS_OBSERVATIONS, reads=True)
    table = tables.ObservationTable(request, queries.of_staff(staff))
    if table.export_wanted:
        return table.export()
    context = {
        "table": table,
        "target": table.target,
        "may_record": has_role(request, *policy.OBSERVES),
        "may_see_appraisals": has_role(request, *policy.READS_APPRAISALS, reads=True),
        "may_see_violations": has_role(request, Role.PERSONNEL, reads=True),
    }
    return render(request, "quality/observation_list.html", context)


def observation(request: HttpRequest, pk: int) -> HttpResponse:
    """One reviewed contact: for the person, and for whom the person is in reach."""
    found = get_object_or_404(Observation.objects.select_related("user", "inspector", "checklist"), pk=pk)
    own = found.user_id == request.user.pk
    staff = staff_in_reach(request, *policy.READS_OBSERVATIONS, reads=True)
    if not own and found.inspector_id != request.user.pk and not staff.filter(pk=found.user_id).exists():
        raise Http404
    findings = {finding.item_id: finding for finding in found.findings.all()}
    items = [(item, findings.get(item.pk)) for item in found.checklist.items.select_related("topic")]
    context = {"observation": found, "items": items, "own": own, "target": QualitySettings.load().target}
    return render(request, "quality/observation.html", context)


def mine(request: HttpRequest) -> HttpResponse:
    """One's own contacts, average against target, appraisals and violations in force."""
    own = queries.own_quality(request.user, today(request))
    points = [(row.contact_at.date(), row.score) for row in reversed(own.observations)]
    appraisals = [(row, queries.quarter_name(row.quarter), tables.RATING_BADGES[row.rating]) for row in own.appraisals]
    return render(request, "quality/mine.html", {"own": own, "points": points, "appraisals": appraisals})


def _choose_person(
    request: HttpRequest, staff: QuerySet[User], *, title: str, lead: str, back: str, back_label: str, count_label: str
) -> HttpResponse:
    """The first step of every form about a person: find them by name, pinyin or number. `staff` counts `done`."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    people = list(staff.filter(named_like(words)).order_by("done", "name_sort", "employee_no")[: SHOWN_PEOPLE + 1])
    context = {
        "title": title,
        "lead": lead,
        "back_url": reverse(back),
        "back_label": back_label,
        "count_label": count_label,
        "words": words,
        "people": people[:SHOWN_PEOPLE],
        "more": len(people) > SHOWN_PEOPLE,
    }
    return render(request, "quality/choose_person.html", context)


def _person(request: HttpRequest, staff: QuerySet[User]) -> User | None:
    """The person named in the address, in reach (else 404); None when nobody is named."""
    asked = request.GET.get("person", "")
    if not asked:
        return None
    if not asked.isdecimal():
        raise Http404
    return get_object_or_404(staff, pk=asked)


@requires(*policy.OBSERVES)
def observation_new(request: HttpRequest) -> HttpResponse:
    """Choose a person, then score one contact item by item."""
    on = today(request)
    staff = staff_in_reach(request, *policy.OBSERVES).filter(is_active=True).exclude(pk=request.user.pk)
    person = _person(request, staff)
    if person is None:
        this_month = Q(observations__contact_at__gte=queries.midnight(on.replace(day=1)))
        return _choose_person(
            request,
            staff.annotate(done=Count("observations", filter=this_month)),
            title=_("Whose contact?"),
            lead=_("Those with the fewest reviewed contacts this month come first."),
            back="quality:observation_list",
            back_label=_("Observations"),
            count_label=_("reviewed this month"),
        )
    checklists = list(Checklist.objects.filter(retired_at__isnull=True))
    asked = request.GET.get("checklist", "")
    checklist = next((one for one in checklists if str(one.pk) == asked), checklists[0] if checklists else None)
    if checklist is None:
        return render(request, "quality/no_checklist.html", {"person": person})
    form = ObservationForm(request.POST or None, checklist=checklist)
    if request.method == "POST" and form.is_valid():
        try:
            found = services.record_observation(
                user=person,
                inspector=request.user,
                checklist=checklist,
                channel=form.cleaned_data["channel"],
                contact=form.cleaned_data["contact"],
                contact_at=form.cleaned_data["contact_at"],
                lost=form.lost(),
                praise=form.cleaned_data["praise"],
                now=request.now,
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Recorded: %(score)s of 100 points.") % {"score": found.score})
            return redirect("quality:observation", found.pk)
    context = {"form": form, "person": person, "checklist": checklist, "checklists": checklists}
    return render(request, "quality/observation_new.html", context)


@requires(*policy.READS_APPRAISALS, reads=True)
def appraisal_list(request: HttpRequest) -> HttpResponse:
    """Appraisals of the people in reach: for superiors, personnel and auditors only."""
    staff = staff_in_reach(request, *policy.READS_APPRAISALS, reads=True).exclude(pk=request.user.pk)
    rows = Appraisal.objects.filter(user__in=staff).select_related("user", "by")
    table = tables.AppraisalTable(request, rows)
    if table.export_wanted:
        return table.export()
    context = {"table": table, "may_appraise": has_role(request, Role.MANAGER)}
    return render(request, "quality/appraisal_list.html", context)


@requires(Role.MANAGER)
def appraisal_new(request: HttpRequest) -> HttpResponse:
    """Choose one of one's own people, then rate a quarter."""
    on = today(request)
    staff = staff_in_reach(request, Role.MANAGER).filter(is_active=True).exclude(pk=request.user.pk)
    person = _person(request, staff)
    quarter = scoring.quarter_of(on)
    if person is None:
        return _choose_person(
            request,
            staff.annotate(done=Count("appraisals", filter=Q(appraisals__quarter=quarter))),
            title=_("Whom do you appraise?"),
            lead=_("Those without an appraisal for this quarter come first."),
            back="quality:appraisal_list",
            back_label=_("Appraisals"),
            count_label=_("for this quarter"),
        )
    form = AppraisalForm(request.POST or None, on=on, initial={"quarter": quarter.isoformat()})
    if request.method == "POST" and form.is_valid():
        try:
            services.appraise(user=person, by=request.user, now=request.now, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The appraisal of %(name)s has been entered.") % {"name": person})
            return redirect("quality:appraisal_list")
    since = scoring.months_before(quarter, 0)
    mean, count = queries.average_score(person, since, on)
    context = {"form": form, "person": person, "mean": mean, "count": count, "since": since}
    context["target"] = QualitySettings.load().target
    return render(request, "quality/appraisal_new.html", context)


@requires(Role.PERSONNEL, reads=True)
def violation_list(request: HttpRequest) -> HttpResponse:
    """Violations of the people in reach: for personnel and auditors only."""
    staff = staff_in_reach(request, Role.PERSONNEL, reads=True).exclude(pk=request.user.pk)
    rows = Violation.objects.filter(user__in=staff).select_related("user", "by")
    table = tables.ViolationTable(request, rows)
    if table.export_wanted:
        return table.export()
    return render(
        request, "quality/violation_list.html", {"table": table, "may_record": has_role(request, Role.PERSONNEL)}
    )


@requires(Role.PERSONNEL)
def violation_new(request: HttpRequest) -> HttpResponse:
    """Choose a person, then record what happened and how long it counts."""
    on = today(request)
    staff = staff_in_reach(request, Role.PERSONNEL).filter(is_active=True).exclude(pk=request.user.pk)
    person = _person(request, staff)
    if person is None:
        in_force = Q(violations__valid_from__lte=on, violations__valid_to__gt=on)
        return _choose_person(
            request,
            staff.annotate(done=Count("violations", filter=in_force)),
            title=_("Whom does it concern?"),
            lead=_("Find the person by name, pinyin, initials or number."),
            back="quality:violation_list",
            back_label=_("Violations"),
            count_label=_("in force"),
        )
    form = ViolationForm(request.POST or None, initial={"valid_from": on})
    if request.method == "POST" and form.is_valid():
        try:
            services.record_violation(user=person, by=request.user, now=request.now, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The violation has been recorded."))
            return redirect("quality:violation_list")
    return render(request, "quality/violation_new.html", {"form": form, "person": person})
