"""The question bank in Wagtail's admin. Forms collect words; every save goes through the services."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.menus import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import Button

from exams import services
from exams.models import Question, QuestionVersion
from exams.viewsets.base import KeepingViewSet, NothingIsDeleted, RefusedIsAnError
from topics.models import Topic

Kind = QuestionVersion.Kind


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
        if self.instance.pk and self.instance.newest:
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
    version = question.newest
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


class QuestionIndex(NothingIsDeleted, generic.IndexView):
    """The bank."""

    def get_base_queryset(self) -> QuerySet[Question]:
        return super().get_base_queryset().select_related("current", "draft", "level")

    def get_list_more_buttons(self, instance: Question) -> list[Any]:
        url = reverse("exams:question_preview", args=[instance.pk])
        return [*super().get_list_more_buttons(instance), MenuItem(_("Preview"), url, icon_name="view", priority=15)]


class QuestionCreate(RefusedIsAnError, generic.CreateView):
    """The first version."""

    def save_instance(self) -> Question:
        code = self.form.cleaned_data["code"]
        return services.add_question(code=code, author=self.request.user, now=self.request.now, **self.form.words())


class QuestionEdit(NothingIsDeleted, RefusedIsAnError, generic.EditView):
    """The next version; papers already drawn keep theirs."""

    @property
    def header_more_buttons(self) -> list[Any]:
        url = reverse("exams:question_preview", args=[self.object.pk])
        return [*super().header_more_buttons, Button(_("Preview"), url=url, icon_name="view", priority=5)]

    def save_instance(self) -> Question:
        stored = Question.objects.get(pk=self.object.pk)
        return services.revise_question(
            question=stored, author=self.request.user, now=self.request.now, **self.form.words()
        )


class QuestionViewSet(KeepingViewSet):
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
            accessor=lambda row: Truncator(strip_tags(row.newest.content["stem"])).chars(48),
        ),
        Column("kind", label=_("Kind"), accessor="newest.get_kind_display"),
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
            FieldRowPanel([FieldPanel("code"), FieldPanel("kind"), FieldPanel("level")]),
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
