"""Exams with their parts and blueprints in Wagtail's admin."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets.button import Button

from exams import queries, services
from exams.models import Exam, ExamPart, Question
from exams.queries.windows import PartCheck
from exams.viewsets.base import KeepingViewSet, NothingIsDeleted, RefusedIsAnError


class ExamIndex(NothingIsDeleted, generic.IndexView):
    """Every exam."""

    def get_base_queryset(self) -> QuerySet[Exam]:
        return super().get_base_queryset().select_related("level")


class _ExamSaved(RefusedIsAnError):
    """Writes parts and rows, then moves the state; both or neither. Says in words what the bank gives for it."""

    def save_instance(self) -> Exam:
        wanted = self.form.cleaned_data["state"]
        exam = self.form.save(commit=False)
        by, now = self.request.user, self.request.now
        with transaction.atomic():
            exam = services.write_exam(exam=exam, by=by, now=now)
            exam = services.move_exam(exam=exam, to=wanted, by=by, now=now)
        for part in queries.exam_check(exam):
            if sentence := _verdict(part):
                level = messages.INFO if part.ready else messages.WARNING
                messages.add_message(self.request, level, sentence)
        return exam


def _verdict(check: PartCheck) -> str:
    """What the bank has for a part, in one sentence."""
    given = {"part": check.part.title, "shared": check.shared}
    if check.part.kind == ExamPart.Kind.TYPING:
        return ""
    if not check.ready:
        return _("Part “%(part)s” cannot be drawn yet; “Check” says what is lacking.") % given
    if check.fixed:
        return _("Part “%(part)s”: everybody gets the same questions.") % given
    return _("Part “%(part)s”: two candidates share %(shared)s%% of their questions on average.") % given


class QuestionChooser(ChooserViewSet):
    """One question of the bank, found by its code; those of a case come with the case."""

    model = Question
    icon = "help"
    choose_one_text = gettext_lazy("Choose a question")
    choose_another_text = gettext_lazy("Choose another question")
    per_page = 20

    def get_object_list(self) -> QuerySet[Question]:
        """Live questions that stand alone."""
        alone = Question.objects.filter(state=Question.State.LIVE, case__isnull=True, current__isnull=False)
        return alone.select_related("current").order_by("code")


question_chooser = QuestionChooser("exam_question_chooser")


class ExamCreate(_ExamSaved, generic.CreateView):
    """A new exam."""


class ExamEdit(NothingIsDeleted, _ExamSaved, generic.EditView):
    """An exam's parts, pass marks, minutes and blueprints."""

    @property
    def header_more_buttons(self) -> list[Any]:
        url = reverse("exams:exam_check", args=[self.object.pk])
        return [*super().header_more_buttons, Button(_("Check"), url=url, icon_name="tasks", priority=5)]


class ExamViewSet(KeepingViewSet):
    """Exams: published ones can be opened in sittings."""

    model = Exam
    icon = "form"
    menu_label = gettext_lazy("Exams")
    name = "exam"
    list_display = [
        "name",
        "code",
        Column("level", label=gettext_lazy("Level"), accessor="level"),
        Column("state", label=gettext_lazy("State"), accessor="get_state_display"),
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
                gettext_lazy(
                    "Publishing checks that the question bank can fill every blueprint row. Open attempts keep the pass "
                    "mark and the minutes they began with."
                )
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("rule"), FieldPanel("pass_percent")]),
                    FieldRowPanel([FieldPanel("late_entry"), FieldPanel("cut_by_window")]),
                    FieldRowPanel([FieldPanel("release"), FieldPanel("reveals")]),
                    FieldRowPanel([FieldPanel("second_marker"), FieldPanel("tolerance")]),
                ],
                heading=gettext_lazy("Rules"),
            ),
            InlinePanel(
                "parts",
                heading=gettext_lazy("Parts"),
                label=gettext_lazy("Part"),
                panels=[
                    FieldRowPanel([FieldPanel("title"), FieldPanel("kind"), FieldPanel("tries")]),
                    FieldRowPanel([FieldPanel("minutes"), FieldPanel("pass_percent"), FieldPanel("weight")]),
                    FieldPanel(
                        "standard",
                        help_text=gettext_lazy("For a typing test: it brings its own minutes and pass mark."),
                    ),
                    InlinePanel(
                        "blueprint",
                        heading=gettext_lazy("Blueprint"),
                        label=gettext_lazy("Row"),
                        panels=[
                            FieldRowPanel([FieldPanel("topic"), FieldPanel("kind"), FieldPanel("difficulty")]),
                            FieldRowPanel([FieldPanel("count"), FieldPanel("points")]),
                        ],
                    ),
                    InlinePanel(
                        "fixed",
                        heading=gettext_lazy("Fixed questions"),
                        label=gettext_lazy("Question"),
                        help_text=gettext_lazy(
                            "Where there are any, everybody gets these and the blueprint is not used."
                        ),
                        panels=[
                            FieldPanel("question", widget=question_chooser.widget_class),
                            FieldPanel("points"),
                        ],
                    ),
                ],
            ),
        ]
    )
