"""The one exception with which a service refuses: a full sentence for the reader, and a code for machines."""

from django.utils.functional import Promise


class Refused(Exception):
    """The act is not possible now; nothing was changed. `sentence` says what to do, `code` is stable."""

    def __init__(self, sentence: str | Promise, *, code: str = "refused") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code

    def __str__(self) -> str:
        return str(self.sentence)
