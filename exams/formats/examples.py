"""One question of each kind: what the template of the workbook shows."""

from django.utils.translation import gettext as _

from exams.formats.rows import Kind, Row


def example_rows(topic: str) -> list[Row]:
    """A question of each kind about a topic, in the language now active, ready to be changed or deleted."""
    tone = {
        "name": _("Tone"),
        "levels": [
            {"points": 2, "text": _("friendly throughout")},
            {"points": 1, "text": _("friendly at times")},
            {"points": 0, "text": _("curt")},
        ],
    }
    rubric = {"rubric": [tone], "model": ""}
    topics = (topic,)
    return [
        Row(
            "example-01",
            Kind.SINGLE,
            {
                "stem": _("A customer complains loudly. What do you do first?"),
                "options": [_("Listen to the end"), _("Interrupt"), _("Hang up"), _("Transfer the call")],
            },
            {"correct": [0]},
            topics,
            explanation=_("Whoever has been heard can listen."),
        ),
        Row(
            "example-02",
            Kind.MULTIPLE,
            {
                "stem": _("What belongs in the record of a call?"),
                "options": [_("The time"), _("The request"), _("Your opinion of the customer"), _("What was agreed")],
            },
            {"correct": [0, 1, 3], "scoring": "all"},
            topics,
        ),
        Row(
            "example-03",
            Kind.TRUE_FALSE,
            {"stem": _("Calls are answered within three rings.")},
            {"answer": True},
            topics,
        ),
        Row(
            "example-04",
            Kind.NUMERIC,
            {"stem": _("Within how many hours is a complaint answered?"), "unit": _("hours")},
            {"value": "72", "tolerance": "0"},
            topics,
        ),
        Row(
            "example-05",
            Kind.SHORT_TEXT,
            {"stem": _("After how many rings at the latest is a call answered?")},
            {"accepted": [_("three"), "3"]},
            topics,
        ),
        Row(
            "example-06",
            Kind.ORDERING,
            {
                "stem": _("Put the steps of a call in order."),
                "options": [_("Greet"), _("Understand the request"), _("Solve it"), _("Say goodbye")],
            },
            {"sequence": [0, 1, 2, 3], "scoring": "part"},
            topics,
        ),
        Row(
            "example-07",
            Kind.MATCHING,
            {
                "stem": _("What does each mood need?"),
                "prompts": [_("Anger"), _("Worry")],
                "options": [_("Calm"), _("Information"), _("A joke")],
            },
            {"pairs": [0, 1], "scoring": "part"},
            topics,
        ),
        Row(
            "example-08",
            Kind.CLOZE,
            {
                "stem": _("A complaint is recorded within [[1]] and answered [[2]]."),
                "gaps": [{"options": [_("24 hours"), _("72 hours")]}, {}],
            },
            {"gaps": [{"correct": 0}, {"accepted": [_("in writing"), _("by letter")]}], "scoring": "part"},
            topics,
        ),
        Row(
            "example-09",
            Kind.CASE,
            {
                "stem": _(
                    "A customer calls for the third time about the same bill. The two questions below are about this call."
                )
            },
            {},
            topics,
        ),
        Row(
            "example-10",
            Kind.TRUE_FALSE,
            {"stem": _("You ask the customer to explain everything again.")},
            {"answer": False},
            topics,
            case="example-09",
            place=1,
        ),
        Row(
            "example-11",
            Kind.ESSAY,
            {"stem": _("How would you end this call?"), "words": 200},
            rubric,
            topics,
            case="example-09",
            place=2,
        ),
        Row(
            "example-12",
            Kind.FILE,
            {"stem": _("Record a greeting of half a minute."), "accepts": "audio"},
            rubric,
            topics,
        ),
        Row("example-13", Kind.TASK, {"stem": _("Receive a visitor at the counter."), "minutes": 5}, rubric, topics),
    ]
