"""What people read: texts, key points, dialogues, comparisons, tables."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock

READ = _("Read")


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
        group = READ
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
        group = READ
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


TEXT = blocks.RichTextBlock(
    label=_("Text"),
    icon="pilcrow",
    group=READ,
    description=_("Headings, paragraphs and lists."),
    features=["h3", "bold", "italic", "ul", "ol", "link"],
    template="blocks/text.html",
    preview_template="blocks/preview.html",
    preview_value="<h3>先听完，再复述</h3><p>接到投诉，让客户把事情讲完，<b>不打断、不辩解</b>。</p>",
)
KEY_POINTS = blocks.ListBlock(
    blocks.CharBlock(label=_("Key point")),
    label=_("Key points"),
    icon="list-ul",
    group=READ,
    description=_("The few sentences to remember."),
    template="blocks/key_points.html",
    preview_template="blocks/preview.html",
    preview_value=["先听完再开口，客户停顿后等 2 秒。", "复述四要素：时间、业务、金额、期望。"],
)
TABLE = TypedTableBlock(
    [
        ("text", blocks.CharBlock(label=_("Text"), required=False)),
        ("number", blocks.FloatBlock(label=_("Figure"), required=False)),
    ],
    label=_("Table"),
    icon="table",
    group=READ,
    description=_("Rows and columns, such as tariffs and time limits."),
    template="blocks/table.html",
    preview_template="blocks/preview.html",
    preview_value={
        "caption": "服务时限",
        "columns": [{"type": "text", "heading": "业务"}, {"type": "text", "heading": "时限"}],
        "rows": [
            {"values": ["来电咨询", "当场答复"]},
            {"values": ["客户投诉", "5 日内答复"]},
            {"values": ["回访", "72 小时内"]},
        ],
    },
)
