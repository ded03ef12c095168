"""What a notification says: each app registers the sentence of its kinds in `ready()`.

A sentence is a lazy translation with named placeholders, filled with the notification's params in the reader's language.
"""

from django.utils.functional import Promise

_sentences: dict[str, Promise] = {}


def register(kind: str, sentence: Promise) -> None:
    """Says how notifications of a kind read, such as `_("Your certificate %(name)s is ready.")`."""
    _sentences[kind] = sentence


def sentence(kind: str, params: dict[str, object]) -> str:
    """The notification in the language now active."""
    return str(_sentences[kind]) % params
