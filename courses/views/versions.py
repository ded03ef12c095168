"""The versions of a course in Wagtail's admin: what each changed, and who must see the newest."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from courses import progress, queries, services
from courses.models import CoursePage
from ground.errors import Refused
from people.policy import today

WEEKS = 14


class RulingForm(forms.Form):
    """Must they see what has changed, and until when?"""

    must_see = forms.TypedChoiceField(
        label=gettext_lazy("Those who completed an earlier version"),
        choices=[
            ("yes", gettext_lazy("must see what has changed; they take only those lessons")),
            ("no", gettext_lazy("need not do anything; their completion holds as it is")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    due_on = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


@require_http_methods(["GET", "POST"])
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """All versions with their changes; asks about the newest while nobody has decided."""
    course = get_object_or_404(CoursePage, pk=pk)
    if not course.permissions_for_user(request.user).can_publish():
        raise PermissionDenied
    rows = queries.versions_of(course)
    outdated = len(queries.outdated(course, today(request)))
    open_question = bool(outdated and rows and rows[0].ruling is None)
    form = RulingForm(request.POST or None, initial={"due_on": progress.due_day(today(request), WEEKS)})
    if request.method == "POST" and rows and form.is_valid():
        try:
            _ruling, given = services.rule_on_version(
                version=next(row.version for row in rows if str(row.version.number) == request.POST.get("version")),
                must_see=form.cleaned_data["must_see"],
                due_on=form.cleaned_data["due_on"],
                by=request.user,
                now=request.now,
            )
        except StopIteration:
            form.add_error(None, _("There is no such version."))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            sentence = ngettext(
                "Decided. %(n)s person takes what has changed.", "Decided. %(n)s people take what has changed.", given
            )
            messages.success(request, sentence % {"n": given} if given else _("Decided. Nobody has to do anything."))
            return redirect("course_versions", course.pk)
    context = {"course": course, "rows": rows, "outdated": outdated, "form": form if open_question else None}
    return render(request, "courses/admin/versions.html", context)
