"""Question bank and exams in Wagtail's admin. Forms collect words; every save goes through the services."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import URLPattern, reverse
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.menus import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.admin.widgets.button import Button

from exams import services
from exams.models import Exam, Question, QuestionVersion, TypingStandard
from exams.typing.viewsets import PassageViewSet
from ground import journal
from ground.errors import Refused
from topics.models import Topic

Kind = QuestionVersion.Kind


class _NothingIsDeleted:
    """Retired, never deleted: what was asked stays."""

    def get_delete_url(self, *args: Any) -> None:
        return None


class _RefusedIsAnError:
    """What a service refuses is an error of the form; nothing is saved."""

    def form_valid(self, form: forms.ModelForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            # Wagtail sets these when it validates; a refusal comes later.
            self.produced_error_code, self.produced_error_message = "refused", str(refusal)
            return self.form_invalid(form)


class _ViewSet(ModelViewSet):
    """Without the address that deletes."""

    copy_view_enabled = False
    add_to_admin_menu = False

    def get_urlpatterns(self) -> list[URLPattern]:
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "delete"]


class QuestionForm(WagtailAdminModelForm):
    """A question as its author writes it: options one a line, a star before the right ones."""

    topics = forms.ModelMultipleChoiceField(
        Topic.objects.select_related("strand"), label=_("Topics"), help_text=_("What the question tests.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    stem = forms.CharField(label=_("Question"), widget=forms.Textarea({"rows": 4}), max_length=4000)
    options = forms.CharField(
        label=_("Options"),
        required=False,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("For choices: one option a line, * before each right one."),
    )
    truth = forms.ChoiceField(
        label=_("True or false"),
        required=False,
        choices=[("", "–"), ("true", _("The statement is true")), ("false", _("The statement is false"))],
    )
    value = forms.CharField(label=_("Right number"), required=False, max_length=40)
    tolerance = forms.CharField(label=_("Tolerance"), required=False, max_length=40)
    unit = forms.CharField(label=_("Unit of the number"), required=False, max_length=20)
    accepted = forms.CharField(
        label=_("Accepted answers"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("For short text: one a line. Width, case, spaces and punctuation do not matter."),
    )
    points = forms.IntegerField(label=_("Points"), min_value=1, max_value=100, initial=2)
    difficulty = forms.TypedChoiceField(
        label=_("Difficulty"), coerce=int, choices=[(1, _("easy")), (2, _("medium")), (3, _("hard"))], initial=2
    )
    explanation = forms.CharField(
        label=_("Explanation"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Why, and what to do. Shown after the sitting has closed."),
    )
    source = forms.CharField(label=_("Source rule"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.current:
            self.fields["code"].disabled = True
            self.initial |= words_of(self.instance)

    def words(self) -> dict[str, Any]:
        """What the services take."""
        given = self.cleaned_data
        kind = given["kind"]
        content: dict[str, Any] = {"stem": given["stem"]}
        key: dict[str, Any] = {}
        if kind in (Kind.SINGLE, Kind.MULTIPLE):
            lines = [line.strip() for line in given["options"].splitlines() if line.strip()]
            content["options"] = [line.lstrip("*＊").strip() for line in lines]
            key["correct"] = [place for place, line in enumerate(lines) if line[0] in "*＊"]
        elif kind == Kind.TRUE_FALSE:
            key["answer"] = {"true": True, "false": False}.get(given["truth"])
        elif kind == Kind.NUMERIC:
            content["unit"] = given["unit"]
            key = {"value": given["value"], "tolerance": given["tolerance"] or "0"}
        else:
            key["accepted"] = given["accepted"].splitlines()
        plain = ("topics", "level", "kind", "points", "difficulty", "explanation", "source")
        return {name: given[name] for name in plain} | {"content": content, "key": key}


def words_of(question: Question) -> dict[str, Any]:
    """The current version as the form shows it."""
    version = question.current
    correct = version.key.get("correct", [])
    lines = [
        ("* " if place in correct else "") + option for place, option in enumerate(version.content.get("options", []))
    ]
    return {
        "topics": list(question.topics.all()),
        "kind": version.kind,
        "stem": version.content["stem"],
        "options": "\n".join(lines),
        "truth": {True: "true", False: "false"}.get(version.key.get("answer"), ""),
        "value": version.key.get("value", ""),
        "tolerance": version.key.get("tolerance", ""),
        "unit": version.content.get("unit", ""),
        "accepted": "\n".join(version.key.get("accepted", [])),
        "points": version.points,
        "difficulty": version.difficulty,
        "explanation": version.explanation,
        "source": version.source,
    }


class QuestionIndex(_NothingIsDeleted, generic.IndexView):
    """The bank."""

    def get_base_queryset(self) -> QuerySet[Question]:
        return super().get_base_queryset().select_related("current", "level")

    def get_list_more_buttons(self, instance: Question) -> list[Any]:
        url = reverse("exams:question_preview", args=[instance.pk])
        return [*super().get_list_more_buttons(instance), MenuItem(_("Preview"), url, icon_name="view", priority=15)]


class QuestionCreate(_RefusedIsAnError, generic.CreateView):
    """The first version."""

    def save_instance(self) -> Question:
        given = self.form.cleaned_data
        question = services.add_question(
            code=given["code"], author=self.request.user, now=self.request.now, **self.form.words()
        )
        return services.move_question(question=question, to=given["state"], by=self.request.user, now=self.request.now)


class QuestionEdit(_NothingIsDeleted, _RefusedIsAnError, generic.EditView):
    """The next version; papers already drawn keep theirs."""

    @property
    def header_more_buttons(self) -> list[Any]:
        url = reverse("exams:question_preview", args=[self.object.pk])
        return [*super().header_more_buttons, Button(_("Preview"), url=url, icon_name="view", priority=5)]

    def save_instance(self) -> Question:
        stored = Question.objects.get(pk=self.object.pk)
        by, now = self.request.user, self.request.now
        question = services.revise_question(question=stored, author=by, now=now, **self.form.words())
        return services.move_question(question=question, to=self.form.cleaned_data["state"], by=by, now=now)


class QuestionViewSet(_ViewSet):
    """Questions with filters by kind, topic, level and state."""

    model = Question
    icon = "help"
    menu_label = _("Questions")
    name = "questions"
    list_display = [
        "code",
        Column(
            "stem",
            label=_("Question"),
            accessor=lambda row: Truncator(strip_tags(row.current.content["stem"])).chars(48) if row.current else "",
        ),
        Column("kind", label=_("Kind"), accessor="current.get_kind_display"),
        Column("level", label=_("Level"), accessor="level"),
        Column("state", label=_("State"), accessor="get_state_display"),
    ]
    list_filter = {
        "current__kind": ["exact"],
        "topics": ["exact"],
        "level": ["exact"],
        "state": ["exact"],
        "current__difficulty": ["exact"],
    }
    search_fields = ["code", "current__source", "current__explanation"]
    index_view_class = QuestionIndex
    add_view_class = QuestionCreate
    edit_view_class = QuestionEdit
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("code"), FieldPanel("kind"), FieldPanel("level"), FieldPanel("state")]),
            FieldPanel("topics"),
            FieldPanel("stem"),
            MultiFieldPanel(
                [
                    FieldPanel("options"),
                    FieldPanel("truth"),
                    FieldRowPanel([FieldPanel("value"), FieldPanel("tolerance"), FieldPanel("unit")]),
                    FieldPanel("accepted"),
                ],
                heading=_("Answers and key: fill in what the kind asks for"),
            ),
            FieldRowPanel([FieldPanel("points"), FieldPanel("difficulty")]),
            FieldPanel("explanation"),
            FieldPanel("source"),
        ],
        base_form_class=QuestionForm,
    )


class ExamIndex(_NothingIsDeleted, generic.IndexView):
    """Every exam."""

    def get_base_queryset(self) -> QuerySet[Exam]:
        return super().get_base_queryset().select_related("level")


class _ExamSaved(_RefusedIsAnError):
    """Writes parts and rows, then moves the state; both or neither."""

    def save_instance(self) -> Exam:
        wanted = self.form.cleaned_data["state"]
        exam = self.form.save(commit=False)
        by, now = self.request.user, self.request.now
        exam = services.write_exam(exam=exam, by=by, now=now)
        return services.move_exam(exam=exam, to=wanted, by=by, now=now)


class ExamCreate(_ExamSaved, generic.CreateView):
    """A new exam."""


class ExamEdit(_NothingIsDeleted, _ExamSaved, generic.EditView):
    """An exam's parts, pass marks, minutes and blueprints."""


class ExamViewSet(_ViewSet):
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


class StandardForm(WagtailAdminModelForm):
    """Figures within the bounds that the database keeps, said of each field."""

    threshold = forms.IntegerField(label=_("Characters per minute"), min_value=1, max_value=400)
    gate = forms.IntegerField(label=_("Least accuracy (%)"), min_value=0, max_value=100)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=60)


class StandardCreate(generic.CreateView):
    """A new standard, with its line in the journal."""

    def save_instance(self) -> TypingStandard:
        standard = super().save_instance()
        journal.record("typing_standard.created", standard, by=self.request.user, now=self.request.now)
        return standard


class StandardEdit(_NothingIsDeleted, generic.EditView):
    """Changed figures count for attempts that begin from now on: each attempt freezes its standard."""

    def save_instance(self) -> TypingStandard:
        standard = super().save_instance()
        journal.record("typing_standard.changed", standard, by=self.request.user, now=self.request.now)
        return standard


class StandardIndex(_NothingIsDeleted, generic.IndexView):
    """Every standard."""


class StandardViewSet(_ViewSet):
    """What each level must type."""

    model = TypingStandard
    icon = "edit"
    menu_label = _("Typing standards")
    name = "typing_standards"
    list_display = ["name", "threshold", "gate", "minutes"]
    form_fields = ["name", "code", "level", "threshold", "gate", "minutes", "punctuation", "counts"]
    index_view_class = StandardIndex
    add_view_class = StandardCreate
    edit_view_class = StandardEdit


class ExamsGroup(ModelViewSetGroup):
    """The authors' menu."""

    menu_label = _("Exams")
    menu_name = "exams"
    menu_icon = "form"
    items = (QuestionViewSet, ExamViewSet, StandardViewSet, PassageViewSet)
