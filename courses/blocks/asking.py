"""What people do in a lesson: answer, acknowledge, speak, think."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.list_block import ListBlockValidationError

from exams.models import Question
from ground.freezing import fingerprint

DO = _("Take part")

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
        group = DO
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
        group = DO
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


class SayAloudBlock(blocks.StructBlock):
    """Something to say aloud, as to a customer, before one compares it with a good way to say it."""

    situation = blocks.TextBlock(label=_("Situation"))
    task = blocks.CharBlock(label=_("What to say"), max_length=200)
    hints = blocks.ListBlock(blocks.CharBlock(label=_("Hint")), label=_("Hints"), default=[], required=False)
    sample = blocks.TextBlock(label=_("A good way to say it"))

    class Meta:
        icon = "openquote"
        group = DO
        label = _("Say it aloud")
        description = _("The reader speaks, hears the own voice if they like, and compares. Nothing is kept or sent.")
        template = "blocks/say_aloud.html"
        preview_template = "blocks/preview.html"
        preview_value = {
            "situation": "客户来电：宽带断了两天，报修后没有人上门，语气很急。",
            "task": "请用一句话安抚客户，再用一句话复述他的问题。",
            "hints": ["先回应情绪，再讲事情", "复述要有时间和业务"],
            "sample": "“先生，断网两天一定很耽误您的事，我马上帮您查。您是前天报的修，到现在没有人联系您，对吗？”",
        }


class ReflectionBlock(blocks.StructBlock):
    """A question to oneself."""

    question = blocks.TextBlock(label=_("Question"))
    example = blocks.TextBlock(label=_("What others might write"), required=False)

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """With what the reader wrote before, as the lesson's view knows."""
        context = super().get_context(value, parent_context)
        if "reflections" in context:
            context["written"] = context["reflections"].get(context["block"].id, "")
        return context

    class Meta:
        icon = "edit"
        group = DO
        label = _("Reflection")
        description = _("A question to oneself. What is written is kept for its writer and nobody else.")
        template = "blocks/reflection.html"
        preview_template = "blocks/preview.html"
        preview_value = {"question": "想一想：上周哪一通电话，您换一种说法会更好？", "example": ""}
