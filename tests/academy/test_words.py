"""Our words stay ours: no translation of ours gives a word of Wagtail's screens another meaning."""

from pathlib import Path

import polib
from django.apps import apps
from django.conf import settings

LOCALE = Path(settings.BASE_DIR) / "locale"
# Said otherwise than Wagtail says it, and true on its screens too.
ALSO_TRUE_IN_THE_ADMIN = {
    "(optional)",
    "Actions",
    "All",
    "Change",
    "Not started",
    "Revoke",
    "Revoked",
    "Saving…",
    "description",
    "Name",
    "name",
}


def words(path):
    """{message: translation} of the entries without a context."""
    if not path.exists():
        return {}
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(path)) if not entry.msgctxt and entry.msgstr}


def test_no_word_of_ours_means_something_else_on_wagtails_screens():
    ours = words(LOCALE / "zh_Hans/LC_MESSAGES/django.po")
    theirs = {}
    for config in apps.get_app_configs():
        if config.name.startswith("wagtail"):
            theirs |= words(Path(config.path) / "locale/zh_Hans/LC_MESSAGES/django.po")
    theirs |= words(LOCALE / "third_party/zh_Hans/LC_MESSAGES/django.po")
    assert len(theirs) > 1400
    clashes = {word for word in ours.keys() & theirs.keys() if ours[word] != theirs[word]}
    assert clashes == ALSO_TRUE_IN_THE_ADMIN
