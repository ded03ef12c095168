"""Exams with their parts and blueprints in Wagtail's admin."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic

from exams import services
from exams.models import Exam
from exams.viewsets.base import KeepingViewSet, NothingIsDeleted, RefusedIsAnError


class ExamIndex(NothingIsDeleted, generic.IndexView):
    """Every exam."""

    def get_base_queryset(self) -> QuerySet[Exam]:
        return super().get_base_queryset().select_related("level")


class _ExamSaved(RefusedIsAnError):
    """Writes parts and rows, then moves the state; both or neither."""

    def save_instance(self) -> Exam:
        wanted = self.form.cleaned_data["state"]
        exam = self.form.save(commit=False)
        by, now = self.request.user, self.request.now
        exam = services.write_exam(exam=exam, by=by, now=now)
        return services.move_exam(exam=exam, to=wanted, by=by, now=now)


class ExamCreate(_ExamSaved, generic.CreateView):
    """A new exam."""


class ExamEdit(NothingIsDeleted, _ExamSaved, generic.EditView):
    """An exam's parts, pass marks, minutes and blueprints."""


class ExamViewSet(KeepingViewSet):
    """Exams: published ones can be opened in sittings."""

    model = Exam
    icon = "form"
    menu_label = _("Exams")
    name = "exam"
    list_display = [
        "name",
        "code",
        Column("level", label=_("Level"), accessor="level"),
        Column("state", label=_("State"), accessor="get_state_display"),
    ]
    list_filter = ["state", "level"]
    search_fields = ["name", "code"]
    index_view_class = ExamIndex
    add_view_class = ExamCreate
    edit_view_class = ExamEdit
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldRowPanel([FieldPanel("code"), FieldPanel("level"), FieldPanel("state")]),
            FieldPanel("description"),
            HelpPanel(
                _(
                    "Publishing checks that the question bank can fill every blueprint row. Open attempts keep the pass "
                    "mark and the minutes they began with."
                )
            ),
            InlinePanel(
                "parts",
                heading=_("Parts"),
                label=_("Part"),
                panels=[
                    FieldRowPanel([FieldPanel("title"), FieldPanel("kind"), FieldPanel("tries")]),
                    FieldRowPanel([FieldPanel("minutes"), FieldPanel("pass_percent"), FieldPanel("standard")]),
                    InlinePanel(
                        "blueprint",
                        heading=_("Blueprint"),
                        label=_("Row"),
                        panels=[
                            FieldRowPanel([FieldPanel("topic"), FieldPanel("kind"), FieldPanel("difficulty")]),
                            FieldRowPanel([FieldPanel("count"), FieldPanel("points")]),
                        ],
                    ),
                ],
            ),
        ]
    )
