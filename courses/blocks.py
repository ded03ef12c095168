"""What a lesson is made of."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class DialogueLineBlock(blocks.StructBlock):
    """One line of a conversation."""

    who = blocks.ChoiceBlock(choices=[("customer", _("customer")), ("agent", _("agent"))], label=_("Who"))
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
        template = "blocks/dialogue.html"


class ComparisonRowBlock(blocks.StructBlock):
    """What to do, what not to do, and why."""

    do = blocks.TextBlock(label=_("Do"))
    dont = blocks.TextBlock(label=_("Don't"))
    why = blocks.TextBlock(label=_("Why"), required=False)


class ComparisonBlock(blocks.StructBlock):
    """Do and don't, side by side."""

    rows = blocks.ListBlock(ComparisonRowBlock(), label=_("Rows"))

    class Meta:
        icon = "tick"
        label = _("Do and don't")
        template = "blocks/comparison.html"


class CheckBlock(blocks.StructBlock):
    """Questions of the bank, ungraded, with feedback."""

    questions = blocks.ListBlock(blocks.CharBlock(label=_("Question code")), label=_("Questions"))

    class Meta:
        icon = "help"
        label = _("Quick check")
        template = "blocks/check.html"


LESSON_BLOCKS = [
    (
        "text",
        blocks.RichTextBlock(
            label=_("Text"),
            icon="pilcrow",
            features=["h3", "bold", "italic", "ul", "ol", "link"],
            template="blocks/text.html",
        ),
    ),
    (
        "key_points",
        blocks.ListBlock(
            blocks.CharBlock(label=_("Point")), label=_("Key points"), icon="list-ul", template="blocks/key_points.html"
        ),
    ),
    ("dialogue", DialogueBlock()),
    ("comparison", ComparisonBlock()),
    ("check", CheckBlock()),
]
