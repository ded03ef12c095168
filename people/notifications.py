"""What a notification says: each app registers the sentence of its kinds in `ready()`.

A sentence is a lazy translation with named placeholders, filled with the notification's params in the reader's language.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext as _

_sentences: dict[str, Promise] = {}


def register(kind: str, sentence: Promise) -> None:
    """Says how notifications of a kind read, such as `_("Your certificate %(name)s is ready.")`."""
    _sentences[kind] = sentence


def sentence(kind: str, params: dict[str, object]) -> str:
    """The notification in the language now active; one of a kind that no app knows any more says only that."""
    if kind not in _sentences:
        return _("A notification of a kind that is no longer in use.")
    return str(_sentences[kind]) % _Params(params)


class _Params(dict[str, object]):
    """A sentence that has since gained a placeholder still reads."""

    def __missing__(self, name: str) -> str:
        return "…"
