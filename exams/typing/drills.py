"""A text to drill one's weak characters: sentences of open passages that hold them. Pure; the same seed, the same text."""

import random
import re
from collections.abc import Iterable, Mapping

from exams.typing.normalise import normalise

_SENTENCE = re.compile(r"[^。！？…\n]+[。！？…]+[”’』」）]*")


def sentences(text: str) -> list[str]:
    """The whole sentences of a text, each once, in their order."""
    return list(dict.fromkeys(found.strip() for found in _SENTENCE.findall(text) if found.strip()))


def compose(weak: Mapping[str, int], pool: Iterable[str], tokens: int, seed: int) -> str:
    """Sentences of the pool, one a line, of at least `tokens` tokens: those first that hold most of what goes wrong.

    `weak` says how often each character goes wrong. What a sentence drills weighs half in the next, so that every
    character comes up; when no sentence is left they come again. Empty when no sentence holds any of the characters.
    """
    draw = random.Random(seed)
    useful = [sentence for sentence in dict.fromkeys(pool) if weak.keys() & set(sentence)]
    draw.shuffle(useful)
    if not useful:
        return ""
    weight = {character: float(times) for character, times in weak.items()}
    left, lines, total = list(useful), [], 0
    while total < tokens:
        if not left:
            left = list(useful)
        best = max(left, key=lambda one: sum(weight.get(character, 0.0) for character in set(one)) / len(one))
        left.remove(best)
        lines.append(best)
        total += len(normalise(best))
        for character in set(best) & weight.keys():
            weight[character] /= 2
    return "\n".join(lines)
