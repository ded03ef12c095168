"""The question bank in Wagtail's admin. Forms collect words; every save goes through the services."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.menus import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import Button

from exams import queries, services
from exams.models import Question
from exams.viewsets.base import KeepingViewSet, NothingIsDeleted, RefusedIsAnError
from exams.viewsets.question_forms import QuestionForm
from ground.numbers import whole


class QuestionIndex(NothingIsDeleted, generic.IndexView):
    """The bank."""

    def get_base_queryset(self) -> QuerySet[Question]:
        questions = super().get_base_queryset().select_related("current", "draft", "level")
        return questions.prefetch_related("topics__strand")

    @property
    def header_more_buttons(self) -> list[Any]:
        waiting = Button(_("Waiting for review"), url=reverse("exams:question_waiting"), icon_name="check", priority=5)
        media = Button(_("Pictures and recordings"), url=reverse("exams:media_list"), icon_name="image", priority=6)
        return [*super().header_more_buttons, waiting, media]

    def get_list_more_buttons(self, instance: Question) -> list[Any]:
        url = reverse("exams:question_preview", args=[instance.pk])
        return [*super().get_list_more_buttons(instance), MenuItem(_("Preview"), url, icon_name="view", priority=15)]


class SimilarIsPointedOut(RefusedIsAnError):
    """After saving, the questions that are closest to what was written."""

    def save_action(self) -> Any:
        """Wagtail saves here; what is alike is said beside its own message."""
        response = super().save_action()
        question = self.object
        similar = queries.similar_questions(question.newest.content["stem"], but=question.pk)
        if similar:
            links = format_html_join(
                " · ",
                '<a href="{}">{}</a> {}',
                [
                    (
                        reverse("exams:question_preview", args=[other.question]),
                        other.code,
                        Truncator(other.stem).chars(30),
                    )
                    for other in similar
                ],
            )
            sentence = gettext("Similar questions are in the bank already:")
            messages.warning(self.request, format_html("{} {}", sentence, links))
        return response


class QuestionCreate(SimilarIsPointedOut, generic.CreateView):
    """The first version; the address may name the case that the question is for."""

    def get_initial(self) -> dict[str, Any]:
        case = whole(self.request.GET.get("case", ""))
        if case is None:
            return super().get_initial()
        found = Question.objects.filter(pk=case).select_related("level").prefetch_related("topics").first()
        if found is None:
            return super().get_initial()
        return super().get_initial() | {
            "case": found,
            "place": found.questions.count() + 1,
            "level": found.level,
            "topics": list(found.topics.all()),
        }

    def save_instance(self) -> Question:
        given = self.form.cleaned_data
        return services.add_question(
            code=given["code"],
            case=given["case"],
            author=self.request.user,
            now=self.request.now,
            **self.form.written(),
        )


class QuestionEdit(NothingIsDeleted, SimilarIsPointedOut, generic.EditView):
    """The next version; papers already drawn keep theirs."""

    @property
    def header_more_buttons(self) -> list[Any]:
        url = reverse("exams:question_preview", args=[self.object.pk])
        return [*super().header_more_buttons, Button(_("Preview"), url=url, icon_name="view", priority=5)]

    def save_instance(self) -> Question:
        stored = Question.objects.get(pk=self.object.pk)
        return services.revise_question(
            question=stored, author=self.request.user, now=self.request.now, **self.form.written()
        )


def _topics(row: Question) -> str:
    return "、".join(f"{topic.strand.name}：{topic.name}" for topic in row.topics.all())


class QuestionViewSet(KeepingViewSet):
    """Questions with filters by kind, topic, level and state."""

    model = Question
    icon = "help"
    menu_label = _("Questions")
    name = "questions"
    list_display = [
        "code",
        Column("stem", label=_("Question"), accessor=lambda row: Truncator(queries.stem_of(row.newest)).chars(48)),
        Column("kind", label=_("Kind"), accessor="newest.get_kind_display"),
        Column("topics", label=_("Topics"), accessor=_topics),
        Column("level", label=_("Level"), accessor="level"),
        Column("difficulty", label=_("Difficulty"), accessor="newest.difficulty"),
        Column("points", label=_("Points"), accessor="newest.points"),
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
                    FieldPanel("sequence"),
                    FieldPanel("pairs"),
                    FieldPanel("gaps"),
                    FieldPanel("truth"),
                    FieldPanel("value"),
                    FieldPanel("tolerance"),
                    FieldPanel("unit"),
                    FieldPanel("accepted"),
                    FieldPanel("words"),
                    FieldPanel("accepts"),
                    FieldPanel("minutes"),
                    FieldPanel("rubric"),
                    FieldPanel("model"),
                    FieldPanel("scoring"),
                ],
                heading=_("Answers and key: fill in what the kind asks for"),
            ),
            FieldRowPanel([FieldPanel("points"), FieldPanel("difficulty")]),
            FieldPanel("explanation"),
            FieldPanel("source"),
            FieldRowPanel([FieldPanel("case"), FieldPanel("place")]),
        ],
        base_form_class=QuestionForm,
    )
