"""What a lesson is made of. Every block says what it is for and shows an example in the editor."""

from datetime import date
from functools import cached_property
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.widgets import BaseChooser
from wagtail.blocks.list_block import ListBlockValidationError

from exams.models import Question
from ground.freezing import fingerprint


class DialogueLineBlock(blocks.StructBlock):
    """One line of a conversation."""

    who = blocks.ChoiceBlock(choices=[("customer", _("customer")), ("agent", _("agent"))], label=_("Speaker"))
    text = blocks.TextBlock(label=_("Text"))


class DialogueBlock(blocks.StructBlock):
    """A conversation with the customer, and a better and a worse answer with the reason."""

    title = blocks.CharBlock(label=_("Title"))
    lines = blocks.ListBlock(DialogueLineBlock(), label=_("Lines"))
    better = blocks.TextBlock(label=_("Better answer"), required=False)
    worse = blocks.TextBlock(label=_("Worse answer"), required=False)
    reason = blocks.TextBlock(label=_("Reason"), required=False)

    class Meta:
        icon = "comment"
        label = _("Service dialogue")
        description = _("A conversation with the customer, then a better and a worse answer and why.")
        template = "blocks/dialogue.html"
        preview_template = "blocks/preview.html"
        preview_value = {
            "title": "“我 6 号就改了套餐！”",
            "lines": [
                {"who": "customer", "text": "我 6 号就改了套餐，到现在还按老套餐扣费，你们到底怎么回事！"},
                {"who": "agent", "text": "嗯，您请讲，我在记。"},
            ],
            "better": "“我跟您核对一下：您 6 号改的套餐，到今天没有生效，您希望马上生效。我说得对吗？”",
            "worse": "“改套餐一般都是次月生效的，您办的时候没看清楚吧？”",
            "reason": "好的复述有时间、有业务、有期望；另一种答法没查先判，还把责任推到客户身上。",
        }


class ComparisonRowBlock(blocks.StructBlock):
    """What to do, what not to do, and why."""

    do = blocks.TextBlock(label=_("Do"))
    dont = blocks.TextBlock(label=_("Don't"))
    why = blocks.TextBlock(label=_("Why"), required=False)


class ComparisonBlock(blocks.StructBlock):
    """Do and don't, side by side."""

    rows = blocks.ListBlock(ComparisonRowBlock(), label=_("Rows"))

    class Meta:
        icon = "check"
        label = _("Do and don't")
        description = _("What to do and what not to do, side by side, with the reason.")
        template = "blocks/comparison.html"
        preview_template = "blocks/preview.html"
        preview_value = {
            "rows": [
                {
                    "do": "复述时只讲事实和客户的期望",
                    "dont": "复述时顺带下结论",
                    "why": "原因还没有查，查出来不一样就得收回。",
                },
                {
                    "do": "一次复述不超过 3 项",
                    "dont": "一口气念完七八件事",
                    "why": "说得太多，客户记不住，错了也听不出来。",
                },
            ]
        }


QUICK = ("single", "multiple", "true_false", "numeric", "short_text")
"""The kinds of question that a quick check asks."""


class CheckBlock(blocks.StructBlock):
    """Questions of the bank, ungraded, with feedback."""

    questions = blocks.ListBlock(blocks.CharBlock(label=_("Question code")), label=_("Question codes"))

    def clean(self, value: Any) -> Any:
        """Names the codes that the bank does not know as live questions."""
        value = super().clean(value)
        codes = [code.strip() for code in value["questions"]]
        questions = Question.objects.filter(code__in=codes, state=Question.State.LIVE)
        kinds = dict(questions.values_list("code", "current__kind"))
        sentences = {
            code: gettext("The bank has no live question %(code)s.")
            if code not in kinds
            else gettext(
                "A quick check asks choices, true or false, numbers and short texts; %(code)s is of another kind."
            )
            for code in codes
            if kinds.get(code) not in QUICK
        }
        errors = {
            place: ValidationError(sentences[code] % {"code": code})
            for place, code in enumerate(codes)
            if code in sentences
        }
        if errors:
            raise blocks.StructBlockValidationError(
                block_errors={"questions": ListBlockValidationError(block_errors=errors)}
            )
        return value

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """The questions as the lesson's view has prepared them: without their keys, with feedback after an answer."""
        context = super().get_context(value, parent_context)
        prepared = context.get("check_questions", {})
        context["checks"] = [prepared[code.strip()] for code in value["questions"] if code.strip() in prepared]
        return context

    class Meta:
        icon = "help"
        label = _("Quick check")
        description = _("Questions of the bank to answer while reading: ungraded, with the explanation at once.")
        template = "blocks/check.html"
        preview_template = "blocks/preview_check.html"
        preview_value = {"questions": ["s-complaints-01", "s-complaints-02"]}


class NoticeValue(blocks.StructValue):
    """A policy notice as it reads."""

    @property
    def words(self) -> str:
        """What is acknowledged, without its formatting."""
        days = f"{self['effective_from'] or ''}–{self['effective_to'] or ''}"
        text = strip_tags(self["text"].source.replace("</p>", "</p>\n").replace("</li>", "</li>\n"))
        return "\n".join([self["title"], self["department"], days, text.strip()])

    @property
    def words_hash(self) -> str:
        """The fingerprint of the words: other words ask for another acknowledgement."""
        return fingerprint(self.words)

    def in_force(self, on: date) -> bool:
        """Whether it holds on a day; the last day is included."""
        begins, ends = self["effective_from"], self["effective_to"]
        return (begins is None or begins <= on) and (ends is None or on <= ends)


class NoticeBlock(blocks.StructBlock):
    """A policy that everybody who reads the lesson acknowledges."""

    title = blocks.CharBlock(label=_("Title"), max_length=120)
    department = blocks.CharBlock(label=_("Issuing department"), max_length=80)
    text = blocks.RichTextBlock(label=_("Text"), features=["bold", "italic", "ul", "ol", "link"])
    effective_from = blocks.DateBlock(label=_("In force from"), required=False)
    effective_to = blocks.DateBlock(label=_("In force until (inclusive)"), required=False)

    def clean(self, value: Any) -> Any:
        """Refuses a notice that ends before it begins."""
        value = super().clean(value)
        begins, ends = value["effective_from"], value["effective_to"]
        if begins and ends and ends < begins:
            error = ValidationError(gettext("The notice ends before it is in force."))
            raise blocks.StructBlockValidationError(block_errors={"effective_to": error})
        return value

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """With the lesson's place for the notice, and when the reader acknowledged it, as the lesson's view knows."""
        context = super().get_context(value, parent_context)
        if "acknowledged" in context:
            context["acknowledged_at"] = context["acknowledged"].get(context["block"].id)
        return context

    class Meta:
        icon = "doc-full"
        label = _("Policy notice")
        description = _("A policy to acknowledge: the lesson is done only when it was, and other words ask again.")
        value_class = NoticeValue
        template = "blocks/notice.html"
        preview_template = "blocks/preview.html"
        preview_value = {
            "title": "客户信息保密承诺",
            "department": "质量与合规部",
            "text": "<p>本人承诺：客户资料只为办理手上的业务而查询，<b>不外传、不截图、不议论</b>。</p>",
        }


class MediaChooserBlock(blocks.ChooserBlock):
    """Chooses a file of lessons."""

    @cached_property
    def target_model(self) -> Any:
        """Named, not imported: models are made of blocks."""
        return apps.get_model("courses.LessonMedia")

    @cached_property
    def widget(self) -> Any:
        """The chooser that wagtail_hooks registers."""
        chooser = BaseChooser()
        chooser.model = "courses.LessonMedia"
        chooser.chooser_modal_url_name = "lesson_media_chooser:choose"
        return chooser


class ImageBlock(blocks.StructBlock):
    """A picture with a caption."""

    media = MediaChooserBlock(label=_("image"))
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=200)

    class Meta:
        icon = "image"
        label = _("Image")
        description = _("A picture with a caption.")
        template = "blocks/image.html"
        preview_template = "blocks/preview.html"
        preview_value = {"media": None, "caption": "三声之内接听"}


LESSON_BLOCKS = [
    (
        "text",
        blocks.RichTextBlock(
            label=_("Text"),
            icon="pilcrow",
            description=_("Headings, paragraphs and lists."),
            features=["h3", "bold", "italic", "ul", "ol", "link"],
            template="blocks/text.html",
            preview_template="blocks/preview.html",
            preview_value="<h3>先听完，再复述</h3><p>接到投诉，让客户把事情讲完，<b>不打断、不辩解</b>。</p>",
        ),
    ),
    (
        "key_points",
        blocks.ListBlock(
            blocks.CharBlock(label=_("Key point")),
            label=_("Key points"),
            icon="list-ul",
            description=_("The few sentences to remember."),
            template="blocks/key_points.html",
            preview_template="blocks/preview.html",
            preview_value=["先听完再开口，客户停顿后等 2 秒。", "复述四要素：时间、业务、金额、期望。"],
        ),
    ),
    ("image", ImageBlock()),
    ("dialogue", DialogueBlock()),
    ("comparison", ComparisonBlock()),
    ("check", CheckBlock()),
    ("notice", NoticeBlock()),
]
