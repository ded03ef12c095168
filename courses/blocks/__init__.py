"""What a lesson is made of. Every block says what it is for and shows an example in the editor."""

from courses.blocks.asking import QUICK, CheckBlock, NoticeBlock, ReflectionBlock, SayAloudBlock
from courses.blocks.media import AUDIO, DOCUMENT, IMAGE, VIDEO, RecordingBlock
from courses.blocks.reading import KEY_POINTS, TABLE, TEXT, ComparisonBlock, DialogueBlock

__all__ = ["LESSON_BLOCKS", "QUICK"]

LESSON_BLOCKS = [
    ("text", TEXT),
    ("key_points", KEY_POINTS),
    ("dialogue", DialogueBlock()),
    ("comparison", ComparisonBlock()),
    ("table", TABLE),
    ("image", IMAGE),
    ("video", VIDEO),
    ("audio", AUDIO),
    ("recording", RecordingBlock()),
    ("document", DOCUMENT),
    ("check", CheckBlock()),
    ("say_aloud", SayAloudBlock()),
    ("reflection", ReflectionBlock()),
    ("notice", NoticeBlock()),
]
