"""What people see and hear: pictures, films, recordings, documents."""

import re
from functools import cached_property
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.widgets import BaseChooser
from wagtail.blocks.list_block import ListBlockValidationError

SEE = _("Look and listen")
_AT = re.compile(r"(?:(\d{1,2}):)?([0-5]?\d):([0-5]\d)")


def seconds_of(text: str) -> int | None:
    """The seconds that "1:05" or "1:02:03" says; None for anything else."""
    found = _AT.fullmatch(text.strip())
    return None if found is None else (int(found[1] or 0) * 60 + int(found[2])) * 60 + int(found[3])


class MediaChooserBlock(blocks.ChooserBlock):
    """Chooses a file of lessons of one kind (`LessonMedia.Kind`)."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(**kwargs)

    @cached_property
    def target_model(self) -> Any:
        """Named, not imported: models are made of blocks."""
        return apps.get_model("courses.LessonMedia")

    @cached_property
    def widget(self) -> Any:
        """The chooser of the kind that wagtail_hooks registers."""
        chooser = BaseChooser()
        chooser.model = "courses.LessonMedia"
        chooser.chooser_modal_url_name = f"lesson_{self.kind}_chooser:choose"
        return chooser

    def clean(self, value: Any) -> Any:
        """Refuses a file of another kind, which no chooser offers."""
        value = super().clean(value)
        if value is not None and value.kind != self.kind:
            raise ValidationError(gettext("Choose a file of this kind: %(kind)s.") % {"kind": self.label})
        return value


class FileBlock(blocks.StructBlock):
    """A file of one kind with a caption; captions and transcript of what is seen or heard belong to the file."""

    def __init__(self, kind: str, *, file_label: Any, caption_label: Any = None, caption: str, **kwargs: Any) -> None:
        children = [
            ("media", MediaChooserBlock(kind, label=file_label)),
            ("caption", blocks.CharBlock(label=caption_label or _("Caption"), required=False, max_length=200)),
        ]
        more = {"group": SEE, "preview_template": "blocks/preview.html"}
        super().__init__(children, preview_value={"media": None, "caption": caption}, **more, **kwargs)


IMAGE = FileBlock(
    "image",
    file_label=_("image"),
    caption="三声之内接听",
    icon="image",
    label=_("Image"),
    description=_("A picture with a caption."),
    template="blocks/image.html",
)
VIDEO = FileBlock(
    "video",
    file_label=_("video"),
    caption="柜台迎送三步",
    icon="media",
    label=_("Video"),
    description=_("A film with captions and a transcript to read instead."),
    template="blocks/video.html",
)
AUDIO = FileBlock(
    "audio",
    file_label=_("audio"),
    caption="三种问候语的语气",
    icon="media",
    label=_("Audio"),
    description=_("A recording with a transcript to read instead."),
    template="blocks/audio.html",
)
DOCUMENT = FileBlock(
    "document",
    file_label=_("document"),
    caption_label=_("What it is for"),
    caption="投诉处理单（空表）",
    icon="download",
    label=_("Document"),
    description=_("A PDF, Word, Excel or PowerPoint file to download."),
    template="blocks/document.html",
)


class MarkValue(blocks.StructValue):
    """A mark of a recording."""

    @property
    def seconds(self) -> int:
        """Where it stands, in seconds."""
        return seconds_of(self["at"]) or 0


class MarkBlock(blocks.StructBlock):
    """A place in a recording and what happens there."""

    at = blocks.CharBlock(label=_("At"), help_text=_("Minutes and seconds, such as 1:05."), max_length=8)
    kind = blocks.ChoiceBlock(
        choices=[("good", _("well done")), ("bad", _("to do better")), ("note", _("to notice"))],
        default="note",
        label=_("Kind"),
    )
    text = blocks.TextBlock(label=_("Text"))

    def clean(self, value: Any) -> Any:
        """Refuses a place that is no time."""
        value = super().clean(value)
        if seconds_of(value["at"]) is None:
            error = ValidationError(gettext("Write minutes and seconds, such as 1:05."))
            raise blocks.StructBlockValidationError(block_errors={"at": error})
        return value

    class Meta:
        value_class = MarkValue


class RecordingBlock(blocks.StructBlock):
    """A recorded call with marks in time."""

    title = blocks.CharBlock(label=_("Title"), max_length=120)
    media = MediaChooserBlock("audio", label=_("audio"))
    marks = blocks.ListBlock(MarkBlock(), label=_("Marks"))

    def clean(self, value: Any) -> Any:
        """Refuses marks that do not follow one another."""
        value = super().clean(value)
        errors = {
            place: ValidationError(gettext("Marks stand in the order of their times."))
            for place in range(1, len(value["marks"]))
            if value["marks"][place].seconds < value["marks"][place - 1].seconds
        }
        if errors:
            raise blocks.StructBlockValidationError(
                block_errors={"marks": ListBlockValidationError(block_errors=errors)}
            )
        return value

    class Meta:
        icon = "history"
        group = SEE
        preview_template = "blocks/preview.html"
        label = _("Call recording")
        description = _("A recorded call with marks in time: what was done well, and what to do better.")
        template = "blocks/recording.html"
        preview_value = {
            "title": "一通改套餐的投诉电话（1 分 40 秒）",
            "media": None,
            "marks": [
                {"at": "0:04", "kind": "good", "text": "三声之内接听，报了工号。"},
                {"at": "0:31", "kind": "bad", "text": "客户还没说完就打断。"},
                {"at": "1:12", "kind": "note", "text": "复述时漏了金额，后面客户又问了一遍。"},
            ],
        }
